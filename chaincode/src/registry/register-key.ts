import { verifySignature } from '../identity/verify-signature.ts';
import type { Entry } from '../ledger/entry.ts';
import type { LedgerSession } from '../ledger/ledger-session.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { type TransactionFacts, txTime } from '../ledger/transaction.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { type KeyClaim, keyProofBytes } from './key-proof.ts';

type NewKey = Omit<KeyClaim, 'channel' | 'chaincode'>;

/** @throws MedQuorumError `MQ_KEY_PROOF_INVALID` */
export function checkKeyProof({ channel, chaincode }: TransactionFacts, key: NewKey, keyProof: string): void {
  if (verifySignature(key.signingKey, keyProof, keyProofBytes({ channel, chaincode, ...key }))) return;
  throw new MedQuorumError('MQ_KEY_PROOF_INVALID', 'the new key did not sign for its party and generation');
}

/** Keeps this generation for ever, for whoever checks what it has signed. */
export function putKey(session: LedgerSession, tx: TransactionFacts, entry: Entry, key: NewKey): void {
  session.put({ v: SHAPE_VERSION, kind: 'key', ...key, since: txTime(tx), entry });
}
