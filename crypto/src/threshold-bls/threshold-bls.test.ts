import fc from 'fast-check';
import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { decodeNonZeroScalar, encodeScalar, ORDER } from '../arithmetic/scalar.ts';
import { concatBytes, i2osp, os2ip, utf8 } from '../encoding/bytes.ts';
import { acceptedFlips, fuzzDecoder, succeeds } from '../testing/adversarial-bytes.ts';
import { loadBackEnds } from '../testing/back-ends.ts';
import { runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { type CeremonyStatement, qualifiedDealers } from './ceremony.ts';
import {
  aggregate,
  contributionDigest,
  deal,
  type KeyShare,
  publicShare,
  shareFor,
  shareInfo,
  verifyContribution,
  verifyPossession,
  verifyShare,
} from './distributed-key.ts';
import { BEACON_KIND, endorsementOctets } from './endorsement.ts';
import { type KeySuite, keysInG1, keysInG2 } from './key-suite.ts';
import { dealRefresh, refreshShare, verifyRefreshShare } from './share-refresh.ts';
import {
  combine,
  combineValid,
  lagrangeAtZero,
  MAX_AUTHORITIES,
  signPartially,
  verifyPartial,
  verifySignature,
} from './threshold-signature.ts';

const backEnds = await loadBackEnds();
const [mcl] = backEnds as [Bls12381];
const random = seededRandom('threshold-bls');
const suite = keysInG1(mcl);
const octets = endorsementOctets({
  channel: 'ehr',
  kind: 'ehr-write',
  subject: 'rec-1',
  epoch: 3,
  payloadHash: new Uint8Array(32),
});

/** A whole ceremony of n honest authorities. */
function ceremony<K, P>(on: KeySuite<K, P>, t: number, n: number): KeyShare[] {
  const dealers = Array.from({ length: n }, () => deal(on, t, random));
  const commitments = dealers.map(({ contribution }) => contribution.commitments);
  return dealers.map((_, j) =>
    aggregate(
      on,
      j + 1,
      commitments,
      dealers.map(({ polynomial }) => shareFor(polynomial, j + 1)),
    ),
  );
}
const authorities = ceremony(suite, 2, 3);
const [first, second, third] = authorities as [KeyShare, KeyShare, KeyShare];
const partialOf = ({ index, secretShare }: KeyShare, message = octets) => ({
  index,
  signature: signPartially(mcl, secretShare, message),
});
const partials = authorities.map((share) => partialOf(share));

describe('an endorsement by t of n', () => {
  it.each(backEnds.map((back) => [back.name, back] as const))(
    'is the same for every t authorities, and verifies (%s)',
    (name, back) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 4 }),
          fc.integer({ min: 0, max: 2 }),
          fc.uint8Array({ maxLength: 50 }),
          (t, more, message) => {
            const shares = ceremony(keysInG1(back), t, t + more);
            const key = (shares[0] as KeyShare).groupKey;
            const all = shares.map(({ index, secretShare }) => ({
              index,
              signature: signPartially(back, secretShare, message),
            }));
            const results = [all.slice(0, t), all.slice(-t).reverse()].map((some) => combine(back, t, some));
            expect(results[0]).toEqual(results[1]);
            const [result] = results;
            if (!result?.valid) throw new Error('did not combine');
            expect(verifySignature(back, key, message, result.signature)).toBe(true);
            expect(verifySignature(back, key, concatBytes(message, new Uint8Array(1)), result.signature)).toBe(false);
          },
        ),
        runs(name === 'mcl' ? 10 : 3),
      );
    },
  );

  it('needs t partials with distinct indices from 1', () => {
    const [a, b] = partials as [(typeof partials)[0], (typeof partials)[0]];
    expect(combine(mcl, 2, [a])).toEqual({ valid: false, error: 'TOO_FEW' });
    expect(combine(mcl, 2, [a, a])).toEqual({ valid: false, error: 'INDEX' });
    for (const index of [0, -1, 1.5, 65_536, Number.NaN]) {
      expect(combine(mcl, 2, [a, { ...b, index }])).toEqual({ valid: false, error: 'INDEX' });
    }
    expect(combine(mcl, 2, [a, b, b]).valid).toBe(true); // only the first t are used
    for (const t of [0, 1.5, MAX_AUTHORITIES + 1])
      expect(() => combine(mcl, t, partials)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => combine(mcl, 2, [a, { ...b, signature: new Uint8Array(96) }])).toThrow('MQ_CRYPTO_POINT');
  });

  it('of fewer than t, or with a wrong partial, does not verify', () => {
    const one = combine(mcl, 1, partials);
    if (!one.valid) throw new Error('did not combine');
    expect(verifySignature(mcl, first.groupKey, octets, one.signature)).toBe(false);
    const mixed = combine(mcl, 2, [partialOf(first), partialOf(second, utf8('other'))]);
    if (!mixed.valid) throw new Error('did not combine');
    expect(verifySignature(mcl, first.groupKey, octets, mixed.signature)).toBe(false);
  });

  it('comes about in spite of wrong, repeated and unknown partials', () => {
    const shares = new Map(authorities.map((share) => [share.index, share.publicShare]));
    const noise = [
      { index: 1, signature: partialOf(second).signature },
      { index: 9, signature: partialOf(second).signature },
      { index: 2, signature: new Uint8Array(96) },
      ...[partialOf(third), partialOf(third)],
    ];
    expect(combineValid(mcl, 2, shares, octets, noise)).toBeUndefined();
    const signature = combineValid(mcl, 2, shares, octets, [...noise, partialOf(first)]);
    expect(verifySignature(mcl, first.groupKey, octets, signature as Uint8Array)).toBe(true);
  });

  it('verifies under the key of its group and the message only', () => {
    const combined = combine(mcl, 2, partials);
    if (!combined.valid) throw new Error('did not combine');
    const other = ceremony(suite, 2, 3)[0] as KeyShare;
    expect(verifySignature(mcl, first.groupKey, octets, combined.signature)).toBe(true);
    expect(verifySignature(mcl, other.groupKey, octets, combined.signature)).toBe(false);
    expect(verifySignature(mcl, first.publicShare, octets, combined.signature)).toBe(false);
    const identities = [mcl.G1.encode(mcl.G1.identity), mcl.G2.encode(mcl.G2.identity)] as const;
    expect(verifySignature(mcl, identities[0], octets, identities[1])).toBe(false);
    expect(verifySignature(mcl, first.groupKey.slice(1), octets, combined.signature)).toBe(false);
    expect(verifySignature(mcl, first.groupKey, octets, combined.signature.slice(1))).toBe(false);
  });

  it('is refused with any byte flipped, partial or whole', () => {
    const combined = combine(mcl, 2, partials);
    if (!combined.valid) throw new Error('did not combine');
    const { groupKey } = first;
    const masks = [0x01, 0x20];
    expect(acceptedFlips(combined.signature, (s) => verifySignature(mcl, groupKey, octets, s), masks)).toEqual([]);
    expect(acceptedFlips(groupKey, (k) => verifySignature(mcl, k, octets, combined.signature), masks)).toEqual([]);
    expect(
      acceptedFlips(partialOf(first).signature, (s) => verifyPartial(mcl, first.publicShare, octets, s), masks),
    ).toEqual([]);
    expect(acceptedFlips(octets, (o) => verifySignature(mcl, groupKey, o, combined.signature))).toEqual([]);
  });

  it('says one thing: octets differ when any field does', () => {
    const base = { channel: 'ehr', kind: BEACON_KIND, subject: 'audit-1', epoch: 3, payloadHash: new Uint8Array(32) };
    const variants = [
      base,
      { ...base, channel: 'ehr2' },
      { ...base, kind: 'x' },
      { ...base, subject: 'audit-2' },
      { ...base, epoch: 4 },
      { ...base, payloadHash: new Uint8Array(32).fill(1) },
      { ...base, channel: 'ehra', kind: base.kind.slice(1) },
    ];
    expect(new Set(variants.map((variant) => endorsementOctets(variant).join())).size).toBe(variants.length);
    expect(() => endorsementOctets({ ...base, payloadHash: new Uint8Array(31) })).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it.each([
    ['zero', new Uint8Array(32)],
    ['the group order', encodeOrder()],
    ['short', new Uint8Array(31).fill(1)],
  ])('is not made with a share that is %s', (_, share) => {
    expect(succeeds(() => signPartially(mcl, share, octets))).toBe(false);
  });

  it('interpolates at zero', () => {
    const f = (x: bigint) => (7n + 5n * x + 3n * x * x) % ORDER;
    const indices = [2, 5, 9];
    const value = lagrangeAtZero(indices).reduce(
      (sum, lambda, i) => (sum + lambda * f(BigInt(indices[i] as number))) % ORDER,
      0n,
    );
    expect(value).toBe(7n);
  });
});

