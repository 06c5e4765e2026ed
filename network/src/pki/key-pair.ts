import { createPrivateKey, createPublicKey, KeyObject, webcrypto } from 'node:crypto';

/** What Fabric's MSP accepts everywhere: ECDSA on P-256 with SHA-256. */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;

export type KeyPair = Readonly<{ publicKey: webcrypto.CryptoKey; privateKey: webcrypto.CryptoKey }>;

export async function generateKeyPair(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

/** Private key as PKCS#8 PEM. */
export function privateKeyPem({ privateKey }: KeyPair): string {
  return KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Key pair from the PEM of its private half. */
export function keyPairFromPem(pem: string): KeyPair {
  const key = createPrivateKey(pem);
  return {
    privateKey: key.toCryptoKey(KEY_ALGORITHM, true, ['sign']),
    publicKey: createPublicKey(key).toCryptoKey(KEY_ALGORITHM, true, ['verify']),
  };
}
