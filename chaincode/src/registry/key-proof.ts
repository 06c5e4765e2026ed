import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import type { EncryptionKey } from '../schema/identifiers.ts';

const PREFIX = 'MQ-KEY-PROOF-v1\n';

/** A key that someone brings to the ledger, and for whom. `encryptionKey` is null where the party has none. */
export type KeyClaim = Readonly<{
  channel: string;
  chaincode: string;
  party: Readonly<{ kind: 'organization' | 'practitioner' | 'patient'; id: string }>;
  keyGeneration: number;
  signingKey: string;
  encryptionKey: EncryptionKey | null;
}>;

/** The bytes that the claimed signing key signs (Ed25519) to prove that its holder takes part. */
export function keyProofBytes(claim: KeyClaim): Uint8Array {
  return new TextEncoder().encode(PREFIX + canonicalJson(claim));
}
