import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { GatewayError } from '../gateway-error.ts';

/** RFC 9180 section 7: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, base mode. */
const suite = () => new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** What a wrapped key is for; bound as `info`, so that it opens for nothing else. */
export type WrapContext = Readonly<{
  channel: string;
  custodian: string;
  requester: string;
  decisionId: string;
  recordId: string;
  version: number;
}>;
/** base64url both. */
export type WrappedKey = Readonly<{ enc: string; ciphertext: string }>;

const PREFIX = 'MQ-CONTENT-KEY-v1\n';

/** @param publicKey X25519, raw 32 bytes, as registered on the ledger */
export async function wrapKey(key: Uint8Array, publicKey: Uint8Array, context: WrapContext): Promise<WrappedKey> {
  const hpke = suite();
  const recipientPublicKey = await hpke.kem.deserializePublicKey(bytes(publicKey));
  const sealed = await hpke.seal({ recipientPublicKey, info: infoOf(context) }, bytes(key));
  return {
    enc: Buffer.from(sealed.enc).toString('base64url'),
    ciphertext: Buffer.from(sealed.ct).toString('base64url'),
  };
}

/** @throws GatewayError `MQ_RELEASE_REFUSED` for a key that was wrapped for something or somebody else */
export async function unwrapKey(
  { enc, ciphertext }: WrappedKey,
  privateKey: Uint8Array,
  context: WrapContext,
): Promise<Uint8Array> {
  const hpke = suite();
  try {
    const recipientKey = await hpke.kem.deserializePrivateKey(bytes(privateKey));
    const info = infoOf(context);
    const opened = await hpke.open(
      { recipientKey, enc: bytes(Buffer.from(enc, 'base64url')), info },
      bytes(Buffer.from(ciphertext, 'base64url')),
    );
    return new Uint8Array(opened);
  } catch (cause) {
    throw new GatewayError('MQ_RELEASE_REFUSED', 'the wrapped key does not open', { cause });
  }
}

function infoOf(context: WrapContext): ArrayBuffer {
  return bytes(Buffer.from(PREFIX + canonicalJson(context)));
}

/** WebCrypto wants a buffer of its own. */
function bytes(view: Uint8Array): ArrayBuffer {
  return Uint8Array.from(view).buffer;
}
