import { randomUUID } from 'node:crypto';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import type { Database } from '../database/open-database.ts';
import type { OperationTable } from '../database/tables.ts';
import { Together } from '../database/together.ts';
import { GatewayError } from '../gateway-error.ts';
import type { GroupCommit, Receipt, SignedEntry, Unit } from '../ledger/group-commit.ts';
import { EarlierCommits, type HeldUnit, type LedgerQuestions } from './earlier-commits.ts';
import { outcomeOf, storedFailure, toRow, toUnit, unitColumns } from './operation-rows.ts';
import { type CommittedRow, commitRows, findRows, insertRows, type UsedKey } from './operation-statements.ts';
import { isKnown, leavesOpen, PASSING, pending } from './outcome.ts';

/** Who wants something written, and under which key a repetition is recognised. */
export type WriteRequest = Readonly<{
  principalId: string;
  idempotencyKey: string | undefined;
  /** Digest of everything that the request says: the same key with another request is an error. */
  requestDigest: string;
}>;
export type PlannedUnit = Omit<Unit, 'id'>;
export type WriteOutcome = Receipt & Readonly<{ operationId: string; entries: readonly SignedEntry[] }>;
export type OperationView = Readonly<{
  operationId: string;
  state: OperationTable['state'];
  txId: string | null;
  blockNumber: number | null;
  code: string | null;
}>;

/** Open operations looked at in one round of recovery. */
const MAX_RECOVERED = 1000;

type Options = Readonly<{
  /** Durable commits: an operation is stored here before anything leaves the process. */
  db: Database;
  /** Commits need not be durable: what is lost is found out again from the ledger. */
  relaxed: Database;
  groupCommit: Pick<GroupCommit, 'submit'>;
  /** The entry signed under another nonce, where that can be done here. */
  withNonce: (entry: SignedEntry, nonce: string) => SignedEntry;
}> &
  LedgerQuestions;

/**
 * Every write is stored with its signed entries before it is submitted. The entries' nonces stand on the ledger, so
 * however often an operation is submitted, after whatever crash, it commits once.
 */
export class Operations {
  readonly #options: Options;
  readonly #unsettled = new Map<string, Promise<unknown>>();
  readonly #active = new Map<string, Promise<WriteOutcome>>();
  readonly #earlier: EarlierCommits;

  readonly #finding: Together<UsedKey, OperationTable | undefined>;
  readonly #inserting: Together<OperationTable, boolean>;
  readonly #committing: Together<CommittedRow, CommittedRow>;

  constructor(options: Options) {
    this.#options = options;
    this.#earlier = new EarlierCommits(options);
    this.#finding = new Together((keys) => findRows(options.db, keys));
    this.#inserting = new Together((rows) => insertRows(options.db, rows));
    this.#committing = new Together((rows) => commitRows(options.relaxed, rows));
  }

