import type { LedgerSession } from '../ledger/ledger-session.ts';
import { notAllowed } from '../ledger/operation.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { OrganizationState, PractitionerState } from '../registry/registry-state.ts';
import type { Author } from './author.ts';

/** Who acts: an organisation, and the practitioner who signed or whom its system named. */
export type Actor = Readonly<{ organization: OrganizationState; practitioner: PractitionerState | null }>;

/**
 * The acting organisation and practitioner of an entry. A system of the organisation names the practitioner in
 * `onBehalfOf`; a practitioner signs for himself and names nobody.
 *
 * @throws MedQuorumError `MQ_AUTHOR_NOT_ALLOWED` for a patient, `MQ_PRACTITIONER_NOT_FOUND`, `MQ_AUTHOR_SUSPENDED`
 */
export async function actingPractitioner(
  session: LedgerSession,
  author: Author,
  onBehalfOf: string | undefined,
): Promise<Actor> {
  if (author.kind === 'patient') return notAllowed('this is for organisations and practitioners');
  const { organization } = author;
  if (author.kind === 'practitioner') {
    if (onBehalfOf !== undefined) return notAllowed('a practitioner acts for himself');
    return { organization, practitioner: author.practitioner };
  }
  if (onBehalfOf === undefined) return { organization, practitioner: null };
  const practitioner = await session.get('practitioner', onBehalfOf);
  if (practitioner?.mspId !== author.id) {
    throw new MedQuorumError('MQ_PRACTITIONER_NOT_FOUND', 'no such practitioner at the organisation');
  }
  if (practitioner.status !== 'active') {
    throw new MedQuorumError('MQ_AUTHOR_SUSPENDED', 'the practitioner is suspended');
  }
  return { organization, practitioner };
}
