import fc from 'fast-check';
import { equalBytes } from '../encoding/bytes.ts';
import { acceptedFlips, fuzzDecoder, succeeds } from '../testing/adversarial-bytes.ts';
import { runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  decodePsiMessage1,
  decodePsiMessage2,
  PSI_MAX_ITEMS,
  type PsiItem,
  psiFinish,
  psiRound1,
  psiRound2,
  psiSessionId,
} from './psi.ts';

const random = seededRandom('psi');
const session = {
  channel: 'ehr',
  consentA: 'consent-a',
  consentB: 'consent-b',
  nonceA: new Uint8Array(16).fill(1),
  nonceB: new Uint8Array(16).fill(2),
};
const sid = psiSessionId(session);
const otherSid = psiSessionId({ ...session, consentB: 'consent-c' });
const coded = (...codes: string[]): PsiItem[] => codes.map((code) => ({ system: 'icd-10', code }));
const numbered = (from: number, count: number) => coded(...Array.from({ length: count }, (_, i) => `R${from + i}`));

const itemsA = coded('R50', 'R51', 'R52');
const itemsB = coded('R51', 'R52', 'R99', 'R98');
const initiator = psiRound1(sid, itemsA, random);
const message2 = psiRound2(sid, itemsB, initiator.message1, random);

describe('intersection size', () => {
  it('is the number of common items', () => {
    const codes = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 18 });
    fc.assert(
      fc.property(codes, codes, (a, b) => {
        const first = psiRound1(sid, coded(...a.map(String)), random);
        const answer = psiRound2(sid, coded(...b.map(String)), first.message1, random);
        expect(psiFinish(sid, first, answer)).toBe(a.filter((code) => b.includes(code)).length);
      }),
      runs(8),
    );
  });

  it('tells items apart by where system ends and code begins', () => {
    const first = psiRound1(sid, [{ system: 'ab', code: 'c' }], random);
    const answer = psiRound2(sid, [{ system: 'a', code: 'bc' }], first.message1, random);
    expect(psiFinish(sid, first, answer)).toBe(0);
  });

  it('never matches the dummies of the two sides', () => {
    const constant = { bytes: (length: number) => new Uint8Array(length).fill(5) };
    const repeated = () => psiRound1(sid, [], constant);
    expect(new Set(repeated().message1.slice(38)).size).toBeGreaterThan(1);
    const first = psiRound1(sid, coded('R1'), random);
    expect(psiFinish(sid, first, psiRound2(sid, coded('R2'), first.message1, random))).toBe(0);
  });

  it('hides the number of items behind the padded size', () => {
    const lengths = [0, 1, 16, 17, 33, 65, 128].map((n) => psiRound1(sid, numbered(0, n), random).message1.length);
    expect(lengths).toEqual([16, 16, 16, 32, 64, 128, 128].map((n) => 38 + 32 * n));
  });

  it('refuses more than 128 items, repeated items and overlong texts', () => {
    expect(() => psiRound1(sid, numbered(0, PSI_MAX_ITEMS + 1), random)).toThrow('MQ_CRYPTO_LIMIT');
    expect(() => psiRound1(sid, coded('R1', 'R1'), random)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => psiRound2(sid, coded('R1', 'R1'), initiator.message1, random)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => psiRound1(sid, coded('x'.repeat(1025)), random)).toThrow('MQ_CRYPTO_LIMIT');
    expect(succeeds(() => psiRound1(sid, coded('x'.repeat(1024)), random))).toBe(true);
  });

  it('refuses session identifiers and nonces of another length', () => {
    expect(() => psiSessionId({ ...session, nonceA: new Uint8Array(15) })).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => psiRound1(sid.subarray(1), itemsA, random)).toThrow('MQ_CRYPTO_ARGUMENT');
  });
});