describe.each([
  ['G1', keysInG1(mcl) as KeySuite<unknown, unknown>],
  ['G2', keysInG2(mcl) as KeySuite<unknown, unknown>],
])('key generation with keys in %s', (_, on) => {
  const { polynomial, contribution } = deal(on, 2, random);
  const { commitments, pop } = contribution;
  const key = commitments[0] as Uint8Array;
  const other = deal(on, 2, random);

  it('gives each authority a share of one key that nobody knows', () => {
    const shares = ceremony(on, 3, 5);
    const { keys } = on;
    const groupKey = keys.decode((shares[0] as KeyShare).groupKey);
    for (const chosen of [shares.slice(0, 3), shares.slice(2)]) {
      const lambdas = lagrangeAtZero(chosen.map(({ index }) => index));
      const secret = chosen.reduce(
        (sum, share, i) => (sum + os2ip(share.secretShare) * (lambdas[i] as bigint)) % ORDER,
        0n,
      );
      expect(keys.equals(keys.pow(keys.generator, secret), groupKey)).toBe(true);
    }
    const { groupCommitments } = shares[0] as KeyShare;
    for (const share of shares) expect(publicShare(on, groupCommitments, share.index)).toEqual(share.publicShare);
  });

  it('accepts a proof of possession for its own key only', () => {
    expect(verifyPossession(on, key, pop)).toBe(true);
    expect(verifyPossession(on, other.contribution.commitments[0] as Uint8Array, pop)).toBe(false);
    const rogue = on.keys.encode(on.keys.mul(on.keys.decode(key), on.keys.generator));
    expect(verifyPossession(on, rogue, pop)).toBe(false);
    const identity = [on.keys.encode(on.keys.identity), on.proofs.encode(on.proofs.identity)] as const;
    expect(verifyPossession(on, ...identity)).toBe(false);
    expect(acceptedFlips(pop, (p) => verifyPossession(on, key, p), [0x01, 0x20])).toEqual([]);
    expect(acceptedFlips(key, (k) => verifyPossession(on, k, pop), [0x01, 0x20])).toEqual([]);
  });

  it('accepts a share for its receiver and commitments only', () => {
    const share = shareFor(polynomial, 2);
    expect(verifyShare(on, commitments, 2, share)).toBe(true);
    expect(verifyShare(on, commitments, 1, share)).toBe(false);
    expect(verifyShare(on, other.contribution.commitments, 2, share)).toBe(false);
    expect(verifyShare(on, [...commitments].reverse(), 2, share)).toBe(false);
    expect(verifyShare(on, commitments, 2, i2osp(os2ip(share) + ORDER, 32))).toBe(false);
    for (const index of [0, -2, 1.5, MAX_AUTHORITIES + 1])
      expect(verifyShare(on, commitments, index, share)).toBe(false);
    expect(verifyShare(on, [], 2, share)).toBe(false);
    expect(acceptedFlips(share, (s) => verifyShare(on, commitments, 2, s), [0x01, 0x80])).toEqual([]);
    for (const [i, commitment] of commitments.entries()) {
      const change = (c: Uint8Array) => verifyShare(on, commitments.with(i, c), 2, share);
      expect(acceptedFlips(commitment, change, [0x01, 0x20])).toEqual([]);
    }
  });

  it('accepts the contribution that was committed to, of the agreed degree', () => {
    const digest = contributionDigest(contribution);
    expect(verifyContribution(on, 2, digest, contribution)).toBe(true);
    expect(verifyContribution(on, 3, digest, contribution)).toBe(false);
    expect(verifyContribution(on, 2, contributionDigest(other.contribution), contribution)).toBe(false);
    const mixed = { ...contribution, pop: other.contribution.pop };
    expect(verifyContribution(on, 2, contributionDigest(mixed), mixed)).toBe(false);
    const undecodable = { ...contribution, commitments: [key, new Uint8Array(48)] };
    expect(verifyContribution(on, 2, contributionDigest(undecodable), undecodable)).toBe(false);
  });

  it('refuses to sum what does not fit together', () => {
    const both = [commitments, other.contribution.commitments];
    const shares = [shareFor(polynomial, 1), shareFor(other.polynomial, 1)];
    expect(succeeds(() => aggregate(on, 1, both, shares))).toBe(true);
    expect(() => aggregate(on, 1, both, shares.toReversed())).not.toThrow(); // a sum has no order
    expect(() => aggregate(on, 2, both, shares)).toThrow('MQ_CRYPTO_PROOF');
    expect(() => aggregate(on, 1, both, shares.slice(1))).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => aggregate(on, 1, [commitments], shares.slice(0, 1))).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => aggregate(on, 1, [commitments, [key]], shares)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => aggregate(on, 0, both, shares)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => aggregate(on, 1, [], [])).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => deal(on, 0, random)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => deal(on, MAX_AUTHORITIES + 1, random)).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('refuses a group key that is the identity', () => {
    const minus = { coefficients: polynomial.coefficients.map((a) => ORDER - a) };
    const negated = commitments.map((c) => on.keys.encode(on.keys.inv(on.keys.decode(c))));
    expect(() => aggregate(on, 1, [commitments, negated], [shareFor(polynomial, 1), shareFor(minus, 1)])).toThrow(
      'MQ_CRYPTO_PROOF',
    );
  });

  it('is refreshed to new shares of the same key', () => {
    const old = ceremony(on, 2, 3);
    const dealers = old.map(() => dealRefresh(on, 2, random));
    const contributions = dealers.map((dealer) => dealer.contribution);
    const refreshed = old.map((share) =>
      refreshShare(
        on,
        share,
        contributions,
        dealers.map((dealer) => shareFor(dealer.polynomial, share.index)),
      ),
    );
    const secretOf = (shares: readonly KeyShare[]) =>
      lagrangeAtZero(shares.map(({ index }) => index)).reduce(
        (sum, lambda, i) => (sum + lambda * os2ip((shares[i] as KeyShare).secretShare)) % ORDER,
        0n,
      );
    expect(secretOf(refreshed.slice(1))).toBe(secretOf(old.slice(0, 2)));
    expect(secretOf([old[0] as KeyShare, refreshed[1] as KeyShare])).not.toBe(secretOf(old.slice(0, 2)));
    const wrong = shareFor((dealers[0] as (typeof dealers)[0]).polynomial, 2);
    expect(verifyRefreshShare(on, 2, contributions[0] as (typeof contributions)[0], 1, wrong)).toBe(false);
    expect(verifyRefreshShare(on, 3, contributions[0] as (typeof contributions)[0], 2, wrong)).toBe(false);
    expect(() => refreshShare(on, old[0] as KeyShare, contributions, [wrong, wrong, wrong])).toThrow('MQ_CRYPTO_PROOF');
    expect(() => dealRefresh(on, 1, random)).toThrow('MQ_CRYPTO_ARGUMENT');
  });
});

