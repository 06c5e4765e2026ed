import { acceptedFlips, fuzzDecoder } from '../testing/adversarial-bytes.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { hpkeDeriveKeyPair, hpkeKeyPair, hpkeOpen, hpkeSeal } from './hpke.ts';

const random = seededRandom('hpke');
const text = (value: string) => new TextEncoder().encode(value);
const [info, aad, plaintext] = [text('info'), text('aad'), text('plaintext')];
const { skR, pkR } = hpkeKeyPair(random);
const sealed = hpkeSeal(pkR, info, aad, plaintext, random);

describe('HPKE', () => {
  it('derives the recipient key of RFC 9180 appendix A.1.1', () => {
    const ikmR = Buffer.from('6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037', 'hex');
    const pair = hpkeDeriveKeyPair(ikmR);
    expect(Buffer.from(pair.skR).toString('hex')).toBe(
      '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
    );
    expect(Buffer.from(pair.pkR).toString('hex')).toBe(
      '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
    );
  });

  it('opens with the same key, info and aad only', () => {
    expect(hpkeOpen(skR, info, aad, sealed)).toEqual(plaintext);
    expect(hpkeOpen(hpkeKeyPair(random).skR, info, aad, sealed)).toBeUndefined();
    expect(hpkeOpen(skR, text('other'), aad, sealed)).toBeUndefined();
    expect(hpkeOpen(skR, info, text('other'), sealed)).toBeUndefined();
    expect(hpkeOpen(skR, info, aad, sealed.slice(0, 47))).toBeUndefined();
    expect(hpkeOpen(skR.subarray(1), info, aad, sealed)).toBeUndefined();
  });

  it('accepts no flipped byte', () => {
    expect(acceptedFlips(sealed, (bytes) => hpkeOpen(skR, info, aad, bytes) !== undefined)).toEqual([]);
  });

  it('refuses keys of small order on both sides', () => {
    expect(() => hpkeSeal(new Uint8Array(32), info, aad, plaintext, random)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => hpkeSeal(pkR.subarray(1), info, aad, plaintext, random)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(hpkeOpen(skR, info, aad, Uint8Array.from([...new Uint8Array(32), ...sealed.slice(32)]))).toBeUndefined();
    expect(() => hpkeDeriveKeyPair(new Uint8Array(31))).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('opens nothing among strings around a sealed message', () => {
    const open = (bytes: Uint8Array) => {
      const opened = hpkeOpen(skR, info, aad, bytes);
      expect(opened === undefined || Buffer.from(bytes).equals(sealed)).toBe(true);
    };
    fuzzDecoder(open, [sealed], 'hpke', 5000);
  }, 180_000);
});
