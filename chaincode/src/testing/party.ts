import { createHash } from 'node:crypto';
import { base64urlEncode } from '@medquorum/crypto/encoding/base64url';
import type { JsonValue } from '@medquorum/crypto/encoding/canonical-json';
import { ed25519PublicKey, signEd25519 } from '@medquorum/crypto/keys/ed25519';
import { type Intent, type IntentAuthorKind, signIntent } from '@medquorum/crypto/keys/signed-intent';
import type { Entry } from '../ledger/entry.ts';
import { type KeyClaim, keyProofBytes } from '../registry/key-proof.ts';
import type { EncryptionKey } from '../schema/identifiers.ts';

export const CHANNEL = 'medquorum';
export const CHAINCODE = 'ehr';
/** The time of every transaction that sets no other, and of the endorser's clock. */
export const NOW_MS = Date.parse('2026-03-02T09:00:00.000Z');
const HOUR_MS = 3_600_000;

/** Someone who signs: keys come from the name, so that tests repeat exactly. */
export type Party = Readonly<{
  kind: IntentAuthorKind;
  id: string;
  mspId: string | null;
  keyGeneration: number;
  seed: Uint8Array;
  signingKey: string;
  encryptionKey: EncryptionKey;
}>;

export function makeParty(kind: IntentAuthorKind, id: string, mspId: string | null, keyGeneration = 1): Party {
  const seed = digest(`${kind} ${id} signing ${keyGeneration}`);
  const publicKey = base64urlEncode(digest(`${kind} ${id} encryption ${keyGeneration}`));
  return {
    kind,
    id,
    mspId,
    keyGeneration,
    seed,
    signingKey: base64urlEncode(ed25519PublicKey(seed)),
    encryptionKey: { kem: 'X25519', publicKey },
  };
}

/** A UUID that depends on the name alone. */
export function uuidOf(name: string): string {
  const hex = Buffer.from(digest(`uuid ${name}`)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function sign(party: Party, bytes: Uint8Array): string {
  return base64urlEncode(signEd25519(bytes, party.seed));
}

/** Proof of possession for the keys of `party`, which may be a later generation of who acts. */
export function keyProof({ kind, id, ...party }: Party): string {
  const claim: KeyClaim = {
    channel: CHANNEL,
    chaincode: CHAINCODE,
    party: { kind, id },
    keyGeneration: party.keyGeneration,
    signingKey: party.signingKey,
    encryptionKey: kind === 'practitioner' ? null : party.encryptionKey,
  };
  return sign({ kind, id, ...party }, keyProofBytes(claim));
}

export type IntentFields = Partial<Omit<Intent, 'author' | 'args'>>;

let nonces = 0;

/** An entry as its author would send it, with any field of the intent set otherwise. */
export function entryOf(party: Party, call: `${string}:${string}`, args: unknown, fields: IntentFields = {}): Entry {
  const [contract = '', fn = ''] = call.split(':');
  const intent: Intent = {
    v: 1,
    channel: CHANNEL,
    chaincode: CHAINCODE,
    contract,
    function: fn,
    args: args as JsonValue,
    author: { kind: party.kind, id: party.id, keyGeneration: party.keyGeneration },
    nonce: `nonce-${String(nonces++).padStart(16, '0')}`,
    notAfter: new Date(NOW_MS + HOUR_MS).toISOString(),
    ...fields,
  };
  return { intent, signature: signIntent(intent, party.seed) };
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** SHA-256, lower-case hex, of some text. */
export function sha(text: string): string {
  return Buffer.from(digest(text)).toString('hex');
}
