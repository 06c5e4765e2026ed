import type { Author } from '../identity/author.ts';
import type { LedgerSession } from '../ledger/ledger-session.ts';
import { checkHead, type Item, notAllowed, type Operation } from '../ledger/operation.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { PatientState } from '../patient/patient-state.ts';
import type { Party } from './registry-args.ts';
import type { OrganizationState, PartyStatus, PractitionerState } from './registry-state.ts';

type PartyState = OrganizationState | PractitionerState | PatientState;

/** The regulator suspends anyone, an organisation its own practitioners; suspended parties act and are served no more. */
export const suspend: Operation<'registry', 'suspend'> = (item) =>
  changeStanding(item, item.args.party, `suspended:${item.args.reason}`);

export const reinstate: Operation<'registry', 'reinstate'> = (item) => changeStanding(item, item.args.party, 'active');

async function changeStanding({ author, entry, session }: Item<unknown>, party: Party, status: PartyStatus) {
  const state = await findParty(session, party);
  checkMayChange(author, state);
  checkHead(entry, state, 'optional');
  if ((state.status === 'active') === (status === 'active')) {
    throw new MedQuorumError('MQ_PARTY_STATUS', `the ${party.kind} is ${status === 'active' ? 'not ' : ''}suspended`);
  }
  session.put({ ...state, status, entry });
  return { status };
}

async function findParty(session: LedgerSession, { kind, id }: Party): Promise<PartyState> {
  const [state, code] =
    kind === 'organization'
      ? [await session.get('organization', id), 'MQ_ORGANIZATION_NOT_FOUND' as const]
      : kind === 'practitioner'
        ? [await session.get('practitioner', id), 'MQ_PRACTITIONER_NOT_FOUND' as const]
        : [await session.get('patient', id), 'MQ_PATIENT_NOT_FOUND' as const];
  if (state === undefined) throw new MedQuorumError(code, `no such ${kind}`);
  return state;
}

function checkMayChange(author: Author, state: PartyState): void {
  if (author.kind !== 'organization') notAllowed('an organisation suspends and reinstates');
  const isRegulator = author.organization.organizationKind === 'regulator';
  const isEmployer = state.kind === 'practitioner' && state.mspId === author.id;
  if (!isRegulator && !isEmployer) notAllowed('only the regulator, or the organisation of a practitioner');
}
