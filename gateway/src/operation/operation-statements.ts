import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { OperationTable } from '../database/tables.ts';

export type UsedKey = Readonly<{ principalId: string; idempotencyKey: string }>;
export type CommittedRow = Readonly<{ id: string; txId: string; blockNumber: number | null; result: string }>;

/** The operation under each key, if there is one. */
export async function findRows(
  db: Database,
  keys: readonly UsedKey[],
): Promise<readonly (OperationTable | undefined)[]> {
  const rows = await db
    .selectFrom('operation')
    .selectAll()
    .where((where) =>
      where.or(
        keys.map(({ principalId, idempotencyKey }) =>
          where.and([where('principal', '=', principalId), where('idempotencyKey', '=', idempotencyKey)]),
        ),
      ),
    )
    .execute();
  return keys.map((key) =>
    rows.find((row) => row.principal === key.principalId && row.idempotencyKey === key.idempotencyKey),
  );
}

/** Whether each row is new: false where its principal has used its key before, be it in this very list. */
export async function insertRows(db: Database, rows: readonly OperationTable[]): Promise<readonly boolean[]> {
  const inserted = await db
    .insertInto('operation')
    .values([...rows])
    .onConflict((conflict) => conflict.columns(['principal', 'idempotencyKey']).doNothing())
    .returning('id')
    .execute();
  const ids = new Set(inserted.map(({ id }) => id));
  return rows.map(({ id }) => ids.has(id));
}

/** @returns the rows */
export async function commitRows<Row extends CommittedRow>(
  db: Database,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const column = <K extends keyof CommittedRow>(name: K) => sql.val(rows.map((row) => row[name]));
  await sql`
    update operation set
      state = 'committed', tx_id = done.tx_id, block_number = done.block_number, result = done.result,
      error_code = null, error_text = null
    from unnest(${column('id')}::text[], ${column('txId')}::text[], ${column('blockNumber')}::bigint[], ${column('result')}::text[])
      as done(id, tx_id, block_number, result)
    where operation.id = done.id`.execute(db);
  return rows;
}
