import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { type AdminService, serveAdmin } from '@medquorum/network/embedded/admin/serve-admin';
import type { EmbeddedNetwork } from '@medquorum/network/embedded/embedded-network';
import { AssetProcesses } from './asset-processes.ts';
import { type ConnectedClient, connectTestClient } from './test-client.ts';

const TEST_TIMEOUT_MS = 60_000;

describe('the administration service of the embedded network', () => {
  let assets: AssetProcesses;
  let network: EmbeddedNetwork;
  let admin: AdminService;
  let client: ConnectedClient;

  beforeAll(async () => {
    assets = await AssetProcesses.start();
    network = assets.network.network;
    admin = await serveAdmin(network, 0);
    client = connectTestClient(assets.network.client('Org1MSP'));
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    client?.close();
    await admin?.close();
    await assets?.close();
  });

  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${admin.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const create = (id: string = randomUUID()) => client.contract.submitTransaction('create', id, 'alice');

  it('describes the network', async () => {
    const { status, body } = await ask('GET', '/');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      channelId: 'mychannel',
      height: network.height,
      cutting: { mode: 'eager', waiting: 0 },
    });
    expect(body.organizations).toHaveLength(3);
  });

  it('goes back to a snapshot and begins anew', async () => {
    const id = randomUUID();
    const { body: snapshot } = await ask('POST', '/snapshots');
    await create(id);
    expect(await ask('POST', `/snapshots/${snapshot.id}/revert`)).toEqual({
      status: 200,
      body: { height: snapshot.height },
    });
    await expect(client.contract.evaluateTransaction('read', id)).rejects.toThrow(/ASSET_NOT_FOUND/);
    await create(id);
    expect(await ask('POST', '/reset')).toEqual({ status: 200, body: { height: 1 } });
    await create(id);
    expect((await ask('POST', `/snapshots/${snapshot.id}/revert`)).status).toBe(404);
    await create();
  });

  it('cuts blocks by hand, by count and by time', async () => {
    const put = async (path: string, body: unknown) => expect((await ask('PUT', path, body)).status).toBe(200);
    await put('/cutting', { mode: 'manual' });
    const height = network.height;
    const submitted = [create(), create()];
    await condition(() => network.cutting.waiting === 2);
    expect(network.height).toBe(height);
    expect(await ask('POST', '/cut')).toEqual({ status: 200, body: { height: height + 1 } });
    await Promise.all(submitted);
    await put('/cutting', { mode: 'manual', maxMessageCount: 3 });
    await Promise.all([create(), create(), create()]);
    expect(network.height).toBe(height + 2);
    await put('/cutting', { mode: 'timeout', maxMessageCount: 500, timeoutMs: 20 });
    await create();
    expect(network.height).toBe(height + 3);
    await put('/cutting', { mode: 'eager' });
  });

  it('shifts the clock, injects faults and ends them', async () => {
    expect((await ask('PUT', '/clock', { shiftMs: -3600_000 })).body).toEqual({ shiftMs: -3600_000 });
    await expect(create()).rejects.toMatchObject({ code: 10 });
    await ask('PUT', '/clock', { shiftMs: 0 });
    expect((await ask('PUT', '/organizations/Org1MSP/faults', { down: true })).body).toMatchObject({
      down: true,
      delayMs: 0,
    });
    await expect(create()).rejects.toMatchObject({ code: 14 });
    await ask('DELETE', '/faults');
    await create();
    await ask('PUT', '/conflicts', { count: 1 });
    await expect(create()).rejects.toMatchObject({ code: 11 });
    expect((await ask('POST', '/streams/drop', {})).status).toBe(200);
  });

  it.each([
    ['an unknown path', 'GET', '/nothing', undefined, 404, 'MQ_ADMIN_ROUTE'],
    ['another method', 'PUT', '/cut', undefined, 405, 'MQ_ADMIN_METHOD'],
    ['an unknown organisation', 'PUT', '/organizations/NoMSP/faults', {}, 404, 'MQ_NETWORK_OPTIONS'],
    ['an unknown snapshot', 'POST', '/snapshots/none/revert', undefined, 404, 'LEDGER_SNAPSHOT_UNKNOWN'],
    ['an unknown field', 'PUT', '/clock', { shiftMs: 1, more: 1 }, 400, 'MQ_ADMIN_BODY'],
    ['a missing field', 'PUT', '/conflicts', {}, 400, 'MQ_ADMIN_BODY'],
    ['a shift beyond reason', 'PUT', '/clock', { shiftMs: 1e15 }, 400, 'MQ_ADMIN_BODY'],
    ['what is not JSON', 'PUT', '/clock', '{', 400, 'MQ_ADMIN_BODY'],
    ['a body too large', 'PUT', '/clock', 'x'.repeat(70_000), 413, 'MQ_ADMIN_TOO_LARGE'],
  ])('refuses %s', async (_, method, path, body, status, code) => {
    expect(await ask(method, path, body)).toMatchObject({ status, body: { code } });
  });

  it('listens to nobody but programs on this machine', async () => {
    const { port } = new URL(admin.url);
    const statusOf = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path: '/reset', method: 'POST', headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on('error', reject).end();
      });
    expect(await statusOf({ host: 'attacker.example' })).toBe(403);
    expect(await statusOf({ host: `127.0.0.1:${port}`, origin: 'https://attacker.example' })).toBe(403);
  });
});

async function condition(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