describe('messages', () => {
  it('of another session are refused', () => {
    expect(() => psiRound2(otherSid, itemsB, initiator.message1, random)).toThrow('MQ_CRYPTO_FORMAT: session');
    expect(() => psiFinish(otherSid, initiator, message2)).toThrow('MQ_CRYPTO_FORMAT: session');
  });

  it('that answer another first message are refused', () => {
    const again = psiRound1(sid, itemsA, random);
    expect(() => psiFinish(sid, again, message2)).toThrow('MQ_CRYPTO_FORMAT: hash of the first message');
  });

  it('whose first list has another size are refused', () => {
    const list = initiator.message1.slice(36);
    const longer = psiRound1(sid, numbered(0, 17), random).message1.slice(36);
    const head = message2.slice(0, 68);
    const crafted = Uint8Array.from([...head, ...longer, ...list]);
    expect(() => psiFinish(sid, initiator, crafted)).toThrow('MQ_CRYPTO_FORMAT: first list has another size');
  });

  it.each([
    ['a count between the sizes', (m: Uint8Array) => m.fill(17, 37, 38), 'MQ_CRYPTO_LIMIT'],
    ['elements out of order', (m: Uint8Array) => swap(m, 38, 70), 'MQ_CRYPTO_FORMAT'],
    ['a repeated element', (m: Uint8Array) => m.set(m.slice(38, 70), 70), 'MQ_CRYPTO_FORMAT'],
    ['the identity', (m: Uint8Array) => m.fill(0, 38, 70), 'MQ_CRYPTO_IDENTITY'],
    ['an element that is not canonical', (m: Uint8Array) => m.fill(0xff, 38 + 15 * 32), 'MQ_CRYPTO_POINT'],
    ['another magic', (m: Uint8Array) => m.fill(0x32, 3, 4), 'MQ_CRYPTO_MAGIC'],
  ])('with %s are refused', (_, change, code) => {
    const changed = Uint8Array.from(initiator.message1);
    change(changed);
    expect(() => psiRound2(sid, itemsB, changed, random)).toThrow(code);
  });

  it('with bytes missing or left over are refused', () => {
    const longer = Uint8Array.from([...initiator.message1, 0]);
    expect(() => psiRound2(sid, itemsB, longer, random)).toThrow('MQ_CRYPTO_LENGTH');
    expect(() => psiRound2(sid, itemsB, initiator.message1.subarray(1), random)).toThrow('MQ_CRYPTO_MAGIC');
    expect(() => psiRound2(sid, itemsB, initiator.message1.slice(0, -1), random)).toThrow('MQ_CRYPTO_LENGTH');
    expect(() => psiFinish(sid, initiator, Uint8Array.from([...message2, 0]))).toThrow('MQ_CRYPTO_LENGTH');
  });

  it('checks the elements of the first list of an answer too', () => {
    const changed = Uint8Array.from(message2);
    changed.fill(0xff, 70 + 15 * 32, 70 + 16 * 32);
    expect(() => psiFinish(sid, initiator, changed)).toThrow('MQ_CRYPTO_POINT');
  });

  it('a flipped byte outside the masked elements is refused', () => {
    const first = acceptedFlips(initiator.message1, (m) => succeeds(() => decodePsiMessage1(sid, m)));
    expect(first.filter((at) => at < 38)).toEqual([]);
    const second = acceptedFlips(message2, (m) => succeeds(() => decodePsiMessage2(sid, initiator.message1, m)));
    expect(second.filter((at) => at < 70)).toEqual([]);
  });

  it('decode to a value or a typed error, 100,000 of each', () => {
    const first = fuzzDecoder((m) => decodePsiMessage1(sid, m), [initiator.message1], 'psi-1');
    expect(first.refused).toBeGreaterThan(90_000);
    const second = fuzzDecoder((m) => decodePsiMessage2(sid, initiator.message1, m), [message2], 'psi-2');
    expect(second.refused).toBeGreaterThan(90_000);
  }, 180_000);
});

it('draws a fresh exponent per run', () => {
  expect(equalBytes(psiRound1(sid, itemsA, random).message1, initiator.message1)).toBe(false);
});

function swap(bytes: Uint8Array, a: number, b: number): void {
  const held = bytes.slice(a, a + 32);
  bytes.copyWithin(a, b, b + 32);
  bytes.set(held, b);
}
