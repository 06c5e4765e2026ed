import type { BenchCase, BenchSet } from '../bench/bench-set.ts';
import {
  aggregate,
  contributionDigest,
  deal,
  type KeyShare,
  shareFor,
  verifyContribution,
  verifyShare,
} from './distributed-key.ts';
import { endorsementOctets } from './endorsement.ts';
import { keysInG1 } from './key-suite.ts';
import { combine, signPartially, verifyPartial, verifySignature } from './threshold-signature.ts';

const SIZES = [
  { t: 2, n: 3 },
  { t: 3, n: 5 },
  { t: 11, n: 16 },
];

export const THRESHOLD_BLS_BENCHES: BenchSet = {
  scheme: 'threshold-bls',
  arithmetic: 'bls12-381',
  cases(arithmetic) {
    const suite = keysInG1(arithmetic);
    const message = endorsementOctets({
      channel: 'bench',
      kind: 'bench',
      subject: 'record',
      epoch: 1,
      payloadHash: new Uint8Array(32),
    });
    return SIZES.flatMap(({ t, n }): BenchCase[] => {
      const dealers = Array.from({ length: n }, () => deal(suite, t));
      const commitments = dealers.map(({ contribution }) => contribution.commitments);
      const received = (j: number) => dealers.map(({ polynomial }) => shareFor(polynomial, j));
      const shares = dealers.map((_, i) => aggregate(suite, i + 1, commitments, received(i + 1)));
      const [own] = shares as [KeyShare];
      const partials = shares.map(({ index, secretShare }) => ({
        index,
        signature: signPartially(arithmetic, secretShare, message),
      }));
      const [partial] = partials as [(typeof partials)[0]];
      const combined = combine(arithmetic, t, partials);
      if (!combined.valid) throw new Error('partials do not combine');
      const [dealer] = dealers as [(typeof dealers)[0]];
      const digest = contributionDigest(dealer.contribution);
      const share = shareFor(dealer.polynomial, 1);
      const size = `${t} of ${n}`;
      return [
        { operation: 'deal', size, run: () => deal(suite, t) },
        { operation: 'check contribution', size, run: () => verifyContribution(suite, t, digest, dealer.contribution) },
        { operation: 'check share', size, run: () => verifyShare(suite, dealer.contribution.commitments, 1, share) },
        { operation: 'aggregate', size, run: () => aggregate(suite, 1, commitments, received(1)) },
        { operation: 'sign partially', size, run: () => signPartially(arithmetic, own.secretShare, message) },
        {
          operation: 'verify partial',
          size,
          run: () => verifyPartial(arithmetic, own.publicShare, message, partial.signature),
        },
        { operation: 'combine', size, run: () => combine(arithmetic, t, partials) },
        {
          operation: 'verify',
          size,
          run: () => verifySignature(arithmetic, own.groupKey, message, combined.signature),
        },
      ];
    });
  },
};
