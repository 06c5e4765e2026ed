import fc from 'fast-check';
import { CryptoError } from '../errors/crypto-error.ts';
import { FC } from '../testing/seed.ts';
import { canonicalJson, MAX_JSON_DEPTH, parseCanonicalJson } from './canonical-json.ts';

/** JSON values whose numbers are safe integers and whose strings are well formed. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof CryptoError) return error.code;
    throw error;
  }
  return 'none';
};

describe('canonicalJson', () => {
  it('sorts keys by UTF-16 code units, the example of RFC 8785 section 3.2.3', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(value)))).toHaveLength(7);
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
  });

  it('escapes as RFC 8785 section 3.2.2.2', () => {
    expect(canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
  });

  it('writes minus zero as zero', () => expect(canonicalJson(-0)).toBe('0'));

  it.each([
    ['MQ_JSON_NUMBER', 0.5],
    ['MQ_JSON_NUMBER', 2 ** 53],
    ['MQ_JSON_NUMBER', Number.NaN],
    ['MQ_JSON_NUMBER', Number.POSITIVE_INFINITY],
    ['MQ_JSON_STRING', '\ud800'],
    ['MQ_JSON_STRING', { '\udc00': 1 }],
    ['MQ_JSON_TYPE', undefined],
    ['MQ_JSON_TYPE', { a: undefined }],
    ['MQ_JSON_TYPE', [undefined]],
    ['MQ_JSON_TYPE', new Array(1)],
    ['MQ_JSON_TYPE', 1n],
    ['MQ_JSON_TYPE', () => 1],
    ['MQ_JSON_TYPE', Symbol('s')],
    ['MQ_JSON_TYPE', new Date(0)],
    ['MQ_JSON_TYPE', new Map()],
    ['MQ_JSON_TYPE', new Uint8Array(1)],
    ['MQ_JSON_DEPTH', nested(MAX_JSON_DEPTH + 1)],
  ])('refuses with %s', (code, value) => expect(codeOf(() => canonicalJson(value))).toBe(code));

  it('writes the deepest value allowed', () => {
    expect(canonicalJson(nested(MAX_JSON_DEPTH))).toHaveLength(2 * MAX_JSON_DEPTH + 1);
  });

  it('ends on a cycle', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(codeOf(() => canonicalJson(cycle))).toBe('MQ_JSON_DEPTH');
  });

  it('keeps the value, does not depend on insertion order, and is a fixed point', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(parseCanonicalJson(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      FC,
    );
  });
});

describe('parseCanonicalJson', () => {
  it.each([
    ['MQ_JSON_SYNTAX', '{'],
    ['MQ_JSON_SYNTAX', ''],
    ['MQ_JSON_NOT_CANONICAL', '{"b":1,"a":2}'],
    ['MQ_JSON_NOT_CANONICAL', '{"a":1,"a":1}'],
    ['MQ_JSON_NOT_CANONICAL', ' 1'],
    ['MQ_JSON_NOT_CANONICAL', '1.0'],
    ['MQ_JSON_NOT_CANONICAL', '-0'],
    ['MQ_JSON_NOT_CANONICAL', '"\\u0041"'],
    ['MQ_JSON_DEPTH', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('refuses with %s', (code, text) => expect(codeOf(() => parseCanonicalJson(text))).toBe(code));

  it('keeps a member named __proto__ a member', () => {
    expect(canonicalJson(parseCanonicalJson('{"__proto__":1}'))).toBe('{"__proto__":1}');
  });

  it('answers 100,000 random texts with a value or a typed error', () => {
    const characters = fc.constantFrom(...'{}[]":,0123456789-.eE\\u\ud800atruefalsn ');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 24 }), (text) => {
        codeOf(() => expect(canonicalJson(parseCanonicalJson(text))).toBe(text));
      }),
      { ...FC, numRuns: 100_000 },
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
