import { actingPractitioner } from '../identity/acting-practitioner.ts';
import { type Item, notAllowed } from '../ledger/operation.ts';
import type { PractitionerRole } from '../registry/registry-args.ts';
import type { OrganizationState, PractitionerState } from '../registry/registry-state.ts';
import type { DecideArgs } from './access-args.ts';

/** Who asks, as the registry knows him. */
export type Requester = Readonly<{
  organization: OrganizationState | null;
  practitioner: PractitionerState | null;
  /** Of the kind claimed, held at the place of the request. */
  roles: readonly PractitionerRole[];
  /** Pseudonym of the patient who asks, for himself or for another. */
  person: string | null;
}>;

/**
 * A role that is claimed has to be held: a request under another is not a refusal but no request.
 *
 * @throws MedQuorumError `MQ_AUTHOR_NOT_ALLOWED`, and those of `actingPractitioner`
 */
export async function requesterOf({ args, author, session }: Item<DecideArgs>): Promise<Requester> {
  const { role, place, practitionerRole, onBehalfOf } = args;
  if (author.kind === 'patient') {
    const isOwn = author.id === args.patient;
    if (role !== (isOwn ? 'patient' : 'proxy')) notAllowed('a patient asks as patient of his own records, or as proxy');
    if (place !== null || practitionerRole !== undefined || onBehalfOf !== undefined) {
      notAllowed('a patient has no place, practitioner role or practitioner to name');
    }
    return { organization: null, practitioner: null, roles: [], person: author.id };
  }
  const { organization, practitioner } = await actingPractitioner(session, author, onBehalfOf);
  if (practitioner === null) return notAllowed('a system names the practitioner it asks for');
  const roles = practitioner.roles.filter(
    (held) =>
      held.role === role &&
      (practitionerRole === undefined || held.id === practitionerRole) &&
      (held.facilities === undefined || (place !== null && held.facilities.includes(place.facility))),
  );
  if (roles.length === 0) return notAllowed('the practitioner holds no such role there');
  return { organization, practitioner, roles, person: null };
}
