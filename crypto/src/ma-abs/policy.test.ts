import fc from 'fast-check';
import { utf8 } from '../encoding/bytes.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import { fuzzDecoder } from '../testing/adversarial-bytes.ts';
import { runs } from '../testing/seed.ts';
import {
  gateText,
  leafText,
  MAX_CHILDREN,
  MAX_DEPTH,
  MAX_LEAVES,
  MAX_POLICY_BYTES,
  parsePolicy,
  satisfies,
} from './policy.ts';

const leaf = (name: string, epoch = '2026-11') => leafText('clinic', name, epoch);
const numbered = (count: number) => Array.from({ length: count }, (_, i) => leaf(`a${i}`));
const codeOf = (text: string) => {
  try {
    parsePolicy(text);
    return 'accepted';
  } catch (error) {
    if (error instanceof DecodingError) return error.code;
    throw error;
  }
};

/** Nested gates, the innermost over two leaves. */
const chain = (depth: number): string =>
  depth === 1 ? leaf('bottom') : gateText(1, [leaf(`side${depth}`), chain(depth - 1)]);

describe('a policy', () => {
  it('numbers its leaves in pre-order and counts its free challenges', () => {
    const text = gateText(2, [
      leaf('b'),
      gateText(1, [leaf('x'), leaf('y'), leaf('z')]),
      leafText('board', 'a', '2026-10'),
    ]);
    const policy = parsePolicy(text);
    expect(policy.leaves.map(({ attribute, index }) => [attribute, index])).toEqual([
      ['a', 0],
      ['b', 1],
      ['x', 2],
      ['y', 3],
      ['z', 4],
    ]);
    expect(policy.freeChallenges).toBe(1 + 2);
    expect(policy.authorityIds).toEqual(['board', 'clinic']);
    expect(policy.epochs).toEqual(['2026-10', '2026-11']);
  });

  it('has one text: whatever is accepted is what JSON writes for it', () => {
    const identifiers = fc.stringMatching(/^[a-z0-9][a-z0-9._:/-]{0,5}$/);
    const texts: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        identifiers.map((name) => leaf(name)),
        fc
          .tuple(fc.integer({ min: 0, max: 4 }), fc.array(tie('node'), { minLength: 1, maxLength: 4 }))
          .map(([k, children]) => gateText(k, children)),
      ),
    })).node;
    let accepted = 0;
    fc.assert(
      fc.property(texts, (text) => {
        if (codeOf(text) !== 'accepted') return;
        accepted++;
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        expect(parsePolicy(text).text).toBe(text);
      }),
      runs(500),
    );
    expect(accepted).toBeGreaterThan(50);
  });

  it('accepts each limit and refuses one past it', () => {
    expect(codeOf(gateText(1, numbered(MAX_LEAVES)))).toBe('accepted');
    expect(codeOf(gateText(1, numbered(MAX_CHILDREN + 1)))).toBe('MQ_CRYPTO_LIMIT');
    expect(codeOf(gateText(1, [gateText(1, numbered(17)), gateText(2, numbered(16))]))).toBe('MQ_CRYPTO_LIMIT');
    expect(codeOf(chain(MAX_DEPTH))).toBe('accepted');
    expect(codeOf(chain(MAX_DEPTH + 1))).toBe('MQ_CRYPTO_LIMIT');
    expect(codeOf('x'.repeat(MAX_POLICY_BYTES))).toBe('MQ_CRYPTO_FORMAT');
    expect(codeOf('x'.repeat(MAX_POLICY_BYTES + 1))).toBe('MQ_CRYPTO_LIMIT');
    expect(codeOf(leaf('a'.repeat(63)))).toBe('accepted');
    expect(codeOf(leaf('a'.repeat(64)))).toBe('MQ_CRYPTO_FORMAT');
    expect(codeOf(leaf('a', 'e'.repeat(16)))).toBe('accepted');
    expect(codeOf(leaf('a', 'e'.repeat(17)))).toBe('MQ_CRYPTO_FORMAT');
    expect(codeOf(leafText('c'.repeat(63), 'a', '1'))).toBe('accepted');
    expect(codeOf(leafText('c'.repeat(64), 'a', '1'))).toBe('MQ_CRYPTO_FORMAT');
  });

  const two = [leaf('a'), leaf('b')] as const;
  it.each([
    ['threshold 0', gateText(0, two)],
    ['threshold above n', gateText(3, two)],
    ['threshold with a leading zero', `{"k":01,"of":[${two.join()}]}`],
    ['threshold as a fraction', `{"k":1.0,"of":[${two.join()}]}`],
    ['negative threshold', gateText(-1, two)],
    ['one child', gateText(1, [leaf('a')])],
    ['no child', '{"k":1,"of":[]}'],
    ['children in descending order', `{"k":1,"of":[${leaf('b')},${leaf('a')}]}`],
    ['equal children', `{"k":1,"of":[${leaf('a')},${leaf('a')}]}`],
    ['a comma too many', `{"k":1,"of":[${two.join()},]}`],
    ['members in another order', `{"of":[${two.join()}],"k":1}`],
    ['a repeated member', `{"k":1,"k":1,"of":[${two.join()}]}`],
    ['another member', leaf('a').replace('}', ',"x":"y"}')],
    ['white space', gateText(1, two).replace(':', ': ')],
    ['an escape', leaf('a').replace('clinic', '\\u0063linic')],
    ['a byte order mark', `\ufeff${leaf('a')}`],
    ['bytes after the end', `${leaf('a')} `],
    ['a second policy', leaf('a') + leaf('b')],
    ['an end that is missing', gateText(1, two).slice(0, -1)],
    ['another bracket at the end', gateText(1, two).replace(/\]\}$/, '}]')],
    ['a semicolon between children', gateText(1, two).replace('},{', '};{')],
    ['a gate that ends like a list', gateText(1, two).replace(/\}$/, ']')],
    ['nothing', ''],
    ['upper case', leaf('A')],
    ['a line break after an identifier', leaf('a\n')],
    ['an empty identifier', leaf('')],
    ['a lone surrogate', leaf('a\ud800')],
  ])('with %s is refused', (_, text) => {
    expect(codeOf(text)).toBe('MQ_CRYPTO_FORMAT');
  });

  it('decodes to a value or a typed error, 100,000 texts', () => {
    const examples = [gateText(1, two), gateText(2, [leaf('x'), chain(4)])].map(utf8);
    const latin1 = new TextDecoder('latin1');
    const { refused } = fuzzDecoder((bytes) => parsePolicy(latin1.decode(bytes)), examples, 'policy');
    expect(refused).toBeGreaterThan(90_000);
  });

  it('is satisfied by thresholds of children', () => {
    const { root } = parsePolicy(gateText(2, [leaf('a'), leaf('b'), gateText(2, [leaf('c'), leaf('d')])]));
    const by = (...names: string[]) => satisfies(root, ({ attribute }) => names.includes(attribute));
    expect([by('a', 'b'), by('a', 'c', 'd'), by('c', 'd'), by('a', 'c'), by()]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
