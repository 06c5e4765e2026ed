import { canonicalJson, type JsonValue } from '@medquorum/crypto/encoding/canonical-json';
import { intentMismatch } from '@medquorum/crypto/keys/signed-intent';
import { DEFAULT_CLOCK_SKEW_SECONDS } from '../consortium/consortium-configuration.ts';
import { type Author, resolveAuthor } from '../identity/author.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { Shape } from '../schema/shape.ts';
import { checkSkew } from '../time/check-skew.ts';
import { type Entry, entry as entryShape, MAX_ENTRIES, MAX_ENTRIES_BYTES, MAX_INTENT_LIFETIME_MS } from './entry.ts';
import { type ArgsOf, type ContractName, type FunctionName, WRITING_FUNCTIONS } from './functions.ts';
import { LedgerSession } from './ledger-session.ts';
import type { Item, Operation } from './operation.ts';
import { KEYS } from './state.ts';
import type { StateStore } from './state-store.ts';
import { SHAPE_VERSION } from './stored.ts';
import type { TransactionFacts } from './transaction.ts';

/** Where entries run: one transaction on one endorser. */
export type Execution = Readonly<{
  tx: TransactionFacts;
  store: StateStore;
  /** This endorser's clock, for the skew check alone. */
  nowMs: number;
  /** This organisation's own rules: throws `MQ_VETOED` or returns. */
  veto: (entry: Entry) => void;
}>;

/** Who may be the author: resolved from the registry, or (`self`) registered by this very entry. */
export type AuthorRule = 'registered' | 'registered-even-suspended' | 'self';

/**
 * Carries out one writing method on its list of entries: all, or none. Reads first, writes last.
 *
 * @param entriesJson a JSON list of entries
 * @returns a canonical JSON list with one result per entry
 * @throws MedQuorumError; of an item as `MQ_CODE: [index] reason`
 */
export async function runEntries<
  C extends ContractName,
  F extends FunctionName<C>,
  R extends AuthorRule = 'registered',
>(
  execution: Execution,
  contract: C,
  fn: F,
  entriesJson: string,
  operation: Operation<C, F, R extends 'self' ? null : Author>,
  authorRule?: R,
): Promise<string> {
  const { tx } = execution;
  const argsOf = (WRITING_FUNCTIONS[contract] as unknown as Record<F, Shape<ArgsOf<C, F>>>)[fn];
  const entries = parseList(entriesJson).map((value) => outcomeOf(() => readEntry(value, contract, fn, tx, argsOf)));
  const session = new LedgerSession(execution.store);
  const passed = entries.flatMap((outcome) => ('value' in outcome ? [outcome.value] : []));
  await session.prefetch([KEYS.configuration(), ...passed.flatMap((it) => knownReads(contract, fn, it, authorRule))]);
  await checkTime(execution, session);
  const results: JsonValue[] = [];
  for (const [index, outcome] of entries.entries()) {
    session.beginItem(index);
    try {
      if ('error' in outcome) throw outcome.error;
      const { entry, args } = outcome.value;
      await claimNonce(session, entry, tx, index);
      const author =
        authorRule === 'self'
          ? null
          : await resolveAuthor(session, tx.submitterMspId, entry, authorRule === 'registered-even-suspended');
      execution.veto(entry);
      const item = { args, author, entry, index, tx, session } as Item<ArgsOf<C, F>, R extends 'self' ? null : Author>;
      results.push(await operation(item));
    } catch (error) {
      throw error instanceof MedQuorumError ? error.at(index) : error;
    }
  }
  await session.flush();
  return canonicalJson(results);
}

/** One value, or why there is none; an earlier item's failure is told before a later one's. */
type Outcome<T> = Readonly<{ value: T }> | Readonly<{ error: unknown }>;

