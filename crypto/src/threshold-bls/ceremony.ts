import { type Contribution, verifyContribution, verifyShare } from './distributed-key.ts';
import type { KeySuite } from './key-suite.ts';

/** The statements of a key ceremony, in the order of the ledger. Indices of authorities are from 1. */
export type CeremonyStatement =
  | Readonly<{ kind: 'commit'; dealer: number; digest: Uint8Array }>
  /** The time for commitments is over. Not needed when all n have committed; who may say so is for the ledger's contract. */
  | Readonly<{ kind: 'close' }>
  | Readonly<{ kind: 'reveal'; dealer: number; contribution: Contribution }>
  /** `by` did not get a share from the dealer, or one that fails verifyShare. */
  | Readonly<{ kind: 'complain'; dealer: number; by: number }>
  /** The dealer publishes the share that the complaint is about. */
  | Readonly<{ kind: 'answer'; dealer: number; to: number; share: Uint8Array }>;

/**
 * The set Q of qualified dealers (part 4.2, step 3), by ledger order at the deadline: everybody who reads the same ledger gets the same set.
 * A dealer qualifies with a commitment made before commitments close, a reveal after that which matches it, and a right answer to each
 * complaint. Commitments close when all n are there or by the statement `close`, never by a reveal: else the first t to commit could shut out
 * the others. Statements that do not fit (second or late commitments, early reveals, answers to nothing) are ignored.
 * @returns ascending indices; the ceremony has failed if they are fewer than t
 */
export function qualifiedDealers<Key, Proof>(
  suite: KeySuite<Key, Proof>,
  { t, n }: Readonly<{ t: number; n: number }>,
  statements: readonly CeremonyStatement[],
): number[] {
  const digests = new Map<number, Uint8Array>();
  const revealed = new Map<number, Contribution>();
  const complaints = new Set<string>();
  const isAuthority = (index: number) => Number.isInteger(index) && index >= 1 && index <= n;
  let closed = false;
  for (const statement of statements) {
    if (statement.kind === 'close') {
      closed = true;
      continue;
    }
    const { dealer } = statement;
    if (!isAuthority(dealer)) continue;
    switch (statement.kind) {
      case 'commit':
        if (!digests.has(dealer) && !closed) digests.set(dealer, statement.digest);
        closed ||= digests.size === n;
        break;
      case 'reveal': {
        const digest = digests.get(dealer);
        if (!closed || digest === undefined || revealed.has(dealer)) break;
        if (verifyContribution(suite, t, digest, statement.contribution)) revealed.set(dealer, statement.contribution);
        break;
      }
      case 'complain':
        if (isAuthority(statement.by)) complaints.add(pair(dealer, statement.by));
        break;
      case 'answer': {
        const contribution = revealed.get(dealer);
        if (contribution && verifyShare(suite, contribution.commitments, statement.to, statement.share)) {
          complaints.delete(pair(dealer, statement.to));
        }
        break;
      }
    }
  }
  const accused = new Set([...complaints].map((complaint) => Number(complaint.split('/')[0])));
  return [...revealed.keys()].filter((dealer) => !accused.has(dealer)).sort((a, b) => a - b);
}

const pair = (dealer: number, authority: number) => `${dealer}/${authority}`;
