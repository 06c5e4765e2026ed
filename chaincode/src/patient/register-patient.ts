import { notAllowed, type Operation } from '../ledger/operation.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { checkKeyProof, putKey } from '../registry/register-key.ts';

/** An organisation enrols a patient under a pseudonym; the patient's key proves that its holder takes part. */
export const registerPatient: Operation<'patient', 'register'> = async ({ args, author, entry, session, tx }) => {
  if (author.kind !== 'organization') return notAllowed('an organisation enrols patients');
  const { pseudonym, wallet, signingKey, encryptionKey, keyProof } = args;
  const key = { party: { kind: 'patient', id: pseudonym }, keyGeneration: 1, signingKey, encryptionKey } as const;
  checkKeyProof(tx, key, keyProof);
  if ((await session.get('patient', pseudonym)) !== undefined) {
    throw new MedQuorumError('MQ_PATIENT_EXISTS', 'the pseudonym is registered');
  }
  session.put({
    v: SHAPE_VERSION,
    kind: 'patient',
    pseudonym,
    wallet,
    registeredBy: author.id,
    signingKey,
    encryptionKey,
    keyGeneration: 1,
    status: 'active',
    entry,
  });
  putKey(session, tx, entry, key);
  return { pseudonym, keyGeneration: 1 };
};
