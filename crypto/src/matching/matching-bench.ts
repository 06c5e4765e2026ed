import { sha256 } from '@noble/hashes/sha2.js';
import type { BenchCase, BenchSet } from '../bench/bench-set.ts';
import { ristrettoBare } from '../bench/ristretto-bare.ts';
import { nobleAesGcm } from '../symmetric/aes-gcm.ts';
import { convergentEncrypt } from './deduplication.ts';
import { psiFinish, psiRound1, psiRound2, psiSessionId } from './psi.ts';
import { toprfCombine, toprfEvaluate, toprfInput, toprfRequest } from './threshold-oprf.ts';
import { type ToprfScope, toprfAggregate, toprfDeal, toprfKeyShare } from './threshold-oprf-key.ts';
import { voprfBlind, voprfDeriveKeyPair, voprfEvaluate, voprfVerify } from './voprf.ts';

const SET_SIZES = [16, 32, 128];
const BATCH_SIZES = [1, 16];
const AUTHORITIES: readonly Readonly<{ t: number; n: number }>[] = [
  { t: 2, n: 3 },
  { t: 5, n: 9 },
];

const intersections = (): BenchCase[] =>
  SET_SIZES.flatMap((count): BenchCase[] => {
    const nonce = new Uint8Array(16);
    const sid = psiSessionId({ channel: 'bench', consentA: 'a', consentB: 'b', nonceA: nonce, nonceB: nonce });
    const items = Array.from({ length: count }, (_, i) => ({ system: 'icd-10', code: `R${i}` }));
    const initiator = psiRound1(sid, items);
    const answer = psiRound2(sid, items, initiator.message1);
    const size = `${count} items`;
    return [
      {
        operation: 'intersect, first message',
        size,
        run: () => psiRound1(sid, items),
        bare: ristrettoBare({ secret: count, hashes: count }),
      },
      {
        operation: 'intersect, answer',
        size,
        run: () => psiRound2(sid, items, initiator.message1),
        bare: ristrettoBare({ secret: 2 * count, hashes: count }),
      },
      {
        operation: 'intersect, result',
        size,
        run: () => psiFinish(sid, initiator, answer),
        bare: ristrettoBare({ secret: count }),
      },
    ];
  });

const evaluations = (): BenchCase[] =>
  BATCH_SIZES.flatMap((count): BenchCase[] => {
    const keys = voprfDeriveKeyPair(new Uint8Array(32), new Uint8Array());
    const elements = Array.from({ length: count }, (_, i) => voprfBlind(Uint8Array.of(i)).blindedElement);
    const { evaluatedElements, proof } = voprfEvaluate(keys, elements);
    const size = `batch of ${count}`;
    return [
      {
        operation: 'VOPRF evaluate',
        size,
        run: () => voprfEvaluate(keys, elements),
        bare: ristrettoBare({ base: 1, secret: count + 2, public: 2 * count }),
      },
      {
        operation: 'VOPRF verify',
        size,
        run: () => voprfVerify(keys.pkS, elements, evaluatedElements, proof),
        bare: ristrettoBare({ base: 1, public: 3 + 2 * count }),
      },
    ];
  });

const uniqueness = (): BenchCase[] =>
  AUTHORITIES.flatMap(({ t, n }): BenchCase[] => {
    const scope: ToprfScope = { channel: 'bench', purpose: 'bench', epoch: 1, t, n };
    const indices = Array.from({ length: n }, (_, i) => i + 1);
    const dealings = indices.map((i) => toprfDeal(scope, i));
    const key = toprfAggregate(
      scope,
      dealings.map(({ deal }) => deal),
    );
    const keyShares = indices.map((j) =>
      toprfKeyShare(
        key,
        j,
        dealings.map(({ shares }) => shares[j - 1] as Uint8Array),
      ),
    );
    const inputs = [toprfInput(key, { issuer: 'bench', identifier: '1' })];
    const asked = toprfRequest(key, inputs);
    const answers = keyShares.map((share) => toprfEvaluate(key, share, asked.request));
    const [own] = keyShares as [(typeof keyShares)[0]];
    const size = `${t} of ${n}`;
    return [
      {
        operation: 'uniqueness, evaluate with a share',
        size,
        run: () => toprfEvaluate(key, own, asked.request),
        bare: ristrettoBare({ base: 1, secret: 3, public: 2 }),
      },
      {
        // per answer: verification, public share by Horner's rule (short factors), one interpolation; then the blind
        operation: 'uniqueness, verify and combine',
        size,
        run: () => toprfCombine(key, asked, answers, inputs),
        bare: ristrettoBare({ base: t, public: 6 * t, secret: 1 }),
      },
    ];
  });

const deduplication = (): BenchCase[] =>
  [1 << 16, 1 << 20].map((length) => {
    const plaintext = new Uint8Array(length);
    const output = new Uint8Array(64);
    const aad = new Uint8Array(40);
    return {
      operation: 'convergent encryption',
      size: `${length >> 10} KiB`,
      run: () => convergentEncrypt({ channel: 'bench', org: 'bench' }, output, plaintext),
      bare: () => sha256(nobleAesGcm.seal(output.subarray(0, 32), output.subarray(0, 12), aad, plaintext)),
    };
  });

export const MATCHING_BENCHES: BenchSet = {
  scheme: 'matching',
  arithmetic: 'none',
  cases: () => [...intersections(), ...evaluations(), ...uniqueness(), ...deduplication()],
};
