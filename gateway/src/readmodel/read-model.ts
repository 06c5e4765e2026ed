import type { State, StateKind, StateOf } from '@medquorum/chaincode/ledger/state';
import { KEYS } from '@medquorum/chaincode/ledger/state';
import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import type { BlockFollower } from './follow-blocks.ts';
import { fromRowKey, rowKey } from './row-key.ts';
import { type StateRow, scanRows } from './state-rows.ts';

/** A state with where it stands on the ledger. `flaw` is null for what was verified. */
export type Seen<S extends State = State> = Readonly<{
  state: S;
  txId: string;
  blockNumber: number;
  timeMs: number;
  flaw: string | null;
}>;

export type ListFilter = Readonly<{
  patient?: string;
  recordId?: string;
  mspId?: string;
  status?: string;
  /** Newest first; at most this many. */
  limit: number;
  /** Only what stands before this position of an earlier page. */
  before?: Readonly<{ timeMs: number; key: string }>;
}>;

type KeyAttributes<K extends StateKind> = Parameters<(typeof KEYS)[K]>;

/** Lists and lookups for people and workers. A source of answers, never of truth: every row was verified or says why not. */
export class ReadModel {
  readonly #db: Database;
  readonly #follower: Pick<BlockFollower, 'waitFor' | 'status'>;
  readonly #waitMs: number;
  #ownBlock = -1;
  readonly #kept = new Map<string, Promise<Seen | undefined>>();
  #keptBlock = -1;

  constructor(db: Database, follower: Pick<BlockFollower, 'waitFor' | 'status'>, waitMs: number) {
    this.#db = db;
    this.#follower = follower;
    this.#waitMs = waitMs;
  }

  /** A write was acknowledged in this block: later reads here see it. */
  acknowledged(blockNumber: number | undefined): void {
    if (blockNumber !== undefined && blockNumber > this.#ownBlock) this.#ownBlock = blockNumber;
  }

  /** @throws GatewayError `MQ_READ_MODEL_BEHIND` */
  async caughtUp(blockNumber = this.#ownBlock): Promise<void> {
    if (blockNumber >= 0) await this.#follower.waitFor(blockNumber, this.#waitMs);
  }

  /**
   * A state as of the last projected block, without waiting for own writes, and kept until the next block: for what a
   * write looks up in passing (configuration, keys), which the ledger checks again.
   *
   * @throws GatewayError `MQ_STATE_NOT_TRUSTED`
   */
  async settled<K extends StateKind>(kind: K, ...attributes: KeyAttributes<K>): Promise<StateOf<K> | undefined> {
    const { nextBlock } = this.#follower.status;
    if (nextBlock !== this.#keptBlock || this.#kept.size >= MAX_KEPT) {
      this.#kept.clear();
      this.#keptBlock = nextBlock;
    }
    const key = (KEYS[kind] as (...attributes: KeyAttributes<K>) => string)(...attributes);
    const found = this.#kept.get(key) ?? this.#read<StateOf<K>>(key);
    this.#kept.set(key, found);
    return trustedState(kind, (await found) as Seen<StateOf<K>> | undefined);
  }

  /** The state whatever its verification said; callers who rely on it use {@link trusted}. */
  async find<K extends StateKind>(kind: K, ...attributes: KeyAttributes<K>): Promise<Seen<StateOf<K>> | undefined> {
    await this.caughtUp();
    return this.#read((KEYS[kind] as (...attributes: KeyAttributes<K>) => string)(...attributes));
  }

  /** @throws GatewayError `MQ_STATE_NOT_TRUSTED` for a state whose signature or decision does not hold */
  async trusted<K extends StateKind>(kind: K, ...attributes: KeyAttributes<K>): Promise<StateOf<K> | undefined> {
    return trustedState(kind, await this.find(kind, ...attributes));
  }

  async list<K extends StateKind>(kind: K, filter: ListFilter): Promise<readonly Seen<StateOf<K>>[]> {
    await this.caughtUp();
    const { patient, recordId, mspId, status, before, limit } = filter;
    let query = this.#db.selectFrom('ledgerState').selectAll().where('kind', '=', kind);
    if (patient !== undefined) query = query.where('patient', '=', patient);
    if (recordId !== undefined) query = query.where('recordId', '=', recordId);
    if (mspId !== undefined) query = query.where('mspId', '=', mspId);
    if (status !== undefined) query = query.where('status', '=', status);
    if (before !== undefined) {
      query = query.where((where) =>
        where.or([
          where('timeMs', '<', before.timeMs),
          where.and([where('timeMs', '=', before.timeMs), where('key', '>', rowKey(before.key))]),
        ]),
      );
    }
    const rows = await query.orderBy('timeMs', 'desc').orderBy('key').limit(limit).execute();
    return rows.map((row) => seen<StateOf<K>>(row));
  }

  /** All states of a kind under the first attributes of their keys, in key order. */
  async under<K extends StateKind>(kind: K, attributes: readonly string[]): Promise<readonly Seen<StateOf<K>>[]> {
    await this.caughtUp();
    const rows = await scanRows(this.#db, kind, attributes);
    return rows.filter((row) => row.kind === kind).map((row) => seen<StateOf<K>>(row));
  }

  /** Stored bytes for re-evaluation on this organisation's own view; undefined for absent and for flawed states. */
  async value(key: string): Promise<Uint8Array | undefined> {
    const row = await this.#db
      .selectFrom('ledgerState')
      .select(['doc', 'flaw'])
      .where('key', '=', rowKey(key))
      .executeTakeFirst();
    return row === undefined || row.flaw !== null ? undefined : Buffer.from(row.doc);
  }

  async values(
    type: string,
    attributes: readonly string[],
  ): Promise<readonly Readonly<{ key: string; value: Uint8Array }>[]> {
    const rows = await scanRows(this.#db, type, attributes);
    return rows
      .filter(({ flaw }) => flaw === null)
      .map((row) => ({ key: fromRowKey(row.key), value: Buffer.from(row.doc) }));
  }

  async #read<S extends State>(key: string): Promise<Seen<S> | undefined> {
    const row = await this.#db.selectFrom('ledgerState').selectAll().where('key', '=', rowKey(key)).executeTakeFirst();
    if (row?.kind === 'unreadable') throw new GatewayError('MQ_STATE_NOT_TRUSTED', 'what stands there is no state');
    return row === undefined ? undefined : seen<S>(row);
  }

  get status(): BlockFollower['status'] {
    return this.#follower.status;
  }
}

/** States kept until the next block. */
const MAX_KEPT = 10_000;

function trustedState<S extends State>(kind: string, found: Seen<S> | undefined): S | undefined {
  if (found?.flaw) throw new GatewayError('MQ_STATE_NOT_TRUSTED', `${kind}: ${found.flaw}`);
  return found?.state;
}

function seen<S extends State>({ doc, txId, blockNumber, timeMs, flaw }: StateRow): Seen<S> {
  return { state: JSON.parse(doc) as S, txId, blockNumber, timeMs, flaw };
}
