import { GatewayProcess } from '@medquorum/gateway/testing/gateway-process';
import { CITY, REGULATOR, TestConsortium, until } from '@medquorum/gateway/testing/test-consortium';
import { CuttableProxy } from './cuttable-proxy.ts';

const PASSWORD = 'correct horse battery staple';

describe('faults', () => {
  let consortium: TestConsortium;
  beforeAll(async () => {
    consortium = await TestConsortium.start();
    await consortium.gateway(REGULATOR, { 'attest.automatic': false });
  }, 120_000);
  const processes: GatewayProcess[] = [];
  const started = async (settings: Parameters<typeof GatewayProcess.start>[0]) => {
    const gateway = await GatewayProcess.start(settings);
    processes.push(gateway);
    return gateway;
  };
  afterEach(() => Promise.all(processes.splice(0).map((gateway) => gateway.kill())));
  const proxies: CuttableProxy[] = [];
  afterEach(() => Promise.all(proxies.splice(0).map((proxy) => proxy.close())));
  afterAll(() => consortium.close(), 60_000);

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

  it('retries conflicts by itself, and answers 409 when they do not end', async () => {
    await consortium.gateway(CITY, { 'attest.automatic': false, 'ledger.maxConflictRetries': 2 });
    consortium.network.forceConflicts(2);
    const retried = await consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' });
    expect(retried.statusCode).toBe(201);
    consortium.network.forceConflicts(1000);
    const conflict = await consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' });
    consortium.network.forceConflicts(0);
    expect(conflict.json()).toMatchObject({ code: 'MQ_LEDGER_CONFLICT' });
    expect(conflict.statusCode).toBe(409);
    await consortium.closeGateway(CITY);
  });

  it('answers 202 with a status link when the outcome is not known, and finds it out', async () => {
    await consortium.gateway(CITY, { 'attest.automatic': false, 'ledger.commitTimeoutMs': 300 });
    consortium.network.setCutting('manual');
    const pending = await consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' });
    expect(pending.json()).toMatchObject({ code: 'MQ_OPERATION_PENDING', operationId: expect.any(String) });
    expect(pending.statusCode).toBe(202);
    const link = String(pending.headers.location);
    expect((await consortium.as(CITY, 'admin', 'GET', link)).json()).toMatchObject({ state: 'planned' });
    expect((await consortium.as(CITY, 'his', 'GET', link)).statusCode).toBe(404); // of another account
    consortium.network.setCutting('eager');
    await consortium.network.cut();
    await until('the outcome', async () => {
      const { state } = (await consortium.as(CITY, 'admin', 'GET', link)).json();
      return state === 'committed' ? state : undefined;
    });
    await consortium.closeGateway(CITY);
  });

  it('answers 201 when the connection to its peer is lost while it waits, and the write is committed', async () => {
    const proxy = await CuttableProxy.start(consortium.endpointOf(CITY));
    proxies.push(proxy);
    await consortium.gateway(CITY, { 'attest.automatic': false, 'ledger.peerEndpoint': proxy.address });
    consortium.network.setCutting('manual');
    const answering = consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' });
    await until('it to be ordered', async () => (consortium.network.cutting.waiting > 0 ? true : undefined));
    proxy.cut();
    consortium.network.setCutting('eager');
    await consortium.network.cut();
    const answer = await answering;
    expect(answer.json()).toMatchObject({ pseudonym: expect.any(String), blockNumber: expect.any(Number) });
    expect(answer.statusCode).toBe(201);
    await until('the regulator to see it', async () =>
      (await seenByRegulator(consortium)).has(answer.json().pseudonym) ? true : undefined,
    );
    await consortium.closeGateway(CITY);
  });

  it.each([
    [
      'after it was ordered',
      async () => consortium.network.setCutting('manual'),
      async () => consortium.network.cutting.waiting > 0,
    ],
    ['while it was endorsed', async () => void consortium.network.setFaults(CITY, { delayMs: 3000 }), async () => true],
  ])(
    'commits exactly once when the gateway is killed %s',
    async (when, injure, isUnderway) => {
      const settings = await consortium.settings(CITY, { 'attest.automatic': false, 'auth.tokenSeconds': 600 });
      const key = `killed-${when.replaceAll(' ', '-')}`;
      const mrn = `MRN-${key}`;
      const before = await seenByRegulator(consortium);
      const first = await started(settings);
      await ready(first);
      const token = await tokenOf(first);
      await injure();
      const lost = post(first, '/patients', token, key, { wallet: 'custodial', mrn }).catch(() => 'connection lost');
      await until('the operation to be under way', async () =>
        (await isUnderway()) && (await isStored(consortium, key)) ? true : undefined,
      );
      await first.kill();
      expect(await lost).toBe('connection lost');
      consortium.network.clearFaults();
      consortium.network.setCutting('eager');
      await consortium.network.cut();

      const second = await started(settings);
      await ready(second);
      const fresh = await tokenOf(second);
      const [a, b] = await Promise.all(
        [1, 2].map(() => post(second, '/patients', fresh, key, { wallet: 'custodial', mrn })),
      );
      expect([a?.status, b?.status]).toEqual([201, 201]);
      expect(a?.body).toMatchObject({ pseudonym: b?.body.pseudonym });
      // Another organisation, which saw only blocks, counts them: one more than before, and it is this one.
      await until('the regulator to see it', async () =>
        (await seenByRegulator(consortium)).size > before.size ? true : undefined,
      );
      const after = await seenByRegulator(consortium);
      expect([...after].filter((pseudonym) => !before.has(pseudonym))).toEqual([a?.body.pseudonym]);
      expect(await second.stop()).toBe(0);
    },
    120_000,
  );
});

type Answer = Readonly<{ status: number; body: Record<string, unknown> }>;

async function post(gateway: GatewayProcess, path: string, token: string, key: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key };
  const response = await fetch(new URL(path, gateway.address), { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function tokenOf(gateway: GatewayProcess): Promise<string> {
  const body = JSON.stringify({ grant_type: 'password', username: 'admin', password: PASSWORD });
  const response = await fetch(new URL('/oauth/token', gateway.address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function ready(gateway: GatewayProcess): Promise<void> {
  await until('the gateway to be ready', async () =>
    (await fetch(new URL('/health/ready', gateway.address))).status === 200 ? true : undefined,
  );
}

/** Looks into the gateway's own database: its process is about to be killed. */
async function isStored(consortium: TestConsortium, key: string): Promise<boolean> {
  const rows = await consortium.query(
    CITY,
    'select tx_id from operation where idempotency_key = $1 and tx_id is not null',
    [key],
  );
  return rows.length > 0;
}

/** Patients on the ledger as another organisation's gateway projected them from blocks. */
async function seenByRegulator(consortium: TestConsortium): Promise<Set<unknown>> {
  const rows = await consortium.query(REGULATOR, "select patient from ledger_state where kind = 'patient'", []);
  return new Set(rows.map(({ patient }) => patient));
}
