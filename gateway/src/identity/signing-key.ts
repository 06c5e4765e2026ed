import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

/** PKCS#8 of an Ed25519 key (RFC 8410 section 7) up to the seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
export const SEED_BYTES = 32;

/** An Ed25519 key in use. node:crypto signs about thirty times faster than readable code does. */
export class SigningKey {
  readonly #key: KeyObject;
  /** base64url of the raw 32 bytes. */
  readonly publicKey: string;

  constructor(seed: Uint8Array) {
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.#key).export({ format: 'jwk' }).x ?? '';
  }

  static generate(): Readonly<{ seed: Buffer; key: SigningKey }> {
    const seed = randomBytes(SEED_BYTES);
    return { seed, key: new SigningKey(seed) };
  }

  /** @returns base64url of the 64-byte signature */
  sign(message: Uint8Array): string {
    return sign(null, message, this.#key).toString('base64url');
  }
}
