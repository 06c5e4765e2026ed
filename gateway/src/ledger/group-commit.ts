import type { Intent } from '@medquorum/crypto/keys/signed-intent';
import { GatewayError } from '../gateway-error.ts';
import type { Ledger } from './ledger.ts';
import { toGatewayFailure } from './ledger-failure.ts';
import { LedgerFault } from './ledger-fault.ts';
import { type Batch, takeBatch } from './take-batch.ts';

export type SignedEntry = Readonly<{ intent: Intent; signature: string }>;

/** Entries that must stand in one transaction together. */
export type Unit = Readonly<{
  /** Id of the stored operation. */
  id: string;
  contract: string;
  functionName: string;
  /** Units under different endorsement policies do not share a transaction. */
  policy: string;
  entries: readonly SignedEntry[];
  /** Logical keys that the unit writes or depends on, such as `record:<id>`: two units with one in common take turns. */
  touches: readonly string[];
  /** True where an earlier attempt may have reached the ledger: then a used nonce is this unit's own. */
  resubmitted?: boolean;
  /** What has to be on disk before the unit is ordered; endorsement does not wait for it. */
  ready?: Promise<unknown>;
  /** Units with transient data travel alone. */
  transient?: Readonly<Record<string, Uint8Array>>;
}>;

export type Receipt = Readonly<{
  txId: string;
  /** Undefined where an earlier transaction turned out to hold the unit. */
  blockNumber: number | undefined;
  /** Position of the unit's first entry in the transaction's list. */
  index: number;
  /** What the chaincode returned for each entry; empty where an earlier transaction holds the unit. */
  results: readonly unknown[];
}>;

export type CommittedBatch = Readonly<{ txId: string; blockNumber: number; entries: number; durationMs: number }>;

export type GroupCommitOptions = Readonly<{
  ledger: Pick<Ledger, 'plan'>;
  /** Called with the transaction id, and done before anything is ordered. */
  journal: Readonly<{ planned(txId: string, operationIds: readonly string[]): Promise<void> }>;
  maxEntries: number;
  maxBytes: number;
  lingerMs: number;
  maxInFlight: number;
  maxQueued: number;
  maxConflictRetries: number;
  /** Told of each committed transaction. */
  observe?: (committed: CommittedBatch) => void;
  /** Told of each transaction that did not commit, before its units are tried again or answered. */
  observeFailure?: (failed: Readonly<{ txId: string; kind: string; entries: number }>) => void;
}>;

export type Pending = Readonly<{
  unit: Unit;
  bytes: number;
  sinceMs: number;
  resolve(receipt: Receipt): void;
  reject(error: unknown): void;
}>;

type Lane = { readonly name: string; waiting: Pending[]; inFlight: number; timer: NodeJS.Timeout | undefined };

const RETRY_BASE_MS = 25;
const RETRY_MAX_MS = 1000;

