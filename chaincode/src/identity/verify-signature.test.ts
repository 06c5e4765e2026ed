import { base64urlEncode } from '@medquorum/crypto/encoding/base64url';
import { verifyEd25519 } from '@medquorum/crypto/keys/ed25519';
import fc from 'fast-check';
import { CITY, VALLEY } from '../testing/founded-consortium.ts';
import { sign } from '../testing/party.ts';
import { SEED } from '../testing/seed.ts';
import { MAX_CACHED_KEYS, verifySignature } from './verify-signature.ts';

describe('verifySignature', () => {
  const bytes = new TextEncoder().encode('what is signed');
  const signature = sign(CITY, bytes);

  it('takes the signature of the key over the bytes, and no other', () => {
    expect(verifySignature(CITY.signingKey, signature, bytes)).toBe(true);
    expect(verifySignature(VALLEY.signingKey, signature, bytes)).toBe(false);
    expect(verifySignature(CITY.signingKey, signature, bytes.toReversed())).toBe(false);
    expect(verifySignature(CITY.signingKey, signature.slice(0, 40), bytes)).toBe(false);
    expect(verifySignature('A'.repeat(43), signature, bytes)).toBe(false); // the neutral element, order 4
  });

  it('agrees with the reference on every key and signature', () => {
    const anyKey = fc.oneof(fc.constant(CITY.signingKey), encoded(32));
    const anySignature = fc.oneof(fc.constant(signature), encoded(64));
    fc.assert(
      fc.property(anyKey, anySignature, fc.uint8Array({ maxLength: 8 }), (key, signed, message) => {
        const decode = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
        expect(verifySignature(key, signed, message)).toBe(verifyEd25519(decode(signed), message, decode(key)));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it(`forgets the oldest of more than ${MAX_CACHED_KEYS} keys and still answers the same`, () => {
    for (let i = 0; i <= MAX_CACHED_KEYS; i++) {
      const key = Buffer.alloc(32, 0xff);
      key.writeUInt32BE(i);
      expect(verifySignature(key.toString('base64url'), signature, bytes)).toBe(false);
    }
    expect(verifySignature(CITY.signingKey, signature, bytes)).toBe(true);
  });
});

function encoded(length: number) {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((it) => base64urlEncode(it));
}
