import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { REGULATOR, START_TIMEOUT_MS, TestConsortium, UNITY } from '@medquorum/gateway/testing/test-consortium';

const PASSWORD = 'a-password-made-for-this-test';

describe('a strict gateway', () => {
  let consortium: TestConsortium;
  let folder: string;
  beforeAll(async () => {
    consortium = await TestConsortium.start();
    folder = await mkdtemp(path.join(os.tmpdir(), 'strict-'));
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await consortium.close();
    await rm(folder, { recursive: true });
  }, START_TIMEOUT_MS);

  const strict = async (password: string) => {
    const passwordFile = path.join(folder, `password-${password.length}`);
    await writeFile(passwordFile, password);
    return {
      strict: true,
      'keys.development': false,
      'keys.passphrase': 'of these keys',
      'http.publicUrl': 'https://records.example',
      'auth.bootstrapAccounts': '[]',
      'auth.administratorPasswordFile': passwordFile,
      'metrics.port': 0,
      'http.trustedProxies': 1,
      'http.maxLoginsPerMinute': 3,
    };
  };

  it('takes its first administrator from a file, limits clients behind a proxy, answers metrics apart', async () => {
    const { app, metricsApp } = await consortium.gateway(REGULATOR, await strict(`${PASSWORD}\n`));
    const login = (password: string, forwardedFor = '192.0.2.1') =>
      app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: { 'x-forwarded-for': forwardedFor },
        payload: { grant_type: 'password', username: 'admin', password },
      });
    expect((await login(PASSWORD)).json()).toMatchObject({ token_type: 'Bearer' });
    expect((await login('another-password')).statusCode).toBe(401);

    // The proxy's addition counts, not what a client claims before it.
    expect((await login(PASSWORD, '198.51.100.1, 192.0.2.1')).statusCode).toBe(200);
    expect((await login(PASSWORD, '198.51.100.2, 192.0.2.1')).statusCode).toBe(429);
    expect((await login(PASSWORD, '192.0.2.2')).statusCode).toBe(200);

    expect((await app.inject('/metrics')).statusCode).not.toBe(200);
    if (metricsApp === undefined) throw new Error('metrics have no port of their own');
    await metricsApp.listen({ host: '127.0.0.1', port: 0 });
    const { port } = metricsApp.server.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('medquorum_ledger_queued_entries');
  });

  it('refuses a first administrator with a short password', async () => {
    // Of a gateway that has no account yet: where there is one the file is not read.
    await expect(consortium.build(UNITY, await strict('short'))).rejects.toMatchObject({
      code: 'MQ_CONFIG_INVALID',
      message: expect.not.stringContaining('found short'),
    });
  });
});
