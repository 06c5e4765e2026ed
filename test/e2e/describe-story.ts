import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import { EntryPoint } from './entry-point.ts';
import { moveTopology } from './moved-topology.ts';

const START_TIMEOUT_MS = 180_000;

/** The README's two sides, on one engine: what `npm start` brings up, and the story that `npm run demo` tells against it. */
export function describeStory(engine: 'embedded' | 'fabric'): void {
  describe(`the consortium on the ${engine} engine`, () => {
    let directory = '';
    let topologyFile = '';
    let data = '';
    let consortium: EntryPoint;
    const start = (...more: string[]) =>
      new EntryPoint('start.mjs', [`--engine=${engine}`, `--topology=${topologyFile}`, `--data=${data}`, ...more]);
    const demo = () =>
      new EntryPoint('demo.mjs', [`--engine=${engine}`, `--topology=${topologyFile}`, `--data=${data}`]);

    beforeAll(async () => {
      directory = await mkdtemp(path.join(tmpdir(), 'medquorum-story-'));
      data = path.join(directory, 'data');
      topologyFile = await moveTopology(directory);
      consortium = start();
      await consortium.said('Ready.');
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await consortium.stop();
      await new EntryPoint('medquorum.mjs', ['network', 'reset', '--yes', '--data', data]).exit();
      await rm(directory, { recursive: true, force: true });
    }, START_TIMEOUT_MS);

    const gateways = async () =>
      (await loadTopology(topologyFile)).organizations.map(({ host, gatewayPort }) => ({
        host,
        port: gatewayPort ?? 0,
      }));

    it('comes up with five gateways, real charts, and a table that says where', async () => {
      expect(consortium.output).toMatch(/3 charts loaded at City Hospital: 14 records/);
      for (const { host, port } of await gateways()) {
        expect(consortium.output).toContain(`http://${host}:${port}/docs`);
        expect((await fetch(`http://${host}:${port}/health/ready`)).status).toBe(200);
      }
    });

    it('says in one line that a second start meets the first, with what to do', async () => {
      const second = start();
      expect(await second.exit()).toBe(1);
      expect(second.output).toMatch(/medquorum: MQ_ALREADY_RUNNING: process \d+ runs .* already; stop it first/);
      const elsewhere = start(`--data=${path.join(directory, 'elsewhere')}`);
      expect(await elsewhere.exit()).toBe(1);
      expect(elsewhere.output).toMatch(
        /medquorum: MQ_PORT_TAKEN: port \d+ \(peer of city-hospital\) is taken.*: stop what uses it/,
      );
    });

    it('is not reset while it runs', async () => {
      const reset = start('--reset');
      expect(await reset.exit()).toBe(1);
      expect(reset.output).toMatch(/medquorum: MQ_ALREADY_RUNNING/);
      expect((await fetch(`http://127.0.0.1:${(await gateways())[0]?.port}/health/ready`)).status).toBe(200);
    });

    it(
      'bears the story out, step by step',
      async () => {
        const story = demo();
        expect({ status: await story.exit(), output: story.output }).toMatchObject({
          status: 0,
          output: expect.stringContaining('All was as told.'),
        });
      },
      START_TIMEOUT_MS,
    );

    it(
      'stops cleanly and finds its data when started again',
      async () => {
        const password = await readFile(path.join(data, 'development-password'), 'utf8');
        expect(await consortium.stop()).toBe(0);
        for (const { host, port } of await gateways()) expect(await acceptsConnections(host, port)).toBe(false);
        consortium = start();
        await consortium.said('Ready.');
        expect(await readFile(path.join(data, 'development-password'), 'utf8')).toBe(password);
        const [city] = await gateways();
        const token = await fetch(`http://${city?.host}:${city?.port}/oauth/token`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ grant_type: 'password', username: 'clinician', password }),
        });
        const { access_token: accessToken } = (await token.json()) as { access_token: string };
        const records = await fetch(`http://${city?.host}:${city?.port}/records?custodian=CityHospitalMSP&limit=200`, {
          headers: { authorization: `Bearer ${accessToken}` },
        });
        // The charts of the first start and the one of the story; none is loaded twice.
        expect(((await records.json()) as { records: unknown[] }).records).toHaveLength(14 + 4);
      },
      START_TIMEOUT_MS,
    );
  });
}
