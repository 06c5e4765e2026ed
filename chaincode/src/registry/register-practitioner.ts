import { notAllowed, type Operation } from '../ledger/operation.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { checkKeyProof, putKey } from './register-key.ts';

/** An organisation registers one who works there, by pseudonymous id, with roles and a key he proves to hold. */
export const registerPractitioner: Operation<'registry', 'registerPractitioners'> = async (item) => {
  const { args, author, entry, session, tx } = item;
  if (author.kind !== 'organization') return notAllowed('an organisation registers its practitioners');
  const { practitionerId, roles, signingKey, keyProof } = args;
  const own = new Set(author.organization.facilities.map(({ id }) => id));
  for (const facility of roles.flatMap((role) => role.facilities ?? [])) {
    if (!own.has(facility)) throw new MedQuorumError('MQ_FACILITY_NOT_FOUND', 'a role is at an unregistered facility');
  }
  const party = { kind: 'practitioner', id: practitionerId } as const;
  const key = { party, keyGeneration: 1, signingKey, encryptionKey: null };
  checkKeyProof(tx, key, keyProof);
  if ((await session.get('practitioner', practitionerId)) !== undefined) {
    throw new MedQuorumError('MQ_PRACTITIONER_EXISTS', 'the practitioner is registered');
  }
  session.put({
    v: SHAPE_VERSION,
    kind: 'practitioner',
    practitionerId,
    mspId: author.id,
    roles,
    signingKey,
    keyGeneration: 1,
    status: 'active',
    entry,
  });
  putKey(session, tx, entry, key);
  return { practitionerId, keyGeneration: 1 };
};
