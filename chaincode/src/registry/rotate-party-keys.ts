import { checkHead, notAllowed, type Operation } from '../ledger/operation.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { checkKeyProof, putKey } from './register-key.ts';

/** An organisation or practitioner replaces its own keys, signing with the ones it still has. */
export const rotatePartyKeys: Operation<'registry', 'rotateKeys'> = async ({ args, author, entry, session, tx }) => {
  if (author.kind === 'patient') return notAllowed('patients rotate their keys with patient:rotateKeys');
  const { signingKey, keyProof } = args;
  const party = { kind: author.kind, id: author.id };
  if (author.kind === 'organization') {
    const { organization } = author;
    checkHead(entry, organization, 'needed');
    const keyGeneration = organization.keyGeneration + 1;
    const keys = { signingKey, encryptionKey: args.encryptionKey ?? organization.encryptionKey, keyGeneration };
    checkKeyProof(tx, { party, ...keys }, keyProof);
    session.put({ ...organization, ...keys, entry });
    putKey(session, tx, entry, { party, ...keys });
    return { keyGeneration };
  }
  const { practitioner } = author;
  if (args.encryptionKey !== undefined) {
    throw new MedQuorumError('MQ_INPUT_INVALID', 'args.encryptionKey: a practitioner has none');
  }
  checkHead(entry, practitioner, 'needed');
  const key = { party, keyGeneration: practitioner.keyGeneration + 1, signingKey, encryptionKey: null };
  checkKeyProof(tx, key, keyProof);
  session.put({ ...practitioner, signingKey, keyGeneration: key.keyGeneration, entry });
  putKey(session, tx, entry, key);
  return { keyGeneration: key.keyGeneration };
};
