/**
 * A second reading of docs/access-decision.md, for comparison only. It shares no code with the decision: it walks the
 * raw JSON of a `medquorum decide` line, collects every path of provisions that matches and lets the longest speak. It
 * knows only the codes that the random lines use.
 */
// biome-ignore lint/suspicious/noExplicitAny: raw JSON, read as it lies
type Raw = any;

const PARENT: Readonly<Record<string, string>> = {
  ETREAT: 'TREAT',
  BTG: 'ETREAT',
  COC: 'TREAT',
  ELIGVER: 'COVERAGE',
  COVERAGE: 'HPAYMT',
  CLINTRCH: 'HRESCH',
  PSY: 'SPI',
  SUD: 'SPI',
  OPIOIDUD: 'SUD',
  MH: 'SPI',
  BH: 'SPI',
};
const KNOWN_PURPOSES = 'TREAT ETREAT BTG COC HPAYMT ELIGVER HRESCH CLINTRCH PATRQT PUBHLTH'.split(' ');
const ROLES = 'clinician assistant administrator researcher proxy patient verifier claims-officer auditor'.split(' ');
const isA = (special: string | undefined, general: string): boolean =>
  special !== undefined && (special === general || isA(PARENT[special], general));

class CannotRead extends Error {}

export function secondOpinion(line: Raw): { effect: 'permit' | 'deny'; fixed: readonly string[] } {
  if (!ROLES.includes(line.requester.role)) return { effect: 'deny', fixed: ['facts-malformed'] };
  const { record, requester } = line;
  const opinions: Raw[] = line.consents.map((consent: Raw) => opinionOf(consent, record, requester));
  const isUnreadable = opinions.includes('unreadable');
  const isDenied = opinions.some(({ effect }) => effect === 'deny');
  const permits: Raw[] = opinions.flatMap((opinion) => (opinion.effect === 'permit' ? opinion.by : []));

  const isCustodian = requester.organization === record.custodian;
  const { emergency, place } = requester;
  const broken =
    isA(requester.purpose, 'ETREAT') &&
    requester.role === 'clinician' &&
    place !== null &&
    place.zone === 'clinical' &&
    emergency?.declared &&
    emergency.reason !== null &&
    emergency.reason.trim().length > 0 &&
    (emergency.review !== null ||
      (emergency.secondClinician !== null && emergency.secondClinician !== requester.practitioner));

  const needed: string[] = record.labels.filter((label: string) =>
    ['PSY', 'SUD', 'OPIOIDUD', 'HIV', 'ETH'].includes(label),
  );
  if (record.confidentiality === 'V') needed.push('V');
  const naming = permits.filter((provision) =>
    needed.every((label) =>
      (provision.securityLabel ?? []).some((given: Raw) =>
        label === 'V' ? given.code === 'V' : isA(label, given.code),
      ),
    ),
  );
  const isPart2 = record.policies.includes('42CFRPart2');
  const toRecipient = naming.filter((provision) =>
    (provision.actor ?? []).some((given: Raw) => isRequester(given, requester) === true),
  );

  const isGrounded =
    permits.length > 0 ||
    broken ||
    (requester.role === 'patient' &&
      requester.person === record.patient &&
      [null, record.patient].includes(requester.onBehalfOf)) ||
    (requester.role === 'clinician' && isCustodian && requester.careRelation && isA(requester.purpose, 'TREAT'));
  const isRefused =
    isUnreadable ||
    isDenied ||
    (needed.length > 0 && naming.length === 0 && !broken) ||
    (isPart2 && toRecipient.length === 0 && !broken) ||
    (isPart2 && requester.action === 'disclose' && !isCustodian) ||
    !KNOWN_PURPOSES.includes(requester.purpose) ||
    (requester.role === 'claims-officer' &&
      !(isA(requester.purpose, 'HPAYMT') && ['Claim', 'Encounter'].includes(record.class))) ||
    (requester.role === 'researcher' && !isA(requester.purpose, 'HRESCH')) ||
    requester.role === 'auditor' ||
    (requester.role === 'clinician' && place?.zone !== 'clinical') ||
    (isA(requester.purpose, 'TREAT') && !isCustodian && !requester.careRelation && !broken);
  const fixed = [...(isUnreadable ? ['consent-unreadable'] : []), ...(isGrounded ? [] : ['no-ground'])];
  return { effect: isGrounded && !isRefused ? 'permit' : 'deny', fixed };
}

/** 'nothing', 'unreadable', or an effect and the permits that gave it. */
function opinionOf(consent: Raw, record: Raw, requester: Raw): Raw {
  if (consent.status !== 'active' || consent.patient.reference !== record.patient) return 'nothing';
  const scope = consent.scope.coding[0].code;
  if (!(scope === 'patient-privacy' || (scope === 'research' && isA(requester.purpose, 'HRESCH')))) return 'nothing';
  try {
    const base = { OPTIN: 'permit', OPTOUT: 'deny' }[consent.policyRule?.coding[0].code as string];
    const root = { ...consent.provision, type: consent.provision.type ?? base };
    check(root);
    return speak(root, record, requester);
  } catch (error) {
    if (error instanceof CannotRead) return 'unreadable';
    throw error;
  }
}

