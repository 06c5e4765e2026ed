import type { JsonValue } from '@medquorum/crypto/encoding/canonical-json';
import type { ConsortiumConfiguration } from '../consortium/consortium-configuration.ts';
import type { Author } from '../identity/author.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { Entry } from './entry.ts';
import type { ArgsOf, ContractName, FunctionName } from './functions.ts';
import type { LedgerSession } from './ledger-session.ts';
import { type State, stateDigest } from './state.ts';
import type { TransactionFacts } from './transaction.ts';

/** One item of a list, checked for form and author, about to be carried out. */
export type Item<Args, Who = Author> = Readonly<{
  args: Args;
  author: Who;
  entry: Entry;
  /** In its list; with the transaction id it names what the item writes. */
  index: number;
  tx: TransactionFacts;
  session: LedgerSession;
}>;

/** A writing method's work on one item: reads and writes go through the session, the result goes back to the caller. */
export type Operation<C extends ContractName, F extends FunctionName<C>, Who = Author> = (
  item: Item<ArgsOf<C, F>, Who>,
) => Promise<JsonValue>;

/** @throws MedQuorumError `MQ_NOT_CONFIGURED` */
export async function requireConfiguration(session: LedgerSession): Promise<ConsortiumConfiguration> {
  const state = await session.get('configuration');
  if (state === undefined) throw new MedQuorumError('MQ_NOT_CONFIGURED', 'the consortium has no configuration yet');
  return state.configuration;
}

/**
 * Holds an intent to the head that its author saw.
 *
 * @throws MedQuorumError `MQ_INTENT_HEAD` where the digest is missing though `needed`, or of something else
 */
export function checkHead({ intent }: Entry, head: State, needed: 'needed' | 'optional'): void {
  if (intent.headDigest === undefined) {
    if (needed === 'optional') return;
    throw new MedQuorumError('MQ_INTENT_HEAD', 'the intent must name the digest of what it replaces');
  }
  if (intent.headDigest !== stateDigest(head)) {
    throw new MedQuorumError('MQ_INTENT_HEAD', 'what the intent replaces has changed since');
  }
}

/** @throws MedQuorumError `MQ_AUTHOR_NOT_ALLOWED` */
export function notAllowed(reason: string): never {
  throw new MedQuorumError('MQ_AUTHOR_NOT_ALLOWED', reason);
}

/** What a state that this item writes is named by. */
export function itemId({ tx, index }: Item<unknown, unknown>): string {
  return `${tx.txId}-${index}`;
}
