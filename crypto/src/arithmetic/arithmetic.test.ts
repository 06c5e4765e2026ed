import fc from 'fast-check';
import { bytesToHex, hexToBytes, i2osp } from '../encoding/bytes.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import { runs } from '../testing/seed.ts';
import type { Bls12381, PointGroup } from './arithmetic.ts';
import { COORDINATE_BYTES, FIELD_ORDER } from './compressed-point.ts';
import { loadMclBls12381 } from './mcl-bls12381.ts';
import { MAX_WASM_MESSAGE_BYTES } from './mcl-module.ts';
import { nobleBls12381 } from './noble-bls12381.ts';
import { ORDER } from './scalar.ts';

const mcl: Bls12381 = await loadMclBls12381();
const noble = nobleBls12381;

const EDGES = [
  0n,
  1n,
  2n,
  3n,
  (ORDER - 1n) / 2n,
  (ORDER + 1n) / 2n,
  ORDER - 2n,
  ORDER - 1n,
  1n << 64n,
  1n << 128n,
  1n << 254n,
];
const scalars = () => fc.oneof(fc.constantFrom(...EDGES), fc.bigInt(0n, ORDER - 1n), fc.bigInt(0n, (1n << 128n) - 1n));
const messages = () => fc.uint8Array({ maxLength: 300 });
const DST = 'MEDQUORUM-TEST-DIFFERENTIAL';

type Name = 'G1' | 'G2';
const group = (back: Bls12381, name: Name) => back[name] as unknown as PointGroup<object>;

/** The same point of both implementations: a hashed message to a power, or the generator or identity. */
type Recipe = { base: 'generator' | 'identity' | Uint8Array; exponent: bigint };
const recipes = (): fc.Arbitrary<Recipe> =>
  fc.record({
    base: fc.oneof(fc.constantFrom('generator' as const, 'identity' as const), messages()),
    exponent: scalars(),
  });
function make(back: Bls12381, name: Name, { base, exponent }: Recipe): object {
  const g = group(back, name);
  const point = base === 'generator' ? g.generator : base === 'identity' ? g.identity : g.hashToCurve(base, DST);
  return g.pow(point, exponent);
}
const hex = (back: Bls12381, name: Name, point: object) => bytesToHex(group(back, name).encode(point));

/** Runs on both, and expects equal text. */
function expectEqual(run: (back: Bls12381) => string | boolean): void {
  expect(run(mcl)).toEqual(run(noble));
}

describe.each<[Name, number]>([
  ['G1', 25],
  ['G2', 10],
])('%s of both implementations', (name, numRuns) => {
  it('agrees on every operation, on random and edge inputs', () => {
    fc.assert(
      fc.property(recipes(), recipes(), scalars(), (a, b, k) => {
        expectEqual((back) => {
          const g = group(back, name);
          const [p, q] = [make(back, name, a), make(back, name, b)];
          const results = [p, g.mul(p, q), g.mul(p, p), g.inv(p), g.mul(p, g.inv(p)), g.pow(q, k)];
          return [
            ...results.map((point) => hex(back, name, point)),
            g.equals(p, q),
            g.isIdentity(p),
            g.isIdentity(g.mul(q, g.inv(q))),
          ].join();
        });
      }),
      runs(numRuns),
    );
  });

  it('agrees on products of powers, with repeated bases, identities and zero exponents', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(recipes(), scalars()), { maxLength: 5 }), fc.boolean(), (terms, twice) => {
        const all = twice ? [...terms, ...terms] : terms;
        expectEqual((back) => {
          const g = group(back, name);
          const bases = all.map(([recipe]) => make(back, name, recipe));
          const exponents = all.map(([, k]) => k);
          const product = g.multiPow(bases, exponents);
          const single = bases
            .map((base, i) => g.pow(base, exponents[i] as bigint))
            .reduce((x, y) => g.mul(x, y), g.identity);
          expect(hex(back, name, product)).toBe(hex(back, name, single));
          return hex(back, name, product);
        });
      }),
      runs(numRuns),
    );
  });

  it.each([63, 64, 65, 1025])('agrees on a product of %d powers, across the limits of the algorithms', (count) => {
    const size = name === 'G2' && count > 100 ? 70 : count;
    expectEqual((back) => {
      const g = group(back, name);
      const bases = Array.from({ length: size }, (_, i) =>
        i % 7 === 3 ? g.identity : g.pow(g.generator, BigInt(i + 1)),
      );
      const exponents = bases.map((_, i) => (i % 5 === 0 ? 0n : ORDER - BigInt(i)));
      return hex(back, name, g.multiPow(bases, exponents));
    });
  });

  it('agrees on hash to curve for every length of message and tag', () => {
    fc.assert(
      fc.property(messages(), fc.string({ minLength: 1, maxLength: 60 }), (message, dst) => {
        fc.pre(dst.isWellFormed());
        expectEqual((back) => hex(back, name, group(back, name).hashToCurve(message, dst)));
      }),
      runs(numRuns),
    );
    for (const length of [MAX_WASM_MESSAGE_BYTES, MAX_WASM_MESSAGE_BYTES + 1]) {
      expectEqual((back) =>
        hex(back, name, group(back, name).hashToCurve(new Uint8Array(length).fill(7), 'D'.repeat(255))),
      );
    }
  });

  it('decodes what it encodes, on either implementation', () => {
    fc.assert(
      fc.property(recipes(), (recipe) => {
        const point = make(noble, name, recipe);
        fc.pre(!group(noble, name).isIdentity(point));
        const bytes = group(noble, name).encode(point);
        expectEqual((back) => hex(back, name, group(back, name).decode(bytes)));
      }),
      runs(numRuns),
    );
  });

  it('gives the same code for the same broken bytes', () => {
    const size = group(noble, name).encodedBytes;
    const valid = group(noble, name).encode(group(noble, name).hashToCurve(new Uint8Array(3), DST));
    const structured = fc.oneof(
      fc.uint8Array({ maxLength: size + 2 }),
      fc.uint8Array({ minLength: size, maxLength: size }),
      fc
        .uint8Array({ minLength: size, maxLength: size })
        .map((bytes) => withHead(bytes, 0x80 | ((bytes[0] as number) & 0x2f))),
      fc.tuple(fc.nat(size - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => flipped(valid, at, flip)),
    );
    fc.assert(
      fc.property(structured, (bytes) => expectEqual((back) => outcome(back, name, bytes))),
      runs(numRuns * 12),
    );
  });

  it('refuses the edge cases of the encoding with the right code', () => {
    const size = group(noble, name).encodedBytes;
    const zeros = new Uint8Array(size);
    const p = i2osp(FIELD_ORDER, COORDINATE_BYTES);
    const aboveField = size === COORDINATE_BYTES ? [p] : [both(p, new Uint8Array(48)), both(new Uint8Array(48), p)];
    const cases: [string, Uint8Array][] = [
      ['MQ_CRYPTO_LENGTH', new Uint8Array()],
      ['MQ_CRYPTO_LENGTH', new Uint8Array(size - 1)],
      ['MQ_CRYPTO_LENGTH', new Uint8Array(size + 1)],
      ['MQ_CRYPTO_POINT', zeros],
      ['MQ_CRYPTO_IDENTITY', withHead(zeros, 0xc0)],
      ['MQ_CRYPTO_POINT', withHead(zeros, 0xe0)],
      ['MQ_CRYPTO_POINT', withHead(zeros, 0xc1)],
      ['MQ_CRYPTO_POINT', withHead(flipped(zeros, size - 1, 1), 0xc0)],
      ['MQ_CRYPTO_POINT', withHead(zeros, 0x40)],
      ...aboveField.map((bytes): [string, Uint8Array] => [
        'MQ_CRYPTO_POINT',
        withHead(bytes, 0x80 | (bytes[0] as number)),
      ]),
      ['MQ_CRYPTO_SUBGROUP', outsideSubgroup(name)],
    ];
    for (const back of [mcl, noble]) {
      for (const [code, bytes] of cases)
        expect([back.name, bytesToHex(bytes), outcome(back, name, bytes)]).toEqual([
          back.name,
          bytesToHex(bytes),
          code,
        ]);
    }
  });
});

