import fc from 'fast-check';
import { concatBytes } from '../encoding/bytes.ts';
import { acceptedFlips, fuzzDecoder, succeeds } from '../testing/adversarial-bytes.ts';
import { runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  decodeNonZeroScalarL,
  decodePoint,
  decodeScalarL,
  encodePoint,
  encodeScalarL,
  evaluatePolynomial,
  hashToGroup,
  lagrangeAtZero,
  mul,
  mulPublic,
  RISTRETTO_BASE,
  RISTRETTO_ORDER,
  randomScalarL,
} from './ristretto255.ts';

const random = seededRandom('ristretto255');
const L = Uint8Array.from(Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex'));

describe('ristretto255', () => {
  it('has the generator of RFC 9496 appendix A.1, and multiples of it', () => {
    expect(Buffer.from(encodePoint(RISTRETTO_BASE)).toString('hex')).toBe(
      'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
    );
    expect(Buffer.from(encodePoint(mul(2n, RISTRETTO_BASE))).toString('hex')).toBe(
      '6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919',
    );
  });

  // RFC 9496 appendix A.2: non-canonical, negative and non-square encodings
  it.each([
    '00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20',
    '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371',
  ])('refuses the encoding %s', (hex) => {
    expect(() => decodePoint(Buffer.from(hex, 'hex'))).toThrow('MQ_CRYPTO_POINT');
  });

  it('refuses the identity, other lengths, zero where forbidden, and scalars from L on', () => {
    expect(() => decodePoint(new Uint8Array(32))).toThrow('MQ_CRYPTO_IDENTITY');
    expect(() => decodePoint(new Uint8Array(33))).toThrow('MQ_CRYPTO_LENGTH');
    expect(() => decodeScalarL(new Uint8Array(31))).toThrow('MQ_CRYPTO_LENGTH');
    expect(() => decodeScalarL(L)).toThrow('MQ_CRYPTO_SCALAR');
    expect(decodeScalarL(Uint8Array.from([0xec, ...L.slice(1)]))).toBe(RISTRETTO_ORDER - 1n);
    expect(() => decodeNonZeroScalarL(new Uint8Array(32))).toThrow('MQ_CRYPTO_SCALAR');
  });

  it('gives up on a source that returns zeros', () => {
    expect(() => randomScalarL({ bytes: (length) => new Uint8Array(length) })).toThrow('MQ_CRYPTO_RANDOM');
  });

  it('encodes and decodes, multiplies alike in secret and public, and interpolates', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (message, t) => {
        const k = randomScalarL(random);
        const P = hashToGroup(message, 'test');
        expect(decodePoint(encodePoint(P)).equals(P)).toBe(true);
        expect(decodeScalarL(encodeScalarL(k))).toBe(k);
        expect(mul(k, P).equals(mulPublic(k, P))).toBe(true);
        const f = Array.from({ length: t }, () => randomScalarL(random));
        const x = Array.from({ length: t }, (_, i) => BigInt(3 * i + 1));
        const lambda = lagrangeAtZero(x);
        const sum = x.reduce((total, xi, i) => total + (lambda[i] as bigint) * evaluatePolynomial(f, xi), 0n);
        expect(sum % RISTRETTO_ORDER).toBe(f[0]);
      }),
      runs(20),
    );
  });

  it('decodes 100,000 strings to a value that encodes back, or a typed error', () => {
    const point = encodePoint(hashToGroup(concatBytes(), 'test'));
    const same = (bytes: Uint8Array) => expect(Buffer.from(encodePoint(decodePoint(bytes))).equals(bytes)).toBe(true);
    fuzzDecoder(same, [point], 'ristretto255-point');
    fuzzDecoder((bytes) => decodeScalarL(bytes), [encodeScalarL(randomScalarL(random))], 'ristretto255-scalar');
    expect(acceptedFlips(point, (bytes) => succeeds(() => same(bytes))).length).toBeLessThan(32);
  }, 180_000);
});
