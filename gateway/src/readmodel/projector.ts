import type { common } from '@hyperledger/fabric-protos';
import { decodeState } from '@medquorum/chaincode/ledger/state';
import type { Transaction } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { GatewayTables } from '../database/tables.ts';
import { checkBlock } from './block-chain.ts';
import { type BlockTransaction, parseBlock } from './parse-block.ts';
import { rowKey } from './row-key.ts';
import { type StateColumns, stateColumns } from './state-columns.ts';
import { StateRows } from './state-rows.ts';

export type Position = Readonly<{ nextBlock: number; blockHash: string | undefined }>;

/** Why what a valid transaction wrote is not to be trusted, or null. */
export type VerifyTransaction = (transaction: BlockTransaction, rows: StateRows) => Promise<string | null>;

export type Projected = Readonly<{
  blockNumber: number;
  transactions: readonly BlockTransaction[];
  /** Transactions that were written but failed verification, with the reason. */
  flawed: readonly Readonly<{ txId: string; flaw: string }>[];
}>;

/** Another replica was first with this block, or the read model is being rebuilt: begin again at its checkpoint. */
export class ProjectedElsewhere extends Error {
  override readonly name = 'ProjectedElsewhere';
}

/**
 * Turns blocks into rows. The checkpoint moves in the SQL transaction that writes them, so a block is projected once,
 * wherever the process is killed; projecting from block 0 again gives equal rows.
 */
export class Projector {
  readonly #db: Database;
  readonly #channel: string;
  readonly #chaincode: string;
  readonly #verify: VerifyTransaction;
  readonly #rows: StateRows;

  constructor(db: Database, channel: string, chaincode: string, verify: VerifyTransaction) {
    this.#db = db;
    this.#channel = channel;
    this.#chaincode = chaincode;
    this.#verify = verify;
    this.#rows = new StateRows(db);
  }

  async position(): Promise<Position> {
    const row = await this.#db
      .selectFrom('checkpoint')
      .selectAll()
      .where('channel', '=', this.#channel)
      .executeTakeFirst();
    return { nextBlock: row?.nextBlock ?? 0, blockHash: row?.blockHash };
  }

  /** @throws GatewayError `MQ_STATE_NOT_TRUSTED` for a block that does not continue the chain */
  async project(block: common.Block, position: Position): Promise<Projected & Readonly<{ position: Position }>> {
    const blockHash = checkBlock(block, position.nextBlock, position.blockHash);
    const transactions = parseBlock(block, this.#chaincode);
    const flawed: { txId: string; flaw: string }[] = [];
    try {
      await this.#rows.prefetch(
        transactions.flatMap(({ reads, writes }) => [...reads, ...writes.map(({ key }) => key)]),
      );
      for (const transaction of transactions) {
        if (transaction.writes.length === 0 && transaction.policies.length === 0) continue;
        const flaw = await this.#verify(transaction, this.#rows);
        if (flaw !== null) flawed.push({ txId: transaction.txId, flaw });
        await this.#lay(transaction, position.nextBlock, flaw);
      }
      const next: Position = { nextBlock: position.nextBlock + 1, blockHash };
      await this.#db.transaction().execute(async (sql) => {
        await this.#claim(sql, position.nextBlock);
        await this.#rows.flush(sql);
        const checkpoint = { channel: this.#channel, nextBlock: next.nextBlock, blockHash };
        await sql
          .insertInto('checkpoint')
          .values(checkpoint)
          .onConflict((conflict) => conflict.column('channel').doUpdateSet(checkpoint))
          .execute();
      });
      this.#rows.settle();
      return { blockNumber: position.nextBlock, transactions, flawed, position: next };
    } catch (error) {
      this.#rows.discard();
      throw error;
    }
  }

  /** Holds the checkpoint against other replicas until the transaction ends. @throws ProjectedElsewhere */
  async #claim(sql: Transaction<GatewayTables>, nextBlock: number): Promise<void> {
    const row = await sql
      .selectFrom('checkpoint')
      .select('nextBlock')
      .where('channel', '=', this.#channel)
      .forUpdate()
      .executeTakeFirst();
    if ((row?.nextBlock ?? 0) !== nextBlock) throw new ProjectedElsewhere();
  }

  /** Forgets everything projected; the next position is block 0. */
  async reset(): Promise<void> {
    await this.#db.transaction().execute(async (sql) => {
      await sql.deleteFrom('ledgerState').execute();
      await sql.deleteFrom('checkpoint').where('channel', '=', this.#channel).execute();
    });
    this.#rows.discard();
  }

  async #lay(
    { txId, txIndex, timeMs, writes, policies }: BlockTransaction,
    blockNumber: number,
    flaw: string | null,
  ): Promise<void> {
    if (flaw !== null) {
      // What was deleted, or given another policy, without right stays to be seen, and is trusted no more.
      const touched = [...writes.filter(({ value }) => value === null), ...policies].map(({ key }) => key);
      for (const key of touched) {
        const row = await this.#rows.get(key);
        if (row !== null) this.#rows.write(key, { ...row, flaw });
      }
    }
    for (const { key, value } of writes) {
      if (value === null) {
        if (flaw === null) this.#rows.write(key, null);
        continue;
      }
      const { columns, flaw: unreadable } = read(key, value);
      if (columns === undefined) continue; // of another contract
      const doc = Buffer.from(value).toString('utf8').replaceAll('\u0000', '\ufffd');
      this.#rows.write(key, {
        key: rowKey(key),
        ...columns,
        timeMs,
        doc,
        txId,
        blockNumber,
        txIndex,
        flaw: flaw ?? unreadable,
      });
    }
  }
}

type Columns = StateColumns & Readonly<{ kind: string }>;
const UNREADABLE: Columns = {
  kind: 'unreadable',
  patient: null,
  recordId: null,
  version: null,
  mspId: null,
  status: null,
};

/** A block has to be read whatever stands in it: a value that is no state is kept as such. */
function read(key: string, value: Uint8Array): Readonly<{ columns: Columns | undefined; flaw: string | null }> {
  try {
    const state = decodeState(key, value);
    return { columns: state && { kind: state.kind, ...stateColumns(state) }, flaw: null };
  } catch {
    return { columns: UNREADABLE, flaw: 'MQ_STATE_INVALID' };
  }
}
