import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { runFileOf } from '../supervisor/run-file.ts';
import type { ProcessSpec } from '../supervisor/supervised-process.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import type { Engine } from './engine.ts';
import { type ConsortiumOptions, runConsortium } from './run-consortium.ts';

/** An engine without a network: what is started is the test's. */
const engineOf = (start: Engine['start']): Engine => ({
  packageId: (chaincode) => `${chaincode}:1`,
  start,
  deploy: async () => {},
});
const sleeper = (name: string, isReady: () => Promise<boolean>): ProcessSpec => ({
  name,
  command: process.execPath,
  args: ['-e', 'setInterval(() => {}, 1000)'],
  isReady,
  // Longer than any test waits: nothing passes because this is over.
  readyTimeoutMs: 600_000,
});

describe('runConsortium', () => {
  let directory = '';
  let reported: string[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'run-consortium-'));
    reported = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const options = (): Omit<ConsortiumOptions, 'makeEngine'> => ({
    engine: 'fabric',
    topology: topologyFrom({
      ...topologyDraft(),
      organizations: topologyDraft().organizations.map((organization, i) =>
        i === 0 ? { ...organization, gatewayPort: 8081 } : organization,
      ),
    }),
    directory,
    report: (line) => reported.push(line),
  });

  it('runs what it is given for each organisation, and tells where others are to listen', async () => {
    const asked: string[] = [];
    const consortium = await runConsortium({
      ...options(),
      processes: async () => ({
        chaincode: ({ organization, packageId, address }) => {
          asked.push(`${packageId} ${address}`);
          return organization.mspId === 'AMSP' ? sleeper('chaincode.a', async () => true) : undefined;
        },
        application: ({ organization }) => sleeper(`gateway.${organization.name}`, async () => true),
      }),
      makeEngine: async () => engineOf(async () => {}),
    });
    try {
      expect(asked).toEqual(['asset:1 127.0.0.1:7003', 'asset:1 127.0.0.1:7004']);
      // Organisation B runs no gateway: the topology names no port for one.
      expect(consortium.status().map(({ name }) => name)).toEqual(['chaincode.a', 'gateway.org-a']);
      expect(reported).toContain('chaincode of BMSP: CHAINCODE_SERVER_ADDRESS=127.0.0.1:7004 CHAINCODE_ID=asset:1');
      expect(existsSync(path.join(directory, 'connection.json'))).toBe(true);
    } finally {
      await consortium.close();
    }
    expect(existsSync(path.join(directory, 'connection.json'))).toBe(false);
  });

  it('tells the TLS files of a chaincode process where peers reach it by TLS', async () => {
    const consortium = await runConsortium({
      ...options(),
      chaincodeTls: true,
      makeEngine: async () => engineOf(async () => {}),
    });
    await consortium.close();
    const own = path.join(directory, 'keys', 'org-b', 'private', 'chaincodes', 'asset', 'tls');
    const files = ['CERT=tls.pem', 'KEY=tls.key', 'CLIENT_CA=ca.pem'].map((each) => {
      const [name, file = ''] = each.split('=');
      return `CHAINCODE_TLS_${name}=${path.join(own, file)}`;
    });
    const where = 'CHAINCODE_SERVER_ADDRESS=127.0.0.1:7004 CHAINCODE_ID=asset:1';
    expect(reported).toContain(['chaincode of BMSP:', where, ...files].join(' '));
    for (const file of files) expect(existsSync(file.split('=')[1] ?? '')).toBe(true);
  });

  it('stops at once what has started, and what it stands on, when it is interrupted', async () => {
    const interrupting = new AbortController();
    let closed = 0;
    const running = runConsortium({
      ...options(),
      signal: interrupting.signal,
      processes: async () => ({
        close: async () => {
          closed += 1;
        },
      }),
      makeEngine: async ({ supervisor }) =>
        engineOf(() =>
          supervisor.start(
            sleeper('never-ready', async () => {
              interrupting.abort();
              return false;
            }),
          ),
        ),
    });
    await expect(running).rejects.toMatchObject({ code: 'MQ_INTERRUPTED' });
    expect(closed).toBe(1);
    expect(runFileOf(directory).read()).toBeUndefined();
  });

  it('leaves the folder alone once it has given it up', async () => {
    const interrupting = new AbortController();
    const given = Promise.withResolvers<AbortSignal | undefined>();
    const deployment = Promise.withResolvers<void>();
    const first = runConsortium({
      ...options(),
      signal: interrupting.signal,
      makeEngine: async ({ signal }) => {
        given.resolve(signal);
        return { ...engineOf(async () => {}), deploy: () => deployment.promise };
      },
    });
    const interrupted = expect(first).rejects.toMatchObject({ code: 'MQ_INTERRUPTED' });
    expect(await given.promise).toBe(interrupting.signal);
    interrupting.abort();
    // It has stopped what it ran, and still waits for a step.
    while (runFileOf(directory).read() !== undefined) await setImmediate();
    const second = await runConsortium({ ...options(), makeEngine: async () => engineOf(async () => {}) });
    try {
      deployment.reject(new Error('a peer does not answer'));
      await interrupted;
      expect(existsSync(path.join(directory, 'connection.json'))).toBe(true);
    } finally {
      await second.close();
    }
  });
});
