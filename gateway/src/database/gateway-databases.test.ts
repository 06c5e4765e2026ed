import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load-config.ts';
import { openGatewayDatabases } from './gateway-databases.ts';
import { dataDirOf, removePostgresData } from './postgres-place.ts';

const INITIALISATION_MS = 120_000;

describe('the databases of a gateway', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'mq-databases-'));
  });
  afterEach(() => {
    removePostgresData(join(base, 'postgres'));
    rmSync(base, { recursive: true, force: true });
  });

  const place = (databaseName: string) => ({
    settings: loadConfig({ flags: {} }),
    postgresDir: join(base, 'postgres'),
    databaseName,
  });
  const isServerUp = () => existsSync(join(dataDirOf(join(base, 'postgres')), 'postmaster.pid'));

  it(
    'are closed together with their server, which is left running by no failure',
    async () => {
      const { db, relaxed, close } = await openGatewayDatabases(place('gateway_city'));
      expect(isServerUp()).toBe(true);
      for (const each of [db, relaxed]) expect(await each.selectFrom('account').selectAll().execute()).toEqual([]);
      await close();
      expect(isServerUp()).toBe(false);

      const started = join(dataDirOf(join(base, 'postgres')), 'postmaster.opts'); // written by a server that starts
      rmSync(started);
      await expect(openGatewayDatabases(place('No Name'))).rejects.toMatchObject({ code: 'MQ_CONFIG_INVALID' });
      expect(existsSync(started)).toBe(true);
      expect(isServerUp()).toBe(false);
    },
    INITIALISATION_MS,
  );
});