describe('scalars as exponents', () => {
  it.each([-1n, ORDER, ORDER + 1n])('refuses %s as a fault of the caller', (k) => {
    for (const back of [mcl, noble]) {
      expect(() => back.G1.pow(back.G1.generator, k)).toThrow(RangeError);
      expect(() => back.G2.multiPow([back.G2.generator], [k])).toThrow(RangeError);
      expect(() => back.GT.pow(back.GT.one, k)).toThrow(RangeError);
    }
  });
});

describe('the pairing of both implementations', () => {
  it('is bilinear, and 1 exactly when an input is the identity', () => {
    fc.assert(
      fc.property(scalars(), scalars(), (a, b) => {
        for (const { G1, G2, GT, pairing } of [mcl, noble]) {
          const [p, q] = [G1.pow(G1.generator, a), G2.pow(G2.generator, b)];
          const expected = GT.pow(pairing(G1.generator, G2.generator), (a * b) % ORDER);
          expect(GT.equals(pairing(p, q), expected)).toBe(true);
          expect(GT.equals(pairing(p, q), GT.one)).toBe(a === 0n || b === 0n);
          expect(GT.equals(GT.mul(pairing(p, q), pairing(G1.inv(p), q)), GT.one)).toBe(true);
        }
      }),
      runs(6),
    );
  });

  it('agrees on whether a product is 1', () => {
    const pairs = fc.array(fc.tuple(scalars(), scalars()), { maxLength: 3 });
    fc.assert(
      fc.property(pairs, fc.boolean(), (exponents, balanced) => {
        const sum = exponents.reduce((total, [a, b]) => (total + a * b) % ORDER, 0n);
        const last = balanced ? (ORDER - sum) % ORDER : 1n;
        for (const { G1, G2, pairingProductIsOne } of [mcl, noble]) {
          const inputs = [...exponents, [last, 1n] as const].map(
            ([a, b]) => [G1.pow(G1.generator, a), G2.pow(G2.generator, b)] as const,
          );
          expect(pairingProductIsOne(inputs)).toBe((sum + last) % ORDER === 0n);
        }
      }),
      runs(6),
    );
    for (const { pairingProductIsOne } of [mcl, noble]) expect(pairingProductIsOne([])).toBe(true);
  });
});

function outcome(back: Bls12381, name: Name, bytes: Uint8Array): string {
  try {
    return hex(back, name, group(back, name).decode(bytes));
  } catch (error) {
    if (error instanceof DecodingError) return error.code;
    throw error;
  }
}

const both = (a: Uint8Array, b: Uint8Array) => Uint8Array.of(...a, ...b);
const withHead = (bytes: Uint8Array, head: number) => bytes.with(0, head);
const flipped = (bytes: Uint8Array, at: number, flip: number) => bytes.with(at, (bytes[at] as number) ^ flip);

/** x = 4 in G1 and x = 2 in G2 are on the curve; few curve points lie in the subgroup, and these two do not. */
const outsideSubgroup = (name: Name) => hexToBytes(name === 'G1' ? `80${'00'.repeat(46)}04` : `80${'00'.repeat(94)}02`);
