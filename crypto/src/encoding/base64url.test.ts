import fc from 'fast-check';
import { CryptoError } from '../errors/crypto-error.ts';
import { FC } from '../testing/seed.ts';
import { base64urlDecode, base64urlEncode } from './base64url.ts';

describe('base64url', () => {
  it('agrees with Buffer and comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(base64urlEncode(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(base64urlDecode(base64urlEncode(bytes))).toEqual(bytes);
      }),
      FC,
    );
  });

  it.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'A+/A', 'A A', '\u00e4AAA'])('refuses %j', (text) => {
    expect(() => base64urlDecode(text)).toThrow(expect.objectContaining({ code: 'MQ_BASE64URL' }));
  });

  it('has one text per byte string, on 100,000 texts', () => {
    const characters = fc.constantFrom(...'ABab01-_+/= ');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        let bytes: Uint8Array;
        try {
          bytes = base64urlDecode(text);
        } catch (error) {
          if (error instanceof CryptoError) return;
          throw error;
        }
        expect(base64urlEncode(bytes)).toBe(text);
      }),
      { ...FC, numRuns: 100_000 },
    );
  });
});
