import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import type { Obligation } from './access-decision.ts';
import type { AccessFacts, Action, OrganizationKind, RelationFacts, RequesterFacts, Standing } from './access-facts.ts';
import { ACCESS_RULES } from './access-rules.ts';
import { isEmergencyTreatment, PURPOSES_OF_USE } from './code-systems/purpose-of-use.ts';
import { decideByRules } from './decide.ts';
import { parseAccessFacts } from './parse-access-facts.ts';
import type { ReasonCode } from './reason-codes.ts';

/** A registered requester, and what the registry says of him. */
export type RegisteredRequester = Readonly<{
  id: string;
  requester: RequesterFacts;
  organization: Standing;
  organizationKind: OrganizationKind | null;
  practitioner: Standing;
}>;

/** What is known of one record, whoever asks. */
export type RecordInRegistry = Readonly<{
  record: AccessFacts['record'];
  relation: RelationFacts;
  consents: readonly unknown[];
  registry: Pick<AccessFacts['registry'], 'patient' | 'legalHold' | 'erasureInProgress' | 'legalBases'>;
  settings: AccessFacts['settings'];
  requesters: readonly RegisteredRequester[];
  /** The instant the question is asked for. */
  time: string;
  action: Action;
}>;

/** Requesters of whom the decision's facts are equal, and what they could see the record for. */
export type WhoCould = Readonly<{
  requesterIds: readonly string[];
  organization: string | null;
  role: RequesterFacts['role'];
  purposes: readonly PurposeAllowed[];
}>;
export type PurposeAllowed = Readonly<{
  purpose: string;
  reasons: readonly ReasonCode[];
  obligations: readonly Obligation[];
  /** Only by an emergency that is reviewed afterwards or shared with a second clinician. */
  onlyByBreakGlass: boolean;
}>;

/**
 * Who could see a record, for what: one entry for each class of requesters that could, in the order of the registry.
 * Everyone is taken as asking from a permitted place with a valid credential; what he lacks otherwise he lacks here.
 *
 * @param purpose one purpose of use; all of them where it is not given
 * @throws MedQuorumError never; requesters of malformed facts are left out, as they are refused
 */
export function whoCould(known: RecordInRegistry, purpose?: string): readonly WhoCould[] {
  const purposes = purpose === undefined ? PURPOSES_OF_USE : [purpose];
  const named = textsOf([known.consents, known.record, known.relation]);
  const classes = new Map<string, RegisteredRequester[]>();
  for (const registered of known.requesters) {
    const key = canonicalJson(withoutNames(registered, named));
    const alike = classes.get(key);
    if (alike === undefined) classes.set(key, [registered]);
    else alike.push(registered);
  }
  return [...classes.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const allowed = purposes.flatMap((one) => ask(known, first, one));
    if (allowed.length === 0) return [];
    const { organization, role } = first.requester;
    return [{ requesterIds: alike.map(({ id }) => id), organization, role, purposes: allowed }];
  });
}

function ask(known: RecordInRegistry, registered: RegisteredRequester, purpose: string): readonly PurposeAllowed[] {
  const plain = parseAccessFacts(factsOf(known, registered, purpose));
  if (plain === undefined) return [];
  const decision = decideByRules(ACCESS_RULES, plain);
  if (decision.effect === 'permit') {
    return [{ purpose, reasons: decision.reasons, obligations: decision.obligations, onlyByBreakGlass: false }];
  }
  if (!isEmergencyTreatment(purpose)) return [];
  const emergency = { reason: 'stated', secondClinician: null, reviewDue: known.time, withinQuota: true };
  const { effect, reasons, obligations } = decideByRules(ACCESS_RULES, { ...plain, emergency });
  const toBeReviewed = obligations.filter((obligation) => !obligation.startsWith('review-by:'));
  return effect === 'permit' ? [{ purpose, reasons, obligations: toBeReviewed, onlyByBreakGlass: true }] : [];
}

function factsOf(known: RecordInRegistry, registered: RegisteredRequester, purpose: string): AccessFacts {
  const { record, relation, consents, settings, time, action } = known;
  const [zone = null] = settings.zones[registered.requester.role] ?? [];
  return {
    record,
    requester: registered.requester,
    request: { purpose, action, time, withinSkew: true, place: { facility: null, zone, revalidateAt: null } },
    relation,
    consents,
    registry: {
      ...known.registry,
      organization: registered.organization,
      organizationKind: registered.organizationKind,
      practitioner: registered.practitioner,
      facilityOrganization: null,
      credentialRevoked: false,
    },
    emergency: null,
    settings,
  };
}

/** Two requesters differ to the decision only in what consents, record or relations name. */
function withoutNames(
  { requester, organization, organizationKind, practitioner }: RegisteredRequester,
  named: ReadonlySet<string>,
) {
  const seen = (reference: string | null) =>
    reference === null || named.has(reference) || reference === requester.onBehalfOf ? reference : '*';
  return {
    organization,
    organizationKind,
    practitioner,
    requester: {
      ...requester,
      practitioner: seen(requester.practitioner),
      practitionerRoles: [...new Set(requester.practitionerRoles.map(seen))].toSorted(),
      person: seen(requester.person),
      attributes: [],
    },
  };
}

/** Overlaps are found too: `FHIR/Practitioner/b` holds `Practitioner/b`. */
const TYPE_AND_ID = /(?<![A-Za-z])(?=([A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}))/g;

/** Every `Type/id` that stands anywhere in a text of some JSON, whatever server or version it is given with. */
function textsOf(json: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const open: unknown[] = [json];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') {
      for (const [, reference] of value.matchAll(TYPE_AND_ID)) {
        if (reference !== undefined) found.add(reference);
      }
    } else if (typeof value === 'object' && value !== null) {
      open.push(...Object.values(value));
    }
  }
  return found;
}
