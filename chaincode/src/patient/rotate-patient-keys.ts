import { checkHead, notAllowed, type Operation } from '../ledger/operation.ts';
import { checkKeyProof, putKey } from '../registry/register-key.ts';

/** The patient replaces both keys, signing with the one still held. */
export const rotatePatientKeys: Operation<'patient', 'rotateKeys'> = async ({ args, author, entry, session, tx }) => {
  if (author.kind !== 'patient') return notAllowed('the patient rotates his keys');
  const { patient } = author;
  checkHead(entry, patient, 'needed');
  const { signingKey, encryptionKey, keyProof } = args;
  const keyGeneration = patient.keyGeneration + 1;
  const party = { kind: 'patient', id: author.id } as const;
  const keys = { keyGeneration, signingKey, encryptionKey };
  checkKeyProof(tx, { party, ...keys }, keyProof);
  session.put({ ...patient, ...keys, entry });
  putKey(session, tx, entry, { party, ...keys });
  return { keyGeneration };
};
