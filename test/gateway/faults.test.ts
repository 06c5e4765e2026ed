import { CITY, REGULATOR, START_TIMEOUT_MS, TestConsortium, until } from '@medquorum/gateway/testing/test-consortium';
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
