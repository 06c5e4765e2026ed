import type { AddressInfo } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { GatewayError } from './gateway-error.ts';
import { prepareAndListen } from './prepare-and-listen.ts';

const HOST = '127.0.0.1';

describe('prepareAndListen', () => {
  const open: FastifyInstance[] = [];
  afterEach(() => Promise.all(open.splice(0).map((app) => app.close())));

  function app(): FastifyInstance {
    const made = fastify();
    open.push(made);
    return made;
  }

  /** Holds something that has to be let go: the two servers, and what stands for the database. */
  function gateway(prepare: () => Promise<void> = async () => {}) {
    const parts = { app: app(), releaseApp: app(), metricsApp: app(), isDatabaseUp: true };
    const close = async () => {
      await Promise.all([parts.app.close(), parts.releaseApp.close()]);
      parts.isDatabaseUp = false;
    };
    return Object.assign(parts, { prepare, close });
  }

  const places = (httpPort = 0) => ({
    http: { host: HOST, port: httpPort },
    release: { host: HOST, port: 0 },
    metrics: undefined,
  });

  it('tells where the REST interface listens', async () => {
    const made = gateway();
    expect(await prepareAndListen(made, places())).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(made.isDatabaseUp).toBe(true);
  });

  it('answers metrics where they have a port of their own', async () => {
    const made = gateway();
    await prepareAndListen(made, { ...places(), metrics: { host: HOST, port: 0 } });
    expect(made.metricsApp.server.listening).toBe(true);
    const plain = gateway();
    await prepareAndListen({ ...plain, metricsApp: undefined }, places());
    expect(plain.metricsApp.server.listening).toBe(false);
  });

  it('closes a gateway that cannot be prepared', async () => {
    const made = gateway(async () => {
      throw new GatewayError('MQ_STATE_NOT_TRUSTED', 'block 7 does not follow');
    });
    await expect(prepareAndListen(made, places())).rejects.toMatchObject({ code: 'MQ_STATE_NOT_TRUSTED' });
    expect([made.isDatabaseUp, made.releaseApp.server.listening]).toEqual([false, false]);
  });

  it('closes a gateway whose port is taken', async () => {
    const other = app();
    await other.listen({ host: HOST, port: 0 });
    const { port } = other.server.address() as AddressInfo;
    const made = gateway();
    await expect(prepareAndListen(made, places(port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect([made.isDatabaseUp, made.releaseApp.server.listening]).toEqual([false, false]);
  });
});
