import { CITY, REGULATOR, START_TIMEOUT_MS, TestConsortium, until } from '@medquorum/gateway/testing/test-consortium';
import type { EmbeddedNetwork } from '@medquorum/network/embedded/embedded-network';
import { CuttableProxy } from './cuttable-proxy.ts';
import { expectExactlyOnce, type Kill, seenByRegulator } from './killed-gateway.ts';

const KILL_TIMEOUT_MS = 120_000;

describe('faults that only the embedded network can be given: conflicts at will, blocks cut by hand, slow endorsers', () => {
  let consortium: TestConsortium;
  let network: EmbeddedNetwork;
  beforeAll(async () => {
    const embedded = await TestConsortium.startEmbedded();
    consortium = embedded;
    network = embedded.network.embedded;
    await consortium.gateway(REGULATOR, { 'attest.automatic': false });
  }, START_TIMEOUT_MS);
  const proxies: CuttableProxy[] = [];
  afterEach(() => Promise.all(proxies.splice(0).map((proxy) => proxy.close())));
  afterAll(() => consortium.close(), START_TIMEOUT_MS);

  it('retries conflicts by itself, and answers 409 when they do not end', async () => {
    await consortium.gateway(CITY, { 'attest.automatic': false, 'ledger.maxConflictRetries': 2 });
    network.forceConflicts(2);
    const retried = await consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' });
    expect(retried.statusCode).toBe(201);
    network.forceConflicts(1000);
    const conflict = await consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' });
    network.forceConflicts(0);
    expect(conflict.json()).toMatchObject({ code: 'MQ_LEDGER_CONFLICT' });
    expect(conflict.statusCode).toBe(409);
    await consortium.closeGateway(CITY);
  });

  it('answers 202 with a status link when the outcome is not known, and finds it out', async () => {
    await consortium.gateway(CITY, { 'attest.automatic': false, 'ledger.commitTimeoutMs': 300 });
    network.setCutting('manual');
    const pending = await consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' });
    expect(pending.json()).toMatchObject({ code: 'MQ_OPERATION_PENDING', operationId: expect.any(String) });
    expect(pending.statusCode).toBe(202);
    const link = String(pending.headers.location);
    expect((await consortium.as(CITY, 'admin', 'GET', link)).json()).toMatchObject({ state: 'planned' });
    expect((await consortium.as(CITY, 'his', 'GET', link)).statusCode).toBe(404); // of another account
    network.setCutting('eager');
    await network.cut();
    await until('the outcome', async () => {
      const { state } = (await consortium.as(CITY, 'admin', 'GET', link)).json();
      return state === 'committed' ? state : undefined;
    });
    await consortium.closeGateway(CITY);
  });

  it('answers 201 when the connection to its peer is lost while it waits, and the write is committed', async () => {
    const proxy = await CuttableProxy.start(consortium.network.endpointOf(CITY));
    proxies.push(proxy);
    await consortium.gateway(CITY, { 'attest.automatic': false, 'ledger.peerEndpoint': proxy.address });
    network.setCutting('manual');
    const answering = consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' });
    await until('it to be ordered', async () => (network.cutting.waiting > 0 ? true : undefined));
    proxy.cut();
    network.setCutting('eager');
    await network.cut();
    const answer = await answering;
    expect(answer.json()).toMatchObject({ pseudonym: expect.any(String), blockNumber: expect.any(Number) });
    expect(answer.statusCode).toBe(201);
    await until('the regulator to see it', async () =>
      (await seenByRegulator(consortium)).has(answer.json().pseudonym) ? true : undefined,
    );
    await consortium.closeGateway(CITY);
  });

  it.each<[string, Omit<Kill, 'when'>]>([
    [
      'after it was ordered',
      {
        injure: async () => network.setCutting('manual'),
        isUnderway: async () => network.cutting.waiting > 0,
        heal: async () => {
          network.setCutting('eager');
          await network.cut();
        },
      },
    ],
    [
      'while it was endorsed',
      {
        injure: async () => void network.setFaults(CITY, { delayMs: 3000 }),
        heal: async () => network.clearFaults(),
      },
    ],
  ])(
    'commits exactly once when the gateway is killed %s',
    async (when, kill) => expect(await expectExactlyOnce(consortium, { when, ...kill })).toBe('connection lost'),
    KILL_TIMEOUT_MS,
  );
});