  /**
   * @param plan makes and signs the entries; not called when the key has been used before
   * @throws GatewayError `MQ_IDEMPOTENCY_KEY_REUSED`, and as {@link GroupCommit.submit}; `MQ_OPERATION_PENDING` carries
   *   the operation's id
   */
  async run(request: WriteRequest, plan: () => Promise<PlannedUnit>): Promise<WriteOutcome> {
    const stored = await this.#find(request);
    if (stored !== undefined) return this.#again(stored, request, plan);
    const unit = await plan();
    const id = randomUUID();
    const inserting = this.#insert(id, request, unit);
    // Without a key nobody can send the same request meanwhile: endorsers need not wait for the disk.
    if (request.idempotencyKey === undefined) {
      return this.#begin(id, () => this.#carryOut({ ...unit, id, ready: handled(inserting) }));
    }
    // Under way before its row can be found: a repetition that finds it must not submit it a second time.
    return this.#begin(id, async () => {
      if (!(await inserting)) {
        const other = await this.#find(request); // the same key, sent twice at once
        if (other !== undefined) return this.#again(other, request, plan);
      }
      return this.#carryOut({ ...unit, id });
    });
  }

  /** @throws GatewayError `MQ_OPERATION_NOT_FOUND`, also for an operation of somebody else */
  async view(operationId: string, principalId: string): Promise<OperationView> {
    const row = await this.#options.db
      .selectFrom('operation')
      .selectAll()
      .where('id', '=', operationId)
      .where('principal', '=', principalId)
      .executeTakeFirst();
    if (row === undefined) throw new GatewayError('MQ_OPERATION_NOT_FOUND', 'no such operation of this account');
    return { operationId: row.id, state: row.state, txId: row.txId, blockNumber: row.blockNumber, code: row.errorCode };
  }

  /** Told by the group commit before a transaction leaves: the id stands beside every operation that it carries. */
  async planned(txId: string, operationIds: readonly string[]): Promise<void> {
    await this.#options.relaxed
      .updateTable('operation')
      .set({ txId })
      .where('id', 'in', [...operationIds])
      .execute();
  }

  /**
   * Finishes operations whose outcome is not known: of a process that was killed, or of a ledger that did not answer.
   * Call when the read model is up to date.
   *
   * @returns how many were looked at
   */
  async recover(olderThanMs: number): Promise<number> {
    const rows = await this.#options.db
      .selectFrom('operation')
      .selectAll()
      .where('state', '=', 'planned')
      .where('createdAtMs', '<=', this.#options.nowMs() - olderThanMs)
      .orderBy('createdAtMs')
      .limit(MAX_RECOVERED)
      .execute();
    const open = rows.filter(({ id }) => !this.#active.has(id));
    const finish = (row: OperationTable) => this.#begin(row.id, () => this.#carryOutAgain(row));
    await Promise.all(open.map((row) => finish(row).catch(() => {}))); // the row holds the failure
    return open.length;
  }

  /** After whatever the unit itself has to have on disk: what is stored here may be submitted after a crash. */
  async #insert(id: string, request: WriteRequest, unit: PlannedUnit): Promise<boolean> {
    await unit.ready;
    return this.#inserting.do(toRow(id, request, unit, this.#options.nowMs()));
  }

  async #find({ principalId, idempotencyKey }: WriteRequest): Promise<OperationTable | undefined> {
    return idempotencyKey === undefined ? undefined : this.#finding.do({ principalId, idempotencyKey });
  }

  async #again(row: OperationTable, request: WriteRequest, plan: () => Promise<PlannedUnit>): Promise<WriteOutcome> {
    if (row.requestDigest !== request.requestDigest) {
      throw new GatewayError('MQ_IDEMPOTENCY_KEY_REUSED', 'the key was used for another request');
    }
    const active = this.#active.get(row.id);
    if (active !== undefined) return active;
    if (row.state === 'committed' && row.result !== null) return outcomeOf(row);
    if (row.state === 'failed' && !PASSING.has(row.errorCode ?? '') && row.errorCode !== 'MQ_INTENT_EXPIRED') {
      throw storedFailure(row);
    }
    return this.#begin(row.id, () => this.#carryOutAgain(row, plan));
  }

  /** @param plan absent where nobody asks: then entries that have expired and are not on the ledger have failed */
  async #carryOutAgain(row: OperationTable, plan?: () => Promise<PlannedUnit>): Promise<WriteOutcome> {
    const unit = toUnit(row);
    const isOpen = row.state === 'planned';
    const hasExpired = this.#earlier.hasExpired(unit);
    // Of a failure that passed nothing was written: within its time the nonce is guard enough.
    const txId = isOpen || hasExpired ? row.txId : null;
    const held = await this.#earlier.find(unit, txId).catch((error: unknown) => {
      throw leavesOpen(error, isOpen) ? pending(row.id, error) : error;
    });
    if (held !== undefined) return this.#committed(unit, held);
    if (!hasExpired) {
      if (!isOpen) await this.#reopen(row.id, {});
      return this.#carryOut(unit, isOpen);
    }
    if (plan === undefined) {
      const expired = new MedQuorumError('MQ_INTENT_EXPIRED', 'notAfter has passed, and the ledger does not hold it');
      throw await this.#failed(row.id, expired, false);
    }
    const fresh = this.#sharingNonces(await plan(), unit);
    await fresh.ready; // as before a first insert
    await this.#reopen(row.id, unitColumns(fresh));
    return this.#carryOut({ ...fresh, id: row.id, resubmitted: true }, false);
  }

  /**
   * The ledger does not hold the old entries, but an orderer still may: under the same nonces only one of the two can take effect.
   */
  #sharingNonces(fresh: PlannedUnit, { entries: old }: Unit): PlannedUnit {
    const entries = fresh.entries.map((entry, i) => {
      const nonce = old[i]?.intent.nonce;
      return nonce === undefined ? entry : this.#options.withNonce(entry, nonce);
    });
    return { ...fresh, entries };
  }

  async #reopen(id: string, columns: Partial<OperationTable>): Promise<void> {
    const opened = { ...columns, state: 'planned' as const, errorCode: null, errorText: null };
    await this.#options.db.updateTable('operation').set(opened).where('id', '=', id).execute();
  }

  /** Known as under way until the row says how it ended: a repetition meanwhile gets the same answer. */
  #begin(id: string, work: () => Promise<WriteOutcome>): Promise<WriteOutcome> {
    const running = work();
    this.#active.set(id, running);
    handled(
      running.finally(async () => {
        await this.#unsettled.get(id);
        this.#active.delete(id);
      }),
    );
    return running;
  }

  /** @param isOpen whether an earlier attempt left no outcome */
  async #carryOut(unit: Unit, isOpen = false): Promise<WriteOutcome> {
    try {
      const held = await (isOpen ? this.#submitAgain(unit) : this.#submit(unit));
      return await this.#committed(unit, held);
    } catch (error) {
      await unit.ready?.catch(() => {}); // the row has to be there before it can say that it failed
      throw await this.#failed(unit.id, error, isOpen);
    }
  }

  async #submit(unit: Unit): Promise<HeldUnit> {
    const receipt = await this.#options.groupCommit.submit(unit);
    if (receipt.blockNumber !== undefined) return { ...receipt, entries: unit.entries };
    // Another transaction has used the nonce: with these entries, or with those that they replaced.
    return this.#earlier.holding(unit, receipt.txId);
  }

  /** A refusal may be that of a peer which has neither the first attempt nor what that stood upon: it counts of one that has caught up. */
  async #submitAgain(unit: Unit): Promise<HeldUnit> {
    try {
      return await this.#submit(unit);
    } catch (error) {
      if (!(error instanceof MedQuorumError) || leavesOpen(error, true)) throw error;
    }
    await this.#earlier.caughtUpNow();
    return this.#submit(unit);
  }

  async #committed({ id, entries: planned }: Unit, held: HeldUnit): Promise<WriteOutcome> {
    const { entries, ...receipt } = held;
    if (entries[0]?.signature !== planned[0]?.signature) {
      const columns = { entries: JSON.stringify(entries) }; // what a repetition is answered from
      await this.#options.db.updateTable('operation').set(columns).where('id', '=', id).execute();
    }
    // Not waited for: should it be lost, the ledger tells again.
    this.#settling(
      id,
      this.#committing.do({
        id,
        txId: receipt.txId,
        blockNumber: receipt.blockNumber ?? null,
        result: JSON.stringify({ index: receipt.index, results: receipt.results }),
      }),
    );
    return { ...receipt, operationId: id, entries };
  }

  /** Resolves when nothing is being written any more. */
  async drained(): Promise<void> {
    await Promise.all(this.#unsettled.values());
  }

  #settling(id: string, update: Promise<unknown>): void {
    this.#unsettled.set(
      id,
      update.catch(() => {}).finally(() => this.#unsettled.delete(id)),
    );
  }

  async #failed(id: string, error: unknown, isOpen: boolean): Promise<unknown> {
    if (leavesOpen(error, isOpen)) return pending(id, error);
    if (!isKnown(error)) return error;
    const errorText = error.message.slice(error.code.length + 2);
    await this.#options.relaxed
      .updateTable('operation')
      .set({ state: 'failed', errorCode: error.code, errorText })
      .where('id', '=', id)
      .execute();
    return error;
  }
}

function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
