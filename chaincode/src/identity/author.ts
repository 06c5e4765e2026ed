import type { IntentAuthor } from '@medquorum/crypto/keys/signed-intent';
import { type Entry, signedBytes } from '../ledger/entry.ts';
import type { LedgerSession } from '../ledger/ledger-session.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { PatientState } from '../patient/patient-state.ts';
import type { OrganizationState, PractitionerState } from '../registry/registry-state.ts';
import { verifySignature } from './verify-signature.ts';

/** The registered party that signed an entry. */
export type Author =
  | Readonly<{ kind: 'organization'; id: string; mspId: string; organization: OrganizationState }>
  | Readonly<{
      kind: 'practitioner';
      id: string;
      mspId: string;
      organization: OrganizationState;
      practitioner: PractitionerState;
    }>
  | Readonly<{ kind: 'patient'; id: string; mspId: null; patient: PatientState }>;

/**
 * The author of an entry, after checking registration, key generation, status, carrier and signature, the cheap first.
 *
 * @param allowSuspended a suspended patient may still withdraw
 * @throws MedQuorumError `MQ_AUTHOR_UNKNOWN`, `MQ_AUTHOR_KEY_GENERATION`, `MQ_AUTHOR_SUSPENDED`,
 *   `MQ_SUBMITTER_NOT_ALLOWED`, `MQ_SIGNATURE_INVALID`
 */
export async function resolveAuthor(
  session: LedgerSession,
  submitterMspId: string,
  entry: Entry,
  allowSuspended: boolean,
): Promise<Author> {
  const author = await findAuthor(session, entry.intent.author);
  const party = partyOf(author);
  if (party.keyGeneration !== entry.intent.author.keyGeneration) {
    throw new MedQuorumError('MQ_AUTHOR_KEY_GENERATION', `the current key generation is ${party.keyGeneration}`);
  }
  const standing = author.kind === 'practitioner' ? [party, author.organization] : [party];
  if (!allowSuspended && standing.some(({ status }) => status !== 'active')) {
    throw new MedQuorumError('MQ_AUTHOR_SUSPENDED', 'the author or its organisation is suspended');
  }
  if (author.mspId !== null && author.mspId !== submitterMspId) throw foreignCarrier();
  checkSignature(entry, party.signingKey);
  return author;
}

/** The key that a party brings itself, at its registration. */
export function checkSignature(entry: Entry, signingKey: string): void {
  if (!verifySignature(signingKey, entry.signature, signedBytes(entry.intent))) {
    throw new MedQuorumError('MQ_SIGNATURE_INVALID', "the signature is not the author's over this intent");
  }
}

export function foreignCarrier(): MedQuorumError {
  return new MedQuorumError('MQ_SUBMITTER_NOT_ALLOWED', "the entry must be carried by its author's own organisation");
}

async function findAuthor(session: LedgerSession, { kind, id }: IntentAuthor): Promise<Author> {
  if (kind === 'patient') {
    const patient = (await session.get('patient', id)) ?? unknown(kind);
    return { kind, id, mspId: null, patient };
  }
  if (kind === 'organization') {
    const organization = (await session.get('organization', id)) ?? unknown(kind);
    return { kind, id, mspId: organization.mspId, organization };
  }
  const practitioner = (await session.get('practitioner', id)) ?? unknown(kind);
  const organization = (await session.get('organization', practitioner.mspId)) ?? unknown('organization');
  return { kind, id, mspId: practitioner.mspId, organization, practitioner };
}

function partyOf(author: Author): OrganizationState | PractitionerState | PatientState {
  switch (author.kind) {
    case 'organization':
      return author.organization;
    case 'practitioner':
      return author.practitioner;
    case 'patient':
      return author.patient;
  }
}

function unknown(kind: string): never {
  throw new MedQuorumError('MQ_AUTHOR_UNKNOWN', `the ${kind} is not registered`);
}
