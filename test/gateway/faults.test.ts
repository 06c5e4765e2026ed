import path from 'node:path';
import { endLeftPostgres } from '@medquorum/gateway/database/embedded-postgres';
import { removePostgresData } from '@medquorum/gateway/database/postgres-place';
import { runningServer } from '@medquorum/gateway/database/running-server';
import { GatewayProcess } from '@medquorum/gateway/testing/gateway-process';
import {
  CITY,
  REGULATOR,
  START_TIMEOUT_MS,
  TestConsortium,
  UNITY,
  until,
} from '@medquorum/gateway/testing/test-consortium';
import { expectExactlyOnce } from './killed-gateway.ts';

const KILL_TIMEOUT_MS = 120_000;

describe('faults', () => {
  let consortium: TestConsortium;
  beforeAll(async () => {
    consortium = await TestConsortium.start();
    await consortium.gateway(REGULATOR, { 'attest.automatic': false });
  }, START_TIMEOUT_MS);
  afterAll(() => consortium.close(), START_TIMEOUT_MS);

  it('answers 503 while the chaincode process is down, and goes on by itself when it is back', async () => {
    await consortium.gateway(CITY, { 'attest.automatic': false });
    const register = () =>
      consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' }, { 'idempotency-key': 'down-1' });
    await consortium.killChaincode();
    const down = await register();
    expect(down.json()).toMatchObject({ code: 'MQ_LEDGER_UNAVAILABLE' });
    expect(down.statusCode).toBe(503);
    expect(Number(down.headers['retry-after'])).toBeGreaterThan(0);
    await consortium.restartChaincode();
    const registered = await until('the chaincode to be connected again', async () => {
      const response = await register();
      return response.statusCode === 201 ? response : undefined;
    });
    const patients = (await consortium.as(CITY, 'admin', 'GET', '/patients')).json();
    expect(patients.patients).toEqual([expect.objectContaining({ pseudonym: registered.json().pseudonym })]);
    await consortium.closeGateway(CITY);
  });

  it('ends, and its database server with it, when it is told to before it has started', async () => {
    const { 'database.url': _, ...settings } = await consortium.settings(UNITY);
    const folder = path.join(consortium.directory, 'own-postgres');
    const starting = GatewayProcess.launch({ ...settings, 'database.embeddedDir': folder });
    try {
      const server = await until('its database server to run', async () => (await runningServer(folder))?.pid);
      expect(await starting.stop()).toBe(0);
      expect(() => process.kill(server, 0)).toThrow('ESRCH');
    } finally {
      await starting.kill();
      await endLeftPostgres(folder);
      removePostgresData(folder);
    }
  }, 60_000);

  it(
    'commits exactly once when the gateway is killed with a transaction under way, wherever that is then',
    async () => {
      const told = await expectExactlyOnce(consortium, { when: 'under way' });
      // Where the network was faster than the kill, the client has its answer.
      if (told !== 'connection lost') expect(told).toMatchObject({ status: 201 });
    },
    KILL_TIMEOUT_MS,
  );
});
