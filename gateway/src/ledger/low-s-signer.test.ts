import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { lowSSigner } from './low-s-signer.ts';

const HALF_N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n >> 1n;

describe('lowSSigner', () => {
  it('signs so that OpenSSL verifies and s is low, every time', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signer = lowSSigner(privateKey.export({ format: 'pem', type: 'pkcs8' }));
    for (let i = 0; i < 64; i++) {
      const message = Buffer.from(`message ${i}`);
      const signature = Buffer.from(await signer(message));
      expect(verify('sha256', message, createPublicKey(privateKey), signature)).toBe(true);
      const sAt = 4 + (signature[3] ?? 0) + 2;
      expect(BigInt(`0x${signature.toString('hex', sAt)}`) <= HALF_N).toBe(true);
    }
  });
});