/**
 * Concurrent entries of one organisation share transactions. A unit goes at once when nothing of its kind is under
 * way; otherwise it waits for company, a few milliseconds at most once a place is free. A batch that fails is taken
 * apart until every unit has its own answer.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  /** Those with anything waiting or under way: policies and transient units come and go. */
  readonly #lanes = new Map<string, Lane>();
  readonly #busyKeys = new Set<string>();
  #queued = 0;
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  get queued(): number {
    return this.#queued;
  }

  /**
   * @throws MedQuorumError a refusal of the chaincode; GatewayError `MQ_LEDGER_CONFLICT` after the retries,
   *   `MQ_LEDGER_UNAVAILABLE`, `MQ_LEDGER_REFUSED`, `MQ_OPERATION_PENDING` when the outcome is unknown, `MQ_QUEUE_FULL`
   */
  submit(unit: Unit): Promise<Receipt> {
    if (this.#queued >= this.#options.maxQueued) {
      return Promise.reject(new GatewayError('MQ_QUEUE_FULL', 'too many entries are waiting for the ledger'));
    }
    return new Promise((resolve, reject) => {
      const lane = this.#lane(unit);
      const bytes = unit.entries.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
      lane.waiting.push({ unit, bytes, sinceMs: performance.now(), resolve, reject });
      this.#queued += 1;
      this.#pump(lane);
    });
  }

  /** Resolves when nothing waits or is under way any more. */
  drained(): Promise<void> {
    if (this.#queued === 0 && this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #lane({ id, contract, functionName, policy, transient }: Unit): Lane {
    const alone = transient === undefined ? '' : id;
    const name = JSON.stringify([contract, functionName, policy, alone]);
    const found = this.#lanes.get(name) ?? { name, waiting: [], inFlight: 0, timer: undefined };
    this.#lanes.set(name, found);
    return found;
  }

  #pump(lane: Lane): void {
    const { maxInFlight, maxEntries, lingerMs } = this.#options;
    while (lane.waiting.length > 0 && lane.inFlight < maxInFlight) {
      const oldest = lane.waiting[0];
      const waitedMs = performance.now() - (oldest?.sinceMs ?? 0);
      if (lane.inFlight > 0 && waitedMs < lingerMs && lane.waiting.length < maxEntries) {
        lane.timer ??= setTimeout(() => {
          lane.timer = undefined;
          this.#pump(lane);
        }, lingerMs - waitedMs);
        return;
      }
      const batch = takeBatch(lane.waiting, this.#busyKeys, this.#options);
      if (batch.length === 0) return; // all wait for keys; whoever frees them pumps again
      this.#start(lane, batch);
    }
  }

  #start(lane: Lane, batch: Batch): void {
    const keys = batch.flatMap(({ unit }) => unit.touches);
    for (const key of keys) this.#busyKeys.add(key);
    this.#queued -= batch.length;
    this.#running += 1;
    lane.inFlight += 1;
    void this.#run(batch, 0).finally(() => {
      for (const key of keys) this.#busyKeys.delete(key);
      this.#running -= 1;
      lane.inFlight -= 1;
      for (const each of [...this.#lanes.values()]) this.#pump(each);
      if (lane.waiting.length === 0 && lane.inFlight === 0) this.#lanes.delete(lane.name);
      if (this.#queued === 0 && this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  /** Never rejects: every unit of the batch gets its own answer. */
  async #run(batch: Batch, attempt: number): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    const startedMs = performance.now();
    let txId = '';
    try {
      const { contract, functionName, transient } = first.unit;
      const entries = batch.flatMap(({ unit }) => unit.entries);
      const planned = this.#options.ledger.plan({
        contract,
        functionName,
        args: [JSON.stringify(entries)],
        ...(transient === undefined ? {} : { transient }),
      });
      txId = planned.txId;
      const { blockNumber, result } = await planned.run(handled(this.#ready(batch, txId)));
      const durationMs = performance.now() - startedMs;
      this.#options.observe?.({ txId, blockNumber, entries: entries.length, durationMs });
      const results = JSON.parse(result) as readonly unknown[];
      let index = 0;
      for (const { unit, resolve } of batch) {
        resolve({ txId, blockNumber, index, results: results.slice(index, index + unit.entries.length) });
        index += unit.entries.length;
      }
    } catch (error) {
      const kind = error instanceof LedgerFault ? error.kind : 'not-ready';
      this.#options.observeFailure?.({ txId, kind, entries: batch.length });
      await this.#takeApart(batch, error, attempt);
    }
  }

  async #ready(batch: Batch, txId: string): Promise<void> {
    const settled = await Promise.allSettled(batch.map(({ unit }) => unit.ready));
    const failed = batch.flatMap((pending, i) => {
      const result = settled[i];
      return result?.status === 'rejected' ? [{ pending, error: result.reason as unknown }] : [];
    });
    if (failed.length > 0) throw new NotReady(failed);
    await this.#options.journal.planned(
      txId,
      batch.map(({ unit }) => unit.id),
    );
  }

  async #takeApart(batch: Batch, error: unknown, attempt: number): Promise<void> {
    if (error instanceof NotReady) {
      for (const { pending, error: reason } of error.failed) pending.reject(reason);
      const unready = new Set(error.failed.map(({ pending }) => pending));
      return this.#run(
        batch.filter((pending) => !unready.has(pending)),
        attempt,
      );
    }
    if (!(error instanceof LedgerFault)) return rejectAll(batch, error);
    if (error.kind === 'chaincode' && error.index !== undefined) {
      const culprit = unitAt(batch, error.index);
      if (culprit !== undefined) {
        answerCulprit(culprit, error);
        return this.#run(
          batch.filter((pending) => pending !== culprit),
          attempt,
        );
      }
    }
    if (error.kind === 'unavailable' || error.kind === 'unknown') return rejectAll(batch, toGatewayFailure(error));
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await this.#pause(error, attempt);
      // One after the other: run together, two halves that conflict would conflict again.
      await this.#run(batch.slice(0, middle), 0);
      return this.#run(batch.slice(middle), 0);
    }
    if (error.kind === 'conflict' && attempt < this.#options.maxConflictRetries) {
      await this.#pause(error, attempt);
      return this.#run(batch, attempt + 1);
    }
    return rejectAll(batch, toGatewayFailure(error));
  }

  /** Full jitter, so that two organisations in conflict do not meet again. */
  async #pause({ kind }: LedgerFault, attempt: number): Promise<void> {
    if (kind !== 'conflict') return;
    const ms = Math.random() * Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** attempt);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** A promise that somebody may stop waiting for: its failure is then nobody's. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Units whose own work on disk failed; the others of the batch go without them. */
class NotReady extends Error {
  readonly failed: readonly Readonly<{ pending: Pending; error: unknown }>[];
  constructor(failed: NotReady['failed']) {
    super('some units are not ready');
    this.failed = failed;
  }
}

function unitAt(batch: Batch, entryIndex: number): Pending | undefined {
  let end = 0;
  return batch.find(({ unit }) => {
    end += unit.entries.length;
    return entryIndex < end;
  });
}

/** Of a unit submitted again, a used nonce says that it has been committed before: that is success, not failure. */
function answerCulprit({ unit, resolve, reject }: Pending, fault: LedgerFault): void {
  const earlier = /by ([0-9a-f]{64}) \[(\d+)\]/.exec(fault.reason);
  if (unit.resubmitted === true && fault.code === 'MQ_INTENT_REPLAYED' && earlier?.[1] !== undefined) {
    resolve({ txId: earlier[1], blockNumber: undefined, index: Number(earlier[2]), results: [] });
    return;
  }
  reject(toGatewayFailure(fault));
}

function rejectAll(batch: Batch, error: unknown): void {
  for (const { reject } of batch) reject(error);
}
