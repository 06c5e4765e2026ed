import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** version (1) | nonce (12) | ciphertext | tag (16); AES-256-GCM, NIST SP 800-38D. */
const FORMAT_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const CONTENT_KEY_BYTES = 32;
export const CONTENT_OVERHEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** Which version of which record a ciphertext belongs to: bound as associated data, so that none can stand in for another. */
export type ContentContext = Readonly<{ recordId: string; version: number }>;

/** Thrown for every way a ciphertext can be wrong; which one is nobody's business. */
export class ContentDecryptionError extends Error {
  override readonly name = 'ContentDecryptionError';
  readonly code = 'MQ_CONTENT_UNREADABLE';
  constructor() {
    super('MQ_CONTENT_UNREADABLE: the content does not decrypt under this key for this record and version');
  }
}

/** A fresh key, for one version of one record: a key is never used twice, so a random nonce cannot repeat under it. */
export const generateContentKey = (): Buffer => randomBytes(CONTENT_KEY_BYTES);

/** Encrypts the content of one version of a record. */
export function encryptContent(plaintext: Uint8Array, key: Uint8Array, context: ContentContext): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedData(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from([FORMAT_VERSION]), nonce, body, cipher.getAuthTag()]);
}

/** @throws ContentDecryptionError for a wrong key, record or version and for any changed byte */
export function decryptContent(ciphertext: Uint8Array, key: Uint8Array, context: ContentContext): Buffer {
  if (
    ciphertext.length < CONTENT_OVERHEAD_BYTES ||
    ciphertext[0] !== FORMAT_VERSION ||
    key.length !== CONTENT_KEY_BYTES
  ) {
    throw new ContentDecryptionError();
  }
  const nonce = ciphertext.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(ciphertext.subarray(ciphertext.length - TAG_BYTES));
  try {
    return Buffer.concat([
      decipher.update(ciphertext.subarray(1 + NONCE_BYTES, ciphertext.length - TAG_BYTES)),
      decipher.final(),
    ]);
  } catch {
    throw new ContentDecryptionError();
  }
}

function associatedData({ recordId, version }: ContentContext): Buffer {
  return Buffer.from(`MQ-CONTENT-v1\n${recordId}\n${version}`, 'utf8');
}
