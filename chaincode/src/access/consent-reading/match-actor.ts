import type { RequesterFacts } from '../access-facts.ts';
import type { Actor, Provision } from './consent-form.ts';
import type { FhirReference } from './fhir-reference.ts';
import type { Match } from './match.ts';

/** Whether an actor is the requester: his organisation, himself, or a role he holds (docs/access-decision.md, 2.7). */
export function matchActor({ reference }: Actor, requester: RequesterFacts): Match {
  const { type, tail, isLocal } = reference;
  // Membership of a group or care team, and what a contained resource or a URN stands for, is not among the facts.
  if (tail === undefined || type === 'Group' || type === 'CareTeam') return 'maybe';
  const isMeant = namedBy(requester, type).includes(tail);
  if (!isMeant) return 'no';
  // Another server's reference of the same type and id; a patient or proxy does not work at the organisation he asks through.
  return isLocal && !(type === 'Organization' && isPrivatePerson(requester)) ? 'yes' : 'maybe';
}

/** Someone acts for another: not as the patient himself does. */
export const actsForAnother = ({ onBehalfOf, person, practitioner }: RequesterFacts) =>
  onBehalfOf !== null && onBehalfOf !== person && onBehalfOf !== practitioner;

/**
 * A permit that someone acting for another may rely on names him, or a delegatee he is (docs/access-decision.md, 2.7).
 * A deny needs no such name.
 */
export function namesWhoActs({ actor }: Provision, requester: RequesterFacts): boolean {
  return (actor ?? []).some(
    (one) => matchActor(one, requester) === 'yes' && (isPersonal(one.reference) || isDelegatee(one)),
  );
}

/** A permit that names its recipient: somebody the requester is (42 CFR Part 2). */
export function namesRecipient({ actor }: Provision, requester: RequesterFacts): boolean {
  return (actor ?? []).some((one) => matchActor(one, requester) === 'yes');
}

const isPersonal = ({ type }: FhirReference) =>
  type === 'Practitioner' || type === 'RelatedPerson' || type === 'Patient';
const isPrivatePerson = ({ role }: RequesterFacts) => role === 'patient' || role === 'proxy';

function namedBy({ organization, practitioner, practitionerRoles, person }: RequesterFacts, type: string | undefined) {
  if (type === 'Organization') return [organization];
  if (type === 'Practitioner') return [practitioner];
  if (type === 'PractitionerRole') return practitionerRoles;
  return type === 'RelatedPerson' || type === 'Patient' ? [person] : [];
}

const DELEGATEE_CODES = new Map([
  ['http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'DELEGATEE'],
  ['http://terminology.hl7.org/CodeSystem/contractsignertypecodes', 'DELEGATEE'],
  ['http://hl7.org/fhir/consentperformer', 'delegatee'],
]);
const isDelegatee = ({ roles }: Actor) => roles.some(({ system, code }) => DELEGATEE_CODES.get(system) === code);
