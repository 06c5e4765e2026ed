import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import type { PlannedTransaction, TransactionRequest } from '../ledger/ledger.ts';
import { LedgerFault } from '../ledger/ledger-fault.ts';
import { catchUpAfterRestore } from './catch-up.ts';

const START_MS = 120_000;

describe('catchUpAfterRestore', () => {
  let base = '';
  let postgres: EmbeddedPostgres;
  let db: Database;
  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'mq-catch-up-'));
    chmodSync(base, 0o755); // as root the server runs as another user
    postgres = await startEmbeddedPostgres({ dir: join(base, 'pg'), publicPlace: join(base, 'public') });
    db = await openDatabase(await postgres.urlFor('restored'), 2);
  }, START_MS);
  afterAll(async () => {
    await db?.destroy();
    await postgres?.close();
    removePostgresData(join(base, 'pg'));
    rmSync(base, { recursive: true, force: true });
  }, START_MS);
  beforeEach(async () => {
    await db.deleteFrom('restoration').execute();
  });

  const restored = () => db.insertInto('restoration').values({ backupId: 'b', takenAt: '2026-01-01' }).execute();
  const marks = async () => (await db.selectFrom('restoration').selectAll().execute()).length;

  /** A channel whose next transaction stands in block 12, and a read model that gets there when it is told to. */
  function parts(over: Readonly<{ stopped?: string; failures?: LedgerFault[] }> = {}) {
    const asked: TransactionRequest[] = [];
    const arrived = Promise.withResolvers<void>();
    const waits = Promise.withResolvers<number>();
    const failures = [...(over.failures ?? [])];
    const ledger = {
      plan: (request: TransactionRequest): PlannedTransaction => ({
        txId: 't',
        run: async () => {
          asked.push(request);
          const failure = failures.shift();
          if (failure !== undefined) throw failure;
          return { txId: 't', blockNumber: 12, result: '[false]' };
        },
      }),
    };
    const follower = {
      status: { nextBlock: 7, connected: true, stopped: over.stopped },
      waitFor: (blockNumber: number) => {
        waits.resolve(blockNumber);
        return arrived.promise;
      },
    };
    const stopping = new AbortController();
    const log = pino({ level: 'silent' });
    const options = { db, ledger, follower, mspId: 'CityHospitalMSP', log, signal: stopping.signal };
    return { asked, arrived, waits: waits.promise, stopping, run: () => catchUpAfterRestore(options) };
  }

  it('does nothing where nothing was restored', async () => {
    const { asked, run } = parts();
    await run();
    expect(asked).toEqual([]);
  });

  it('ends when the block of a transaction ordered now is projected, and not before', async () => {
    await restored();
    const { arrived, asked, run, waits } = parts();
    let isDone = false;
    const running = run().then(() => {
      isDone = true;
    });
    expect(await waits).toBe(12);
    expect([isDone, await marks()]).toEqual([false, 1]);
    arrived.resolve();
    await running;
    expect(asked).toMatchObject([{ contract: 'registry', functionName: 'pruneNonces' }]);
    expect(await marks()).toBe(0);
  });

  it('asks again until the ledger answers', async () => {
    await restored();
    const { arrived, asked, run } = parts({ failures: [new LedgerFault('unavailable', 'no answer')] });
    arrived.resolve();
    await run();
    expect(asked).toHaveLength(2);
  });

  it("gives up where the peer's chain is another, or the gateway stops, and is due again at the next start", async () => {
    await restored();
    await expect(parts({ stopped: 'block 7 does not follow' }).run()).rejects.toMatchObject({
      code: 'MQ_STATE_NOT_TRUSTED',
    });
    const { run, stopping } = parts({ failures: [new LedgerFault('unavailable', 'no answer')] });
    stopping.abort();
    await expect(run()).rejects.toMatchObject({ code: 'MQ_LEDGER_UNAVAILABLE' });
    expect(await marks()).toBe(1);
  });
});
