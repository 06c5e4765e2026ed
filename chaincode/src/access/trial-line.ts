import { MedQuorumError } from '../medquorum-error.ts';
import { boolean, nullable, object, oneOf, type Shape, text } from '../schema/shape.ts';
import type { AccessDecision } from './access-decision.ts';
import { type AccessFacts, DEFAULT_ACCESS_SETTINGS, ROLE_KINDS } from './access-facts.ts';
import { ACCESS_RULES } from './access-rules.ts';
import { instantMs } from './consent-reading/date-range.ts';
import { decideByRules, FACTS_MALFORMED } from './decide.ts';
import { requireAccessFacts } from './parse-access-facts.ts';

/** The answer to one line of `medquorum decide`. `id` is the line's own, `null` where it cannot be read. */
export type TrialAnswer = Readonly<{
  id: string | number | null;
  effect: AccessDecision['effect'];
  reasons: readonly string[];
}>;

/** A line states that a review afterwards is due, in words; when exactly changes no effect. */
const REVIEW_WITHIN_MS = 24 * 60 * 60 * 1000;
/** A second clinician of a line is taken as of another authority. */
const OTHER_AUTHORITY = 'Organization/another-authority';
const ID_AT_START = /^\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)/;

/** Decides one NDJSON line `{id, consents, record, requester}` (docs/access-decision.md, section 5). Never throws. */
export function answerTrialLine(line: string): TrialAnswer {
  let id: TrialAnswer['id'] = null;
  let decision = FACTS_MALFORMED;
  try {
    const parsed: unknown = JSON.parse(line);
    id = idOf(parsed);
    decision = decideByRules(ACCESS_RULES, trialFacts(parsed));
  } catch (error) {
    if (error instanceof SyntaxError) id = idAtStart(line);
    else if (!(error instanceof MedQuorumError)) throw error;
  }
  return { id, effect: decision.effect, reasons: decision.reasons };
}

const anything: Shape<unknown> = (value) => value;
const words = text(/^[\s\S]{0,4096}$/, 'a text of at most 4096 characters');

const trialRequester = object({
  organization: anything,
  practitioner: nullable(text(/^\S{1,256}$/, 'a reference')),
  practitionerRole: anything,
  person: anything,
  onBehalfOf: anything,
  role: oneOf(ROLE_KINDS),
  purpose: anything,
  action: anything,
  place: nullable(object({ facility: anything, zone: anything })),
  careRelation: nullable(boolean),
  emergency: nullable(
    object({
      declared: nullable(boolean),
      reason: nullable(words),
      secondClinician: nullable(text(/^\S{1,256}$/, 'a reference')),
      review: nullable(words),
    }),
  ),
  time: text(/^\S{1,64}$/, 'an instant'),
});
const trialRecord = object({
  reference: anything,
  patient: anything,
  custodian: anything,
  class: anything,
  code: anything,
  date: anything,
  author: anything,
  confidentiality: anything,
  labels: anything,
  policies: anything,
});

/**
 * The facts a line stands for: organisations, facilities and people are taken as registered and attested, the care
 * relation and the emergency as stated.
 *
 * @throws MedQuorumError `MQ_INPUT_INVALID`
 */
export function trialFacts(line: unknown): AccessFacts {
  const { consents, record: recordMember, requester: requesterMember } = membersOf(line);
  const record = trialRecord(recordMember, 'record');
  const { careRelation, emergency, practitionerRole, purpose, action, time, place, ...requester } = trialRequester(
    requesterMember,
    'requester',
  );
  const timeMs = instantMs(time) ?? Number.NaN;
  const isReviewed = (emergency?.review ?? '').trim() !== '' && !Number.isNaN(timeMs);
  const second = emergency?.secondClinician ?? null;
  return requireAccessFacts({
    record: {
      ...record,
      date: withBothSides(record.date),
      recordClass: null,
      labels: record.labels ?? [],
      policies: record.policies ?? [],
      refersTo: [],
      referredBy: [],
    },
    requester: { ...requester, practitionerRoles: practitionerRole === null ? [] : [practitionerRole], attributes: [] },
    request: {
      purpose,
      action,
      time,
      withinSkew: true,
      place: place === null ? null : { ...place, revalidateAt: null },
    },
    relation: {
      care:
        careRelation === true
          ? [
              {
                kind: 'stated',
                with: requester.organization ?? requester.practitioner ?? requester.person,
                from: null,
                until: null,
              },
            ]
          : [],
      delegations: [],
    },
    consents: consents ?? [],
    registry: {
      organization: 'active',
      organizationKind: null,
      practitioner: 'active',
      patient: 'active',
      facilityOrganization: null,
      credentialRevoked: false,
      legalHold: false,
      erasureInProgress: false,
      legalBases: [],
    },
    emergency:
      emergency === null || emergency.declared !== true
        ? null
        : {
            reason: emergency.reason,
            secondClinician: second === null ? null : { practitioner: second, organization: OTHER_AUTHORITY },
            reviewDue: isReviewed ? new Date(timeMs + REVIEW_WITHIN_MS).toISOString() : null,
            withinQuota: true,
          },
    settings: DEFAULT_ACCESS_SETTINGS,
  });
}

/** A FHIR Period leaves an open side out. */
function withBothSides(date: unknown): unknown {
  return typeof date === 'object' && date !== null ? { start: null, end: null, ...date } : date;
}

/** The line is an envelope: what else it carries (a comment, an expected answer) is its writer's own. */
function membersOf(line: unknown): Readonly<Record<'consents' | 'record' | 'requester', unknown>> {
  const isObject =
    typeof line === 'object' && line !== null && 'consents' in line && 'record' in line && 'requester' in line;
  if (!isObject) throw new MedQuorumError('MQ_INPUT_INVALID', 'line: must have consents, record and requester');
  return line;
}

function idOf(line: unknown): TrialAnswer['id'] {
  const id = typeof line === 'object' && line !== null && 'id' in line ? line.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function idAtStart(line: string): TrialAnswer['id'] {
  try {
    return idOf({ id: JSON.parse(ID_AT_START.exec(line)?.[1] ?? 'null') });
  } catch {
    return null; // an escape that JSON does not know
  }
}
