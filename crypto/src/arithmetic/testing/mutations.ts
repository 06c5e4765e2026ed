import type { Mutation } from '../../testing/mutation.ts';

const TESTS = 'arithmetic/arithmetic.test.ts';
const EDGES = 'G1 of both implementations refuses the edge cases';

export const MUTATIONS: readonly Mutation[] = [
  ...(
    [
      ['compressed point: exact length', 'if (bytes.length !== encodedBytes)', 'if (bytes.length < 0)', EDGES],
      ['compressed point: compression flag', 'if ((head & COMPRESSED_FLAG) === 0)', 'if (head < 0)', EDGES],
      [
        'compressed point: the infinity flag stands alone',
        'const canonical = head === (COMPRESSED_FLAG | INFINITY_FLAG) && bytes.subarray(1).every((byte) => byte === 0);',
        'const canonical = true;',
        EDGES,
      ],
      ['compressed point: not the identity', 'if (canonical) throw', 'if (canonical) return; else throw', EDGES],
    ] as const
  ).map(
    ([check, find, replace, name]): Mutation => ({
      check,
      file: 'arithmetic/compressed-point.ts',
      find,
      replace,
      killedBy: [TESTS, name],
    }),
  ),
  {
    check: 'point on mcl: in the subgroup',
    file: 'arithmetic/mcl-bls12381.ts',
    find: 'if (!point.isValidOrder()) throw',
    replace: "if (field === '') throw",
    killedBy: [TESTS, EDGES],
  },
  {
    check: 'point on mcl: on the curve',
    file: 'arithmetic/mcl-bls12381.ts',
    find: 'if (point === undefined) throw',
    replace: 'if (point === undefined) return hidden(identity); else if (field === "") throw',
    killedBy: [TESTS, 'G1 of both implementations gives the same code'],
  },
  {
    check: 'point on noble: on the curve and in the subgroup',
    file: 'arithmetic/noble-bls12381.ts',
    find: 'if (isOnCurve(bytes))',
    replace: 'if (bytes.length === 48) return hidden(Point.BASE); else if (isOnCurve(bytes))',
    killedBy: [TESTS, EDGES],
  },
  {
    check: 'exponents: scalars only',
    file: 'arithmetic/exponent.ts',
    find: 'if (exponent < 0n || exponent >= ORDER) throw',
    replace: 'if (exponent === undefined) throw',
    killedBy: [TESTS, 'scalars as exponents refuses'],
  },
];
