import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import type { OperationTable } from '../database/tables.ts';
import { commitRows, findRows, insertRows } from './operation-statements.ts';

const START_TIMEOUT_MS = 60_000;
const dir = mkdtempSync(path.join(tmpdir(), 'medquorum-operations-'));
let postgres: EmbeddedPostgres;
let db: Database;

beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ dir });
  db = await openDatabase(await postgres.urlFor('operations'), 2);
}, START_TIMEOUT_MS);

afterAll(async () => {
  await db.destroy();
  await postgres.close();
  removePostgresData(dir);
  rmSync(dir, { recursive: true, force: true });
}, START_TIMEOUT_MS);

const row = (id: string, principal: string, idempotencyKey: string | null): OperationTable => ({
  id,
  principal,
  idempotencyKey,
  requestDigest: 'digest',
  state: 'planned',
  contract: 'record',
  functionName: 'propose',
  policy: 'chaincode',
  transient: null,
  entries: '[]',
  touches: '[]',
  txId: null,
  blockNumber: null,
  result: null,
  errorCode: null,
  errorText: null,
  createdAtMs: 1_700_000_000_000,
});

describe('statements on several operations', () => {
  it('insert each key of a principal once, within one list and over lists', async () => {
    const first = [row('a', 'ann', 'k1'), row('b', 'ann', 'k1'), row('c', 'bob', 'k1'), row('d', 'ann', null)];
    expect(await insertRows(db, first)).toEqual([true, false, true, true]);
    expect(await insertRows(db, [row('e', 'bob', 'k1'), row('f', 'ann', null)])).toEqual([false, true]);
  });

  it('find by key and principal, in the order asked', async () => {
    const found = await findRows(db, [
      { principalId: 'bob', idempotencyKey: 'k1' },
      { principalId: 'bob', idempotencyKey: 'k2' },
      { principalId: 'ann', idempotencyKey: 'k1' },
      { principalId: 'bob', idempotencyKey: 'k1' },
    ]);
    expect(found.map((it) => it?.id)).toEqual(['c', undefined, 'a', 'c']);
  });

  it('say of each how it was committed, and touch no other', async () => {
    await commitRows(db, [
      { id: 'a', txId: 't1', blockNumber: 7, result: '{"index":0}' },
      { id: 'd', txId: 't0', blockNumber: null, result: '{"index":1}' },
    ]);
    const rows = await db
      .selectFrom('operation')
      .select(['id', 'state', 'txId', 'blockNumber', 'result'])
      .orderBy('id')
      .execute();
    expect(rows).toEqual([
      { id: 'a', state: 'committed', txId: 't1', blockNumber: 7, result: '{"index":0}' },
      { id: 'c', state: 'planned', txId: null, blockNumber: null, result: null },
      { id: 'd', state: 'committed', txId: 't0', blockNumber: null, result: '{"index":1}' },
      { id: 'f', state: 'planned', txId: null, blockNumber: null, result: null },
    ]);
  });
});
