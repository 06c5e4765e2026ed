import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { ed25519PublicKey, verifyEd25519 } from './keys/ed25519.ts';
import { nodeAesGcm, nodeEd25519Equation } from './node-crypto.ts';
import { nobleAesGcm } from './symmetric/aes-gcm.ts';
import { FC } from './testing/seed.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('Node implementations', () => {
  it('of AES-256-GCM agree with noble, also on damaged input', () => {
    fc.assert(
      fc.property(
        bytes(32),
        bytes(12),
        fc.uint8Array(),
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(),
        (key, nonce, aad, plain, at) => {
          const sealed = nobleAesGcm.seal(key, nonce, aad, plain);
          expect(Buffer.from(nodeAesGcm.seal(key, nonce, aad, plain)).equals(sealed)).toBe(true);
          for (const aes of [nodeAesGcm, nobleAesGcm]) {
            expect(aes.open(key, nonce, aad, sealed)).toEqual(plain);
            const damaged = Uint8Array.from(sealed);
            damaged[at % damaged.length] = (damaged[at % damaged.length] as number) ^ 1;
            expect(aes.open(key, nonce, aad, damaged)).toBeUndefined();
            expect(aes.open(key, nonce, aad, sealed.slice(0, 15))).toBeUndefined();
            expect(aes.open(key, nonce, Uint8Array.from([...aad, 0]), sealed)).toBeUndefined();
          }
        },
      ),
      FC,
    );
  });

  it('of the Ed25519 equation agree with noble', () => {
    const seed = new Uint8Array(32).fill(3);
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(64), (message, at) => {
        const signature = Uint8Array.from(ed25519.sign(message, seed));
        if (at < 64) signature[at] = (signature[at] as number) ^ 1;
        expect(verifyEd25519(signature, message, ed25519PublicKey(seed), nodeEd25519Equation)).toBe(at === 64);
        expect(verifyEd25519(signature, message, ed25519PublicKey(seed))).toBe(at === 64);
      }),
      FC,
    );
  });
});
