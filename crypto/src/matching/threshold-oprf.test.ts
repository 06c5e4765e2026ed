import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import {
  decodeScalarL,
  encodePoint,
  encodeScalarL,
  Fl,
  lagrangeAtZero,
  mul,
  RISTRETTO_BASE,
} from '../arithmetic/ristretto255.ts';
import { acceptedFlips, fuzzDecoder, succeeds } from '../testing/adversarial-bytes.ts';
import { runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  decodeToprfAnswer,
  decodeToprfRequest,
  toprfAnswerVerify,
  toprfCombine,
  toprfEvaluate,
  toprfInput,
  toprfRequest,
  toprfTag,
} from './threshold-oprf.ts';
import {
  decodeToprfDeal,
  decodeToprfPublicKey,
  encodeToprfPublicKey,
  type ToprfScope,
  toprfAggregate,
  toprfDeal,
  toprfDealDigest,
  toprfDealVerify,
  toprfKeyShare,
  toprfScope,
  toprfShareVerify,
} from './threshold-oprf-key.ts';

type Evaluate = { evaluate(secretKey: Uint8Array, input: Uint8Array): Uint8Array };
const random = seededRandom('toprf');
const scope: ToprfScope = { channel: 'ehr', purpose: 'patient-uniqueness', epoch: 1, t: 2, n: 3 };

function ceremony(of: ToprfScope) {
  const indices = Array.from({ length: of.n }, (_, i) => i + 1);
  const dealings = indices.map((i) => toprfDeal(of, i, random));
  const publicKey = toprfAggregate(
    of,
    dealings.map(({ deal }) => deal),
  );
  const keyShares = indices.map((j) =>
    toprfKeyShare(
      publicKey,
      j,
      dealings.map(({ shares }) => shares[j - 1] as Uint8Array),
    ),
  );
  return { dealings, publicKey, keyShares };
}

const { dealings, publicKey, keyShares } = ceremony(scope);
const [dealing1, dealing2] = dealings as [(typeof dealings)[0], (typeof dealings)[0]];
const identity = { issuer: 'urn:oid:1.2.3', identifier: '999-00-1234' };
const input = toprfInput(publicKey, identity);
const asked = toprfRequest(publicKey, [input], random);
const answers = keyShares.map((share) => toprfEvaluate(publicKey, share, asked.request, random));
const [answer1, answer2, answer3] = answers as [Uint8Array, Uint8Array, Uint8Array];

const outputOf = (position: readonly number[], from = answers) => {
  const combined = toprfCombine(
    publicKey,
    asked,
    position.map((i) => from[i] as Uint8Array),
    [input],
  );
  if (!combined.valid) throw new Error(combined.error);
  return combined.outputs[0] as Uint8Array;
};

