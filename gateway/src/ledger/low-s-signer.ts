import { createPrivateKey, sign } from 'node:crypto';
import type { Signer } from '@hyperledger/fabric-gateway';

/** Order of P-256 (SEC 2, section 2.4.2). Fabric refuses signatures with s above half of it. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_N = N >> 1n;

/**
 * ECDSA P-256 over SHA-256 by node:crypto, off the main thread, with low S. It takes the message, not its digest
 * (node:crypto cannot sign a digest), so the client is opened with `hash.none`.
 *
 * @param pem private key, PKCS#8 or SEC 1
 */
export function lowSSigner(pem: string | Buffer): Signer {
  const key = createPrivateKey(pem);
  return (message) =>
    new Promise((resolve, reject) => {
      sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, (error, signature) => {
        if (error !== null) return reject(error);
        resolve(derLowS(signature));
      });
    });
}

/** r || s, 32 bytes each, as the DER sequence that Fabric reads, s replaced by n - s where it is high. */
function derLowS(signature: Buffer): Uint8Array {
  const s = BigInt(`0x${signature.toString('hex', 32)}`);
  const low = s > HALF_N ? Buffer.from((N - s).toString(16).padStart(64, '0'), 'hex') : signature.subarray(32);
  const integers = Buffer.concat([derInteger(signature.subarray(0, 32)), derInteger(low)]);
  return Buffer.concat([Buffer.from([0x30, integers.length]), integers]);
}

function derInteger(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const positive = (digits[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
}
