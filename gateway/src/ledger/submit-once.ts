import { setTimeout as delay } from 'node:timers/promises';
import { LedgerFault, readSubmitFailure, toValidationFault } from './ledger-fault.ts';

/** Where a transaction stands, as the own peer has it. */
export type CommitStatus = Readonly<{ code: number; blockNumber: number }>;

/** One endorsed and signed transaction. Its id takes effect once, however often it is sent. */
export type SignedTransaction = Readonly<{
  txId: string;
  /** Hands it to the ordering service, the same bytes each time. Rejects as the Fabric client does. */
  submit(withinMs: number): Promise<unknown>;
  /** Resolves once the own peer has it in a block. Rejects as the Fabric client does, also when that takes longer. */
  status(withinMs: number): Promise<CommitStatus>;
}>;

export type Clock = Readonly<{ nowMs(): number; pause(ms: number): Promise<unknown> }>;

/** How long the ledger is watched for a transaction of which it is not known whether it was sent, before it is sent again. */
export const WATCH_MS = 2000;
/** Between two questions to a peer that did not answer the first. */
const PAUSE_MS = 250;
const SYSTEM_CLOCK: Clock = { nowMs: () => performance.now(), pause: (ms) => delay(ms) };

/**
 * Submits and finds out the outcome, whatever fails in between: the ledger is asked by transaction id, and only what it does not have is sent
 * again, as the very same transaction.
 *
 * @param withinMs bound of the whole
 * @returns the block that holds the transaction as valid
 * @throws LedgerFault `refused` or `conflict`: nothing took effect; `unknown`: no outcome in time
 */
export async function submitOnce(
  transaction: SignedTransaction,
  withinMs: number,
  clock: Clock = SYSTEM_CLOCK,
): Promise<number> {
  const deadlineMs = clock.nowMs() + withinMs;
  const leftMs = () => deadlineMs - clock.nowMs();
  let answer = await submitted(transaction, withinMs);
  // Of what is sent again a refusal proves nothing: the first may have been ordered.
  if (answer instanceof LedgerFault && answer.kind === 'refused') throw answer;
  for (;;) {
    const watchMs = answer instanceof LedgerFault ? Math.min(WATCH_MS, leftMs()) : leftMs();
    const block = await blockOf(transaction, watchMs, clock);
    if (block !== undefined) return block;
    if (leftMs() <= 0) throw new LedgerFault('unknown', 'no outcome in time', causeOf(answer));
    answer = await submitted(transaction, leftMs());
  }
}

/**
 * Asks the own peer until it has the transaction.
 *
 * @returns the block that holds it as valid; undefined where no answer came within `withinMs`
 * @throws LedgerFault `refused` or `conflict`: it stands in a block and took no effect
 */
export async function blockOf(
  { status, txId }: Pick<SignedTransaction, 'status' | 'txId'>,
  withinMs: number,
  clock: Clock = SYSTEM_CLOCK,
): Promise<number | undefined> {
  const deadlineMs = clock.nowMs() + withinMs;
  for (let leftMs = withinMs; leftMs > 0; leftMs = deadlineMs - clock.nowMs()) {
    const found = await status(leftMs).catch(() => undefined);
    if (found !== undefined) {
      const fault = toValidationFault(found.code, txId);
      if (fault === undefined) return found.blockNumber;
      if (fault.kind !== 'unknown') throw fault;
    }
    await clock.pause(Math.max(0, Math.min(PAUSE_MS, deadlineMs - clock.nowMs())));
  }
  return undefined;
}

/** Undefined where the ordering service has the transaction. */
async function submitted({ submit }: SignedTransaction, withinMs: number): Promise<LedgerFault | undefined> {
  try {
    await submit(withinMs);
    return undefined;
  } catch (error) {
    const read = readSubmitFailure(error);
    return read === 'ordered' ? undefined : read;
  }
}

function causeOf(answer: LedgerFault | undefined): ErrorOptions {
  return answer === undefined ? {} : { cause: answer };
}