describe('threshold OPRF', () => {
  it('gives what one RFC 9497 server with the joint key gives, by @noble/curves, for every t of n', () => {
    const x = [1n, 3n];
    const lambda = lagrangeAtZero(x);
    const k = x.reduce(
      (sum, xi, i) =>
        Fl.add(sum, Fl.mul(lambda[i] as bigint, decodeScalarL(keyShares[Number(xi) - 1]?.kj as Uint8Array))),
      0n,
    );
    expect(encodePoint(mul(k, RISTRETTO_BASE))).toEqual(encodePoint(publicKey.commitments[0] as never));
    // evaluate() of the RFC, section 3.3.1, which the declarations of noble leave out for this mode
    const reference = ristretto255_oprf.voprf as unknown as typeof ristretto255_oprf.voprf & Evaluate;
    const want = reference.evaluate(encodeScalarL(k), input);
    for (const pair of [
      [0, 1],
      [1, 2],
      [2, 0],
    ])
      expect(outputOf(pair)).toEqual(want);
  });

  it('gives shares whose proofs @noble/curves accepts under the public share', () => {
    const { Yj } = keyShares[0] as (typeof keyShares)[0];
    const evaluated = answer1.slice(40, 72);
    expect(
      succeeds(() =>
        ristretto255_oprf.voprf.finalize(
          input,
          asked.blinds[0] as Uint8Array,
          evaluated,
          asked.request.slice(38, 70),
          Yj,
          answer1.slice(72),
        ),
      ),
    ).toBe(true);
  });

  it('completes for random t, n, batch and choice of authorities', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(2), fc.integer({ min: 1, max: 3 }), (t, more, m) => {
        const key = ceremony({ ...scope, t, n: t + more });
        const inputs = Array.from({ length: m }, (_, l) =>
          toprfInput(key.publicKey, { ...identity, identifier: `${l}` }),
        );
        const request = toprfRequest(key.publicKey, inputs, random);
        const given = key.keyShares.map((share) => toprfEvaluate(key.publicKey, share, request.request, random));
        const first = toprfCombine(key.publicKey, request, given, inputs);
        expect(first.valid).toBe(true);
        expect(toprfCombine(key.publicKey, request, given.toReversed(), inputs)).toEqual(first);
      }),
      runs(5),
    );
  });

  it('gives tags that belong to channel, purpose, key and identity', () => {
    const tag = toprfTag(publicKey, outputOf([0, 1]));
    expect(tag).toHaveLength(32);
    expect(toprfTag({ ...publicKey, scope: { ...scope, channel: 'x' } }, outputOf([0, 1]))).not.toEqual(tag);
    expect(toprfTag({ ...publicKey, scope: { ...scope, purpose: 'x' } }, outputOf([0, 1]))).not.toEqual(tag);
    expect(toprfTag(ceremony(scope).publicKey, outputOf([0, 1]))).not.toEqual(tag);
    expect(toprfInput(publicKey, { ...identity, issuer: 'urn:oid:1.2.4' })).not.toEqual(input);
    expect(() => toprfTag(publicKey, new Uint8Array(63))).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('combines in the order of its errors', () => {
    const combine = (given: Uint8Array[]) => toprfCombine(publicKey, asked, given, [input]);
    const bad = Uint8Array.from(answer2);
    bad[50] = (bad[50] as number) ^ 1;
    expect(combine([bad])).toEqual({ valid: false, error: 'TOO_FEW' });
    expect(combine([answer1, bad])).toEqual({ valid: false, error: 'BAD_ANSWER', answer: 1 });
    expect(combine([answer1, answer1])).toEqual({ valid: false, error: 'DUPLICATE' });
    expect(combine([answer1, answer3, bad]).valid).toBe(true);
    expect(() => toprfCombine(publicKey, asked, answers, [])).toThrow('MQ_CRYPTO_ARGUMENT');
    const twice = { ...asked, blinds: [...asked.blinds, ...asked.blinds] };
    expect(() => toprfCombine(publicKey, twice, answers, [input, input])).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('accepts no flipped byte of an answer', () => {
    expect(acceptedFlips(answer1, (answer) => toprfAnswerVerify(publicKey, asked.request, answer))).toEqual([]);
  }, 180_000);

  it('refuses an honest proof under another share, another request and another key', () => {
    const index2 = Uint8Array.from(answer1);
    index2[37] = 2;
    expect(toprfAnswerVerify(publicKey, asked.request, index2)).toBe(false);
    index2[37] = 0;
    expect(toprfAnswerVerify(publicKey, asked.request, index2)).toBe(false);
    index2[37] = 4;
    expect(toprfAnswerVerify(publicKey, asked.request, index2)).toBe(false);
    expect(toprfAnswerVerify(publicKey, toprfRequest(publicKey, [input], random).request, answer1)).toBe(false);
    const other = ceremony(scope);
    expect(toprfAnswerVerify(other.publicKey, asked.request, answer1)).toBe(false);
    expect(() => toprfEvaluate(other.publicKey, other.keyShares[0] as never, asked.request, random)).toThrow(
      'MQ_CRYPTO_FORMAT: key',
    );
  });

  it('binds an answer to its request by hash even where the proof would fit', () => {
    // the same element under a request with the same key: only the hash tells the requests apart
    const swapped = Uint8Array.from(answer1);
    swapped.fill(0, 4, 36);
    expect(toprfAnswerVerify(publicKey, asked.request, swapped)).toBe(false);
  });

  it('holds the limits of a request', () => {
    expect(() => toprfRequest(publicKey, [], random)).toThrow('MQ_CRYPTO_LIMIT');
    expect(() => toprfRequest(publicKey, Array(65).fill(input), random)).toThrow('MQ_CRYPTO_LIMIT');
    const tooMany = Uint8Array.from([...asked.request.slice(0, 36), 0, 65, ...new Uint8Array(65 * 32).fill(1)]);
    expect(() => toprfEvaluate(publicKey, keyShares[0] as never, tooMany, random)).toThrow('MQ_CRYPTO_LIMIT');
    expect(() => toprfInput(publicKey, { issuer: '', identifier: 'x' })).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => toprfInput(publicKey, { issuer: 'x', identifier: 'x'.repeat(0x10000) })).toThrow('MQ_CRYPTO_LIMIT');
  });

  it('decodes 100,000 requests, answers and keys to a value or a typed error', () => {
    fuzzDecoder((bytes) => decodeToprfRequest(publicKey, bytes), [asked.request], 'toprf-request');
    fuzzDecoder((bytes) => decodeToprfAnswer(publicKey, asked.request, bytes), [answer1, answer2], 'toprf-answer');
    fuzzDecoder((bytes) => decodeToprfPublicKey(scope, bytes), [encodeToprfPublicKey(publicKey)], 'toprf-key');
  }, 180_000);

  it('answers false or a typed error to strings around valid requests and answers', () => {
    const share = keyShares[0] as (typeof keyShares)[0];
    fuzzDecoder((bytes) => toprfEvaluate(publicKey, share, bytes, random), [asked.request], 'toprf-evaluate', 2000);
    const accepted = fuzzDecoder(
      (bytes) => toprfAnswerVerify(publicKey, asked.request, bytes),
      [answer1, answer2],
      'toprf-verify',
      2000,
    );
    expect(accepted.refused).toBe(0);
  }, 180_000);
});

describe('distributed key', () => {
  it('is read back from its encoding', () => {
    expect(decodeToprfPublicKey(scope, encodeToprfPublicKey(publicKey)).keyId).toEqual(publicKey.keyId);
    expect(() => decodeToprfPublicKey({ ...scope, epoch: 2 }, encodeToprfPublicKey(publicKey))).toThrow(
      'MQ_CRYPTO_FORMAT: scope',
    );
  });

  it.each([{ t: 0 }, { t: 4 }, { n: 33 }, { t: 1.5 }, { epoch: -1 }, { channel: '' }, { purpose: 'x'.repeat(257) }])(
    'refuses the scope %j',
    (change) => {
      expect(() => toprfScope({ ...scope, ...change })).toThrow('MQ_CRYPTO_ARGUMENT');
    },
  );

  it('accepts honest deals and no flipped byte, other dealer or other scope', () => {
    const { deal } = dealing1;
    expect(toprfDealVerify(scope, 1, deal)).toBe(true);
    expect(toprfDealVerify(scope, 2, deal)).toBe(false);
    expect(toprfDealVerify({ ...scope, epoch: 2 }, 1, deal)).toBe(false);
    const accepted = acceptedFlips(deal, (bytes) => toprfDealVerify(scope, 1, bytes));
    // commitments above C_0 are not covered by the proof of knowledge: the digest and the shares check them
    expect(accepted.every((at) => at >= 40 && at < 72)).toBe(true);
    const digest = toprfDealDigest(scope, deal);
    expect(acceptedFlips(deal, (bytes) => Buffer.from(toprfDealDigest(scope, bytes)).equals(digest))).toEqual([]);
    const shifted = Uint8Array.from([...deal.slice(0, 40), ...dealing2.deal.slice(40, 72), ...deal.slice(72)]);
    expect(toprfShareVerify(scope, 1, shifted, 2, dealing1.shares[1] as Uint8Array)).toBe(false);
  });

  it('a scope that cannot be one makes verification false', () => {
    for (const change of [{ t: 4 }, { n: 33 }, { epoch: -1 }, { channel: '' }]) {
      expect(toprfDealVerify({ ...scope, ...change }, 1, dealing1.deal)).toBe(false);
      expect(toprfShareVerify({ ...scope, ...change }, 1, dealing1.deal, 2, dealing1.shares[1] as Uint8Array)).toBe(
        false,
      );
    }
  });

  it('accepts a share only of its dealer and for its receiver', () => {
    const share = dealing1.shares[1] as Uint8Array;
    expect(toprfShareVerify(scope, 1, dealing1.deal, 2, share)).toBe(true);
    expect(toprfShareVerify(scope, 1, dealing1.deal, 3, share)).toBe(false);
    expect(toprfShareVerify(scope, 2, dealing2.deal, 2, share)).toBe(false);
    expect(toprfShareVerify(scope, 1, dealing1.deal, 4, share)).toBe(false);
    expect(acceptedFlips(share, (bytes) => toprfShareVerify(scope, 1, dealing1.deal, 2, bytes))).toEqual([]);
  });

  it('aggregates at least t deals, each dealer once', () => {
    expect(() => toprfAggregate(scope, [dealing1.deal])).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => toprfAggregate(scope, [dealing1.deal, dealing1.deal])).toThrow('a dealer stands twice');
    const one = dealing1.shares[0] as Uint8Array;
    expect(() => toprfKeyShare(publicKey, 1, [one])).toThrow('MQ_CRYPTO_CREDENTIAL');
  });

  it('decodes 100,000 deals to a value or a typed error', () => {
    fuzzDecoder((bytes) => decodeToprfDeal(scope, 1, bytes), [dealing1.deal, dealing2.deal], 'toprf-deal');
    fuzzDecoder((bytes) => toprfDealVerify(scope, 1, bytes), [dealing1.deal], 'toprf-deal-verify', 2000);
  }, 180_000);
});
