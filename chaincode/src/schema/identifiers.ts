/** The forms of everything that names something on the ledger. All are random or public: none can hold a person's name. */
import { createPublicKey } from 'node:crypto';
import { base64urlDecode } from '@medquorum/crypto/encoding/base64url';
import { isEd25519PublicKey } from '@medquorum/crypto/keys/ed25519';
import { object, oneOf, refuse, type Shape, type Shaped, text } from './shape.ts';

/** RFC 9562, lower case. Pseudonyms and the ids of records, consents, practitioners, roles and relations. */
export const uuid = text(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'a UUID');
export const mspId = text(/^[A-Za-z][A-Za-z0-9.-]{0,63}$/, 'an MSP id');
/** As in consortium.yaml; it begins with a letter, as no number of a person does. */
export const facilityId = text(/^[a-z][a-z0-9-]{0,62}$/, 'a facility id');
export const sha256Hex = text(/^[0-9a-f]{64}$/, 'a SHA-256 digest in lower-case hex');
/** CIDv1, base32, SHA-256, raw leaf or dag-pb, as `ipfs add --cid-version=1 --raw-leaves` gives it. */
export const contentId = text(/^baf(krei|ybei)[a-z2-7]{52}$/, 'a CIDv1');
/** `<transaction id>-<index in its list>`: what chaincode names itself is unique without looking. */
export const entryId = text(/^[0-9a-f]{64}-[0-9]{1,4}$/, 'a transaction id and an index');
export const signature = text(/^[A-Za-z0-9_-]{85}[AQgw]$/, 'an Ed25519 signature in base64url');
/** RFC 3339 in UTC with milliseconds, as intents have it. */
export const instant: Shape<string> = (value, path) => {
  const form = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'a UTC instant with milliseconds');
  const time = form(value, path);
  const timeMs = Date.parse(time);
  if (Number.isNaN(timeMs) || new Date(timeMs).toISOString() !== time) refuse(path, 'must be an instant that exists');
  return time;
};

/** Ed25519, base64url of the raw 32 bytes, canonical and not of small order. */
export const signingKey: Shape<string> = (value, path) => {
  const key = text(/^[A-Za-z0-9_-]{43}$/, 'an Ed25519 public key in base64url')(value, path);
  return isEd25519PublicKey(decoded(key, path)) ? key : refuse(path, 'must be an Ed25519 public key of large order');
};

const encodedKey = object({ kem: oneOf(['X25519', 'P-256']), publicKey: text(/^[A-Za-z0-9_-]{43,87}$/, 'base64url') });

/** HPKE public key (RFC 9180 section 7.1.1): raw 32 bytes for X25519, uncompressed 65 bytes for P-256. */
export const encryptionKey: Shape<EncryptionKey> = (value, path) => {
  const key = encodedKey(value, path);
  const bytes = decoded(key.publicKey, path);
  const fits = key.kem === 'X25519' ? bytes.length === 32 && bytes.some((byte) => byte !== 0) : isP256Point(bytes);
  return fits ? key : refuse(path, `must be a public key of ${key.kem}`);
};
export type EncryptionKey = Shaped<typeof encodedKey>;

function decoded(encoded: string, path: string): Uint8Array {
  try {
    return base64urlDecode(encoded);
  } catch {
    return refuse(path, 'must be canonical base64url');
  }
}

function isP256Point(bytes: Uint8Array): boolean {
  if (bytes.length !== 65 || bytes[0] !== 4) return false;
  const coordinate = (from: number) => Buffer.from(bytes.subarray(from, from + 32)).toString('base64url');
  try {
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) }, format: 'jwk' });
    return true; // OpenSSL refuses a point that is not on the curve
  } catch {
    return false;
  }
}
