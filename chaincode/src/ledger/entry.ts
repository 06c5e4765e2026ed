import { CryptoError } from '@medquorum/crypto/errors/crypto-error';
import { type Intent, intentBytes } from '@medquorum/crypto/keys/signed-intent';
import { MedQuorumError } from '../medquorum-error.ts';
import { signature } from '../schema/identifiers.ts';
import { object, type Shape } from '../schema/shape.ts';

/** Items of one transaction's list. */
export const MAX_ENTRIES = 200;
/** Bytes of one transaction's list, as it stands in the argument. */
export const MAX_ENTRIES_BYTES = 4 << 20;
/** An intent may be carried for this long at most: the ledger keeps its nonce until then. */
export const MAX_INTENT_LIFETIME_MS = 7 * 24 * 3600 * 1000;

/** A shorter nonce could be guessed, or be a word. */
export const MIN_NONCE_CHARS = 16;

/** A signed intent as it stands in arguments and state. */
export type Entry = Readonly<{ intent: Intent; signature: string }>;

const envelope = object({ intent: anything, signature });

/** @throws MedQuorumError `MQ_INPUT_INVALID`, or `MQ_INTENT_INVALID` naming the member of the intent */
export const entry: Shape<Entry> = (value, path) => {
  const { intent, signature: signed } = envelope(value, path);
  const parsed = parsedIntent(intent, path);
  if (parsed.nonce.length < MIN_NONCE_CHARS) {
    throw new MedQuorumError('MQ_INTENT_INVALID', `${path}.intent: nonce: must have ${MIN_NONCE_CHARS} characters`);
  }
  return { intent: parsed, signature: signed };
};

/** Checking an intent yields the bytes that are signed; they are kept for the check of the signature. */
const signedForms = new WeakMap<Intent, Uint8Array>();

/** The bytes that the author has signed. */
export function signedBytes(intent: Intent): Uint8Array {
  return signedForms.get(intent) ?? intentBytes(intent);
}

function parsedIntent(intent: unknown, path: string): Intent {
  try {
    signedForms.set(intent as Intent, intentBytes(intent as Intent));
    return intent as Intent;
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new MedQuorumError('MQ_INTENT_INVALID', `${path}.${cause.message.replace(/^MQ_[A-Z_]+: /, '')}`, { cause });
  }
}

function anything(value: unknown): unknown {
  return value;
}