function check(provision: Raw): void {
  if (provision.type !== 'permit' && provision.type !== 'deny') throw new CannotRead();
  for (const name of ['period', 'dataPeriod']) {
    const period = provision[name];
    if (period?.start && period.end && span(period.start)[0] > span(period.end)[1]) throw new CannotRead();
  }
  (provision.provision ?? []).forEach(check);
}

/** true, false, or undefined where it is not settled. */
type Settled = boolean | undefined;
const all = (values: Settled[]): Settled =>
  values.includes(false) ? false : values.includes(undefined) ? undefined : true;
const any = (values: Settled[]): Settled =>
  values.includes(true) ? true : values.includes(undefined) ? undefined : false;

function speak(provision: Raw, record: Raw, requester: Raw): Raw {
  const match = all([
    ...(provision.period ? [covers(provision.period, [span(requester.time)[0], span(requester.time)[0]])] : []),
    ...(provision.dataPeriod ? [record.date === null ? false : covers(provision.dataPeriod, span(record.date))] : []),
    ...(provision.actor ? [any(provision.actor.map((given: Raw) => isRequester(given, requester)))] : []),
    ...(provision.action ? [any(provision.action.map((given: Raw) => given.coding[0].code === requester.action))] : []),
    ...(provision.purpose ? [any(provision.purpose.map(({ code }: Raw) => isA(requester.purpose, code)))] : []),
    ...(provision.class ? [any(provision.class.map(({ code }: Raw) => code === record.class))] : []),
    ...(provision.code ? [any(provision.code.map((given: Raw) => given.coding[0].code === record.code?.code))] : []),
    ...(provision.securityLabel
      ? [any(provision.securityLabel.map((given: Raw) => carries(given, provision.type, record)))]
      : []),
    ...(provision.data ? [any(provision.data.map((given: Raw) => concerns(given, record)))] : []),
  ]);
  if (match === false) return 'nothing';
  const inner: Raw[] = (provision.provision ?? [])
    .map((nested: Raw) => speak(nested, record, requester))
    .filter((said: Raw) => said !== 'nothing');
  if (inner.some(({ effect }) => effect === 'deny')) return { effect: 'deny' };
  if (inner.length > 0) return match ? { effect: 'permit', by: inner.flatMap(({ by }) => by) } : 'nothing';
  if (provision.type === 'deny') return { effect: 'deny' };
  const forAnother = ![null, requester.person, requester.practitioner].includes(requester.onBehalfOf);
  const isNamed = (provision.actor ?? []).some(
    (given: Raw) =>
      isRequester(given, requester) &&
      (/^(Practitioner|RelatedPerson|Patient)\//.test(given.reference.reference) ||
        given.role.coding[0].code === 'DELEGATEE'),
  );
  return match && (!forAnother || isNamed) ? { effect: 'permit', by: [provision] } : 'nothing';
}

function isRequester({ reference: { reference } }: Raw, requester: Raw): Settled {
  if (reference === requester.organization) return ['patient', 'proxy'].includes(requester.role) ? undefined : true;
  return [requester.practitioner, requester.practitionerRole, requester.person].includes(reference);
}

function carries({ system, code }: Raw, type: string, record: Raw): Settled {
  if (!system.endsWith('v3-Confidentiality'))
    return [...record.labels, ...record.policies].some((label) => isA(label, code));
  const order = 'ULMNRV';
  const [own, given] = [order.indexOf(record.confidentiality), order.indexOf(code)];
  return type === 'permit' ? own <= given : own >= given;
}

function concerns({ meaning, reference: { reference } }: Raw, record: Raw): Settled {
  if (meaning === 'instance' || meaning === 'related') return reference === record.reference;
  if (meaning === 'authoredby') return reference === record.author;
  if (reference === record.reference) return true;
  return [record.patient, record.custodian, record.author].includes(reference) ? undefined : false;
}

function covers(period: Raw, [first, last]: readonly [number, number]): Settled {
  const start = period.start ? span(period.start)[0] : -Infinity;
  const end = period.end ? span(period.end)[1] : Infinity;
  if (last < start || end < first) return false;
  return start <= first && last <= end ? true : undefined;
}

/** First and last millisecond of a date. */
function span(date: string): readonly [number, number] {
  if (date.includes('T')) return [Date.parse(date), Date.parse(date)];
  const [year = 0, month, day] = date.split('-').map(Number);
  const first = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  const next =
    day !== undefined
      ? Date.UTC(year, (month ?? 1) - 1, day + 1)
      : month !== undefined
        ? Date.UTC(year, month, 1)
        : Date.UTC(year + 1, 0, 1);
  return [first, next - 1];
}