function outcomeOf<T>(work: () => T): Outcome<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/** All that can be said of an item without the ledger. */
function readEntry<Args>(
  value: unknown,
  contract: string,
  fn: string,
  tx: TransactionFacts,
  argsOf: Shape<Args>,
): Readonly<{ entry: Entry; args: Args }> {
  const entry = entryShape(value, 'entry');
  checkIntent(entry, contract, fn, tx);
  return { entry, args: argsOf(entry.intent.args, 'args') };
}

/** Keys that an item reads if it passes. */
function knownReads(
  contract: ContractName,
  fn: string,
  { entry, args }: Readonly<{ entry: Entry; args: unknown }>,
  authorRule: AuthorRule | undefined,
): string[] {
  const { author, nonce } = entry.intent;
  const keys = [KEYS.nonce(author, nonce)];
  if (authorRule !== 'self') keys.push(KEYS[author.kind](author.id));
  if (contract === 'record') {
    // Every method reads the record's head; a patient in clear is looked up.
    const { recordId, patient } = args as Readonly<{ recordId: string; patient?: string }>;
    keys.push(KEYS.record(recordId));
    if (fn === 'propose') keys.push(KEYS['record-version'](recordId, 1));
    if (patient !== undefined) keys.push(KEYS.patient(patient));
  }
  return keys;
}

/** Holds the transaction's time to this endorser's clock, by the consortium's skew. */
export async function checkTime(
  { tx, nowMs }: Pick<Execution, 'tx' | 'nowMs'>,
  session: LedgerSession,
): Promise<number> {
  const { configuration } = (await session.get('configuration')) ?? {};
  const skewSeconds = configuration?.clockSkewSeconds ?? DEFAULT_CLOCK_SKEW_SECONDS;
  checkSkew(tx.timeMs, skewSeconds, nowMs);
  return skewSeconds;
}

function parseList(entriesJson: string): readonly unknown[] {
  if (Buffer.byteLength(entriesJson) > MAX_ENTRIES_BYTES) {
    throw new MedQuorumError('MQ_INPUT_TOO_LARGE', `a list has at most ${MAX_ENTRIES_BYTES} bytes`);
  }
  const entries = parseJson(entriesJson);
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new MedQuorumError('MQ_INPUT_INVALID', 'the argument must be a JSON list of entries');
  }
  if (entries.length > MAX_ENTRIES) {
    throw new MedQuorumError('MQ_INPUT_TOO_LARGE', `a list has at most ${MAX_ENTRIES} entries`);
  }
  return entries;
}

/** The parser's own message would repeat what stood there. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new MedQuorumError('MQ_INPUT_INVALID', 'the argument must be JSON');
  }
}

function checkIntent({ intent }: Entry, contract: string, fn: string, tx: TransactionFacts): void {
  const { channel, chaincode, timeMs } = tx;
  const mismatch = intentMismatch(intent, { channel, chaincode, contract, function: fn, timeMs });
  if (mismatch === 'MQ_INTENT_EXPIRED') throw new MedQuorumError(mismatch, 'notAfter has passed');
  if (mismatch !== undefined) throw new MedQuorumError(mismatch, 'the intent was signed for another');
  if (Date.parse(intent.notAfter) - timeMs > MAX_INTENT_LIFETIME_MS) {
    throw new MedQuorumError('MQ_INTENT_LIFETIME', `notAfter is more than ${MAX_INTENT_LIFETIME_MS} ms ahead`);
  }
}

async function claimNonce(
  session: LedgerSession,
  { intent }: Entry,
  tx: TransactionFacts,
  index: number,
): Promise<void> {
  const { author, nonce, notAfter } = intent;
  const used = await session.get('nonce', author, nonce);
  if (used !== undefined) {
    throw new MedQuorumError('MQ_INTENT_REPLAYED', `the nonce was used by ${used.txId} [${used.index}]`);
  }
  const { kind, id } = author;
  session.put({ v: SHAPE_VERSION, kind: 'nonce', author: { kind, id }, nonce, txId: tx.txId, index, notAfter });
}
