import type { AccessFacts } from '../access-facts.ts';
import { ACT_REASON, ACT_REASON_SYSTEM } from '../code-systems/purpose-of-use.ts';
import { RESOURCE_TYPES_SYSTEM } from '../code-systems/resource-types.ts';
import type { Provision } from './consent-form.ts';
import { contains, type DateRange } from './date-range.ts';
import { anyOf, type Match, yesIf } from './match.ts';
import { matchActor } from './match-actor.ts';
import { matchDatum } from './match-data.ts';
import { matchLabel } from './match-label.ts';
import { ACTION_SYSTEM, type Coding } from './provision-codes.ts';

/** The facts with what reading needs of them in numbers. */
export type Asked = Readonly<{ facts: AccessFacts; timeMs: number; recordRange: DateRange | undefined }>;

/** System of the consortium's own record classes. */
export const RECORD_CLASS_SYSTEM = 'urn:medquorum:record-class';
/** Further systems of the value set consent-content-class: a record's header does not say whether it is of those. */
const OTHER_CLASS_SYSTEMS = [
  'urn:ietf:rfc:3986',
  'urn:ietf:bcp:13',
  'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
];
const BASE_PROFILE = 'http://hl7.org/fhir/StructureDefinition/';

type ElementMatch = (provision: Provision, asked: Asked) => Match | undefined;

/** One line per element of Consent.provision; undefined where the element is absent. */
const ELEMENTS: Readonly<Record<string, ElementMatch>> = {
  period: ({ period }, { timeMs }) => period && yesIf(contains(period, timeMs)),
  actor: ({ actor }, { facts }) => actor && anyOf(actor, (one) => matchActor(one, facts.requester)),
  action: ({ action }, { facts }) =>
    action && anyOf(action, ({ system, code }) => yesIf(system === ACTION_SYSTEM && code === facts.request.action)),
  purpose: ({ purpose }, { facts }) =>
    purpose &&
    anyOf(purpose, ({ system, code }) =>
      yesIf(system === ACT_REASON_SYSTEM && ACT_REASON.subsumes(code, facts.request.purpose)),
    ),
  securityLabel: ({ securityLabel, type }, { facts }) =>
    securityLabel && anyOf(securityLabel, (label) => matchLabel(label, type, facts.record)),
  class: (provision, { facts }) => provision.class && anyOf(provision.class, (one) => matchClass(one, facts.record)),
  code: ({ code }, { facts }) =>
    code &&
    anyOf(code, (one) => yesIf(one.system === facts.record.code?.system && one.code === facts.record.code.code)),
  dataPeriod: ({ dataPeriod }, { recordRange }) => dataPeriod && matchDataPeriod(dataPeriod, recordRange),
  data: ({ data }, { facts }) => data && anyOf(data, (datum) => matchDatum(datum, facts.record)),
};
const MATCHES = Object.values(ELEMENTS);

/** A provision matches when every element present matches (docs/access-decision.md, 2.3). */
export function matchProvision(provision: Provision, asked: Asked): Match {
  let match: Match = 'yes';
  for (const matchElement of MATCHES) {
    const one = matchElement(provision, asked);
    if (one === 'no') return 'no';
    if (one === 'maybe') match = 'maybe';
  }
  return match;
}

/** What each element that is present says, for people who ask why. */
export function elementMatches(provision: Provision, asked: Asked): Readonly<Record<string, Match>> {
  return Object.fromEntries(
    Object.entries(ELEMENTS).flatMap(([name, matchElement]) => {
      const match = matchElement(provision, asked);
      return match === undefined ? [] : [[name, match]];
    }),
  );
}

function matchClass({ system, code }: Coding, record: AccessFacts['record']): Match {
  // Abstract types: whether they are meant to cover the record is left open by R4.
  if (system === RESOURCE_TYPES_SYSTEM && (code === 'Resource' || code === 'DomainResource')) return 'maybe';
  if (system === RESOURCE_TYPES_SYSTEM) return yesIf(code === record.class);
  if (system === RECORD_CLASS_SYSTEM) return record.recordClass === null ? 'maybe' : yesIf(code === record.recordClass);
  if (code.startsWith(BASE_PROFILE) && code.slice(BASE_PROFILE.length) === record.class) return 'yes';
  return OTHER_CLASS_SYSTEMS.includes(system) ? 'maybe' : 'no';
}

/** A record without a date does not meet it; one whose date is not precise enough may. */
function matchDataPeriod(dataPeriod: DateRange, record: DateRange | undefined): Match {
  if (record === undefined || record.high <= dataPeriod.low || dataPeriod.high <= record.low) return 'no';
  return dataPeriod.low <= record.low && record.high <= dataPeriod.high ? 'yes' : 'maybe';
}
