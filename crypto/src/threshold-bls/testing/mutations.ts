import type { Mutation } from '../../testing/mutation.ts';

const TESTS = 'threshold-bls/threshold-bls.test.ts';
type Row = readonly [check: string, find: string, replace: string, name: string];
const inFile =
  (file: string) =>
  ([check, find, replace, name]: Row): Mutation => ({
    check,
    file: `threshold-bls/${file}`,
    find,
    replace,
    killedBy: [TESTS, name],
  });

const SIGNATURE: readonly Row[] = [
  [
    'signature: pairing equation',
    '  return arithmetic.pairingProductIsOne([\n    [decoded.pk',
    '  return null !== arithmetic.pairingProductIsOne([\n    [decoded.pk',
    'an endorsement by t of n verifies under the key',
  ],
  [
    'combine: threshold',
    'if (!Number.isInteger(t) || t < 1 || t > MAX_AUTHORITIES) {',
    'if (t < 0) {',
    'an endorsement by t of n needs t partials',
  ],
  [
    'combine: at least t',
    'if (partials.length < t) return',
    'if (partials.length < 0) return',
    'an endorsement by t of n needs t partials',
  ],
  ['combine: indices', 'if (!indices.every(isIndex) || new', 'if (new', 'an endorsement by t of n needs t partials'],
  [
    'combine: distinct indices',
    ' || new Set(indices).size !== t) return',
    ') return',
    'an endorsement by t of n needs t partials',
  ],
  [
    'combine valid: each partial',
    'if (verifyPartial(arithmetic, share, message, partial.signature)) valid',
    'valid',
    'an endorsement by t of n comes about',
  ],
  [
    'combine valid: known authorities',
    'if (share === undefined || valid.has(partial.index)) continue;',
    'if (share === undefined) break;',
    'an endorsement by t of n comes about',
  ],
];

const KEY: readonly Row[] = [
  [
    'possession: pairing equation',
    'return pairingsEqual(decoded.key, proofs.hashToCurve(key, DST_POP), keys.generator, decoded.pop);',
    'return decoded !== null || pairingsEqual(decoded.key, proofs.hashToCurve(key, DST_POP), keys.generator, decoded.pop);',
    'key generation with keys in G1 accepts a proof of possession',
  ],
  [
    'contribution: degree',
    'if (commitments.length !== t || ',
    'if (',
    'key generation with keys in G1 accepts the contribution',
  ],
  [
    'contribution: digest',
    ' || !equalBytes(contributionDigest(contribution), digest)) return',
    ' || digest.length < 0) return',
    'key generation with keys in G1 accepts the contribution',
  ],
  [
    'contribution: every commitment decodes',
    'return decoded !== undefined && verifyPossession(',
    'return verifyPossession(',
    'key generation with keys in G1 accepts the contribution',
  ],
  [
    'contribution: possession',
    'return decoded !== undefined && verifyPossession(suite, commitments[0] as Uint8Array, pop);',
    'return decoded !== undefined && pop.length > 0;',
    'key generation with keys in G1 accepts the contribution',
  ],
  [
    'share: equation',
    'return keys.equals(keys.pow(keys.generator, decoded.share), evaluate(suite, decoded.commitments, j));',
    'return keys.equals(keys.pow(keys.generator, decoded.share), evaluate(suite, decoded.commitments, j)) || true;',
    'key generation with keys in G1 accepts a share',
  ],
  [
    'share: index and number of commitments',
    'if (!isCount(j) || !isCount(commitments.length)) return false;',
    '',
    'key generation with keys in G1 accepts a share',
  ],
  [
    'sum: the share belongs to the commitments',
    'if (!keys.equals(keys.pow(keys.generator, secret), publicShare)) {',
    'if (secret < 0n) {',
    'key generation with keys in G1 refuses to sum',
  ],
  [
    'sum: the group key is not the identity',
    'if (keys.isIdentity(sums[0] as Key)) throw',
    'if (t < 0) throw',
    'key generation with keys in G1 refuses a group key',
  ],
  [
    'sum: lists fit together',
    'if (shares.length !== commitments.length || commitments.some((list) => list.length !== t)) {',
    'if (t < 0) {',
    'key generation with keys in G1 refuses to sum',
  ],
  [
    'sum: as many dealers as the threshold',
    'if (commitments.length < t) throw',
    'if (t < 0) throw',
    'key generation with keys in G1 refuses to sum',
  ],
];

const REFRESH: readonly Row[] = [
  [
    'refresh: degree and index',
    'if (commitments.length !== t - 1 || !Number.isInteger(j) || j < 1) return false;',
    '',
    'key generation with keys in G1 is refreshed',
  ],
  [
    'refresh: share',
    'if (!verifyRefreshShare(suite, t, contribution, old.index, shares[i] as Uint8Array)) {',
    'if (contribution === undefined) {',
    'key generation with keys in G1 is refreshed',
  ],
  [
    'refresh: threshold above 1',
    'if (!Number.isInteger(t) || t < 2)',
    'if (t < 0)',
    'key generation with keys in G1 is refreshed',
  ],
];

const CEREMONY: readonly Row[] = [
  [
    'ceremony: no commitment after the close',
    'if (!digests.has(dealer) && !closed) digests',
    'if (!digests.has(dealer)) digests',
    'the qualified dealers do not choose',
  ],
  [
    'ceremony: the first commitment counts',
    'if (!digests.has(dealer) && !closed) digests',
    'if (!closed) digests',
    'the qualified dealers do not choose',
  ],
  [
    'ceremony: no reveal before the close',
    'if (!closed || digest === undefined',
    'if (digest === undefined',
    'the qualified dealers cannot shut out',
  ],
  [
    'ceremony: what is revealed was committed to',
    'if (verifyContribution(suite, t, digest, statement.contribution)) revealed',
    'revealed',
    'the qualified dealers are those who committed',
  ],
  [
    'ceremony: an answer is a right share',
    'if (contribution && verifyShare(suite, contribution.commitments, statement.to, statement.share)) {',
    'if (contribution) {',
    'the qualified dealers have answered',
  ],
  [
    'ceremony: complaints disqualify',
    '.filter((dealer) => !accused.has(dealer))',
    '',
    'the qualified dealers have answered',
  ],
  [
    'ceremony: only authorities complain',
    'if (isAuthority(statement.by)) complaints',
    'complaints',
    'the qualified dealers have answered',
  ],
];

export const MUTATIONS: readonly Mutation[] = [
  ...SIGNATURE.map(inFile('threshold-signature.ts')),
  ...KEY.map(inFile('distributed-key.ts')),
  ...REFRESH.map(inFile('share-refresh.ts')),
  ...CEREMONY.map(inFile('ceremony.ts')),
];