describe('the qualified dealers', () => {
  const n = 3;
  const dealers = Array.from({ length: n }, () => deal(suite, 2, random));
  const commit = (dealer: number): CeremonyStatement => ({
    kind: 'commit',
    dealer,
    digest: contributionDigest(of(dealer).contribution),
  });
  const reveal = (dealer: number): CeremonyStatement => ({
    kind: 'reveal',
    dealer,
    contribution: of(dealer).contribution,
  });
  const complain = (dealer: number, by: number): CeremonyStatement => ({ kind: 'complain', dealer, by });
  const answer = (dealer: number, to: number, share = shareFor(of(dealer).polynomial, to)): CeremonyStatement => ({
    kind: 'answer',
    dealer,
    to,
    share,
  });
  const of = (dealer: number) => dealers[dealer - 1] as (typeof dealers)[0];
  const qualified = (...statements: CeremonyStatement[]) => qualifiedDealers(suite, { t: 2, n }, statements);
  const commits = [1, 2, 3].map(commit);

  it('are those who committed, then revealed the same', () => {
    expect(qualified(...commits, reveal(3), reveal(1), reveal(2))).toEqual([1, 2, 3]);
    expect(
      qualified(...commits, reveal(1), { ...reveal(2), contribution: of(3).contribution } as CeremonyStatement),
    ).toEqual([1]);
  });

  it('cannot shut out others by revealing early', () => {
    expect(qualified(commit(1), commit(2), reveal(1), reveal(2), commit(3), reveal(3), reveal(1))).toEqual([1, 3]);
  });

  it('do not choose their contribution after others have revealed', () => {
    expect(qualified(commit(1), commit(2), { kind: 'close' }, reveal(1), commit(3), reveal(3), reveal(2))).toEqual([
      1, 2,
    ]);
    const other = deal(suite, 2, random).contribution;
    const again: CeremonyStatement = { kind: 'commit', dealer: 1, digest: contributionDigest(other) };
    expect(
      qualified(commit(1), again, commit(2), commit(3), { kind: 'reveal', dealer: 1, contribution: other }),
    ).toEqual([]);
  });

  it('have answered each complaint with a right share', () => {
    const revealed = [...commits, ...[1, 2, 3].map(reveal)];
    expect(qualified(...revealed, complain(2, 1))).toEqual([1, 3]);
    expect(qualified(...revealed, complain(2, 1), answer(2, 1))).toEqual([1, 2, 3]);
    expect(qualified(...revealed, complain(2, 1), answer(2, 3))).toEqual([1, 3]);
    expect(qualified(...revealed, complain(2, 1), answer(2, 1, encodeScalar(5n)))).toEqual([1, 3]);
    expect(qualified(...revealed, complain(2, 1), complain(2, 3), answer(2, 1))).toEqual([1, 3]);
    expect(qualified(...revealed, complain(2, 7), complain(9, 1))).toEqual([1, 2, 3]);
  });
});

describe('decoders', () => {
  it('give a value or a typed error, 100,000 byte strings each', () => {
    fuzzDecoder((bytes) => mcl.G2.decode(bytes), [partialOf(first).signature], 'partial');
    fuzzDecoder((bytes) => mcl.G1.decode(bytes), [first.groupKey], 'commitment');
    fuzzDecoder((bytes) => decodeNonZeroScalar(bytes), [first.secretShare], 'share');
    fuzzDecoder((bytes) => verifyPossession(suite, bytes, new Uint8Array(96)), [first.groupKey], 'possession');
  }, 180_000);

  it('of sealed shares are bound to ceremony, dealer and receiver', () => {
    const infos = [
      shareInfo('ehr', 'c1', 1, 2),
      shareInfo('ehr', 'c1', 2, 1),
      shareInfo('ehr', 'c2', 1, 2),
      shareInfo('eh', 'rc1', 1, 2),
    ];
    expect(new Set(infos.map((info) => info.join())).size).toBe(4);
  });
});

function encodeOrder(): Uint8Array {
  return i2osp(ORDER, 32);
}
