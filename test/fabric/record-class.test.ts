import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { organizationSigner } from '@medquorum/gateway/cli/organization-signer';
import { gatewayConfig } from '@medquorum/gateway/config/gateway-config';
import { loadConfig } from '@medquorum/gateway/config/load-config';
import { startEmbeddedPostgres } from '@medquorum/gateway/database/embedded-postgres';
import { openDatabase } from '@medquorum/gateway/database/open-database';
import { FabricLedger } from '@medquorum/gateway/ledger/fabric-ledger';
import { readModelDigest } from '@medquorum/gateway/readmodel/read-model-digest';
import { until } from '@medquorum/gateway/testing/test-consortium';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import type { TopologyOrganization } from '@medquorum/network/topology/topology';
import { EntryPoint } from '../e2e/entry-point.ts';
import { moveTopology } from '../e2e/moved-topology.ts';
import { describeFabric } from './describe-fabric.ts';

const START_TIMEOUT_MS = 180_000;
const CONTENT = { resourceType: 'Observation', status: 'final', code: { text: 'glucose' } };
const ENDORSEMENT_POLICY_FAILURE = 'validation code 10';
type Json = Record<string, unknown>;

describeFabric('a record class that changes in a running consortium', () => {
  let directory = '';
  let data = '';
  let consortium: EntryPoint;
  let organizations: ReadonlyMap<string, TopologyOrganization>;
  let practitioner = '';
  let patient = '';
  const tokens = new Map<string, string>();
  /** Statuses of what clients wrote, one after the other, until they are told to stop. */
  const written: number[] = [];
  let isWriting = true;
  let writers: readonly Promise<void>[] = [];

  const organization = (name: string) => {
    const found = organizations.get(name);
    if (found === undefined) throw new Error(`no organisation ${name}`);
    return found;
  };
  const mspId = (name: string) => organization(name).mspId;
  const own = (name: string, ...parts: string[]) => path.join(data, 'organizations', name, ...parts);
  /** The settings of a gateway as `npm start` gives them. */
  const settings = (name: string): Record<string, string> => ({
    mspId: mspId(name),
    consortiumFile: own(name, 'consortium.json'),
    'material.dir': path.join(data, 'keys'),
    dataDir: own(name, 'gateway'),
  });

  async function send(name: string, method: string, url: string, body?: Json, headers: Record<string, string> = {}) {
    const { host, gatewayPort } = organization(name);
    const token = tokens.get(name);
    const response = await fetch(`http://${host}:${gatewayPort}${url}`, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Json };
  }
  async function logIn(name: string, username: string): Promise<void> {
    const password = readFileSync(path.join(data, 'development-password'), 'utf8').trim();
    tokens.delete(name);
    const { body } = await send(name, 'POST', '/oauth/token', { grant_type: 'password', username, password });
    tokens.set(name, String(body.access_token));
  }

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'mq-class-'));
    data = path.join(directory, 'data');
    const topologyFile = await moveTopology(directory);
    organizations = new Map((await loadTopology(topologyFile)).organizations.map((it) => [it.name, it]));
    const start = ['--engine=fabric', `--topology=${topologyFile}`, `--data=${data}`, '--no-charts'];
    consortium = new EntryPoint('start.mjs', start);
    await consortium.said('Ready.');
    await logIn('city-hospital', 'admin');
    const password = readFileSync(path.join(data, 'development-password'), 'utf8').trim();
    const account = { username: 'clinician', password, role: 'clinician' };
    const made = await send('city-hospital', 'POST', '/practitioners', { roles: [{ role: 'clinician' }], account });
    practitioner = String(made.body.practitionerId);
    await logIn('city-hospital', 'clinician');
    patient = String((await send('city-hospital', 'POST', '/patients', { wallet: 'custodial' })).body.pseudonym);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    isWriting = false;
    await Promise.allSettled(writers);
    await consortium.stop();
    await new EntryPoint('medquorum.mjs', ['network', 'reset', '--yes', '--data', data]).exit();
    rmSync(directory, { recursive: true, force: true });
  }, START_TIMEOUT_MS);

  const propose = () =>
    send('city-hospital', 'POST', '/records', { patient, content: CONTENT }, { 'idempotency-key': randomUUID() });
  const active = (recordId: string) =>
    until('the record is active', async () => {
      const { body } = await send('city-hospital', 'GET', `/records/${recordId}`);
      return body.standing === 'active' ? body : undefined;
    });

  /** An organisation agrees: its chaincode process finds another description. */
  function describeAt(name: string, change: Json): void {
    const file = own(name, 'consortium.json');
    const topology = JSON.parse(readFileSync(file, 'utf8')) as { application: { recordClasses: Json[] } };
    topology.application.recordClasses = topology.application.recordClasses.map((it) =>
      it.name === 'clinical' ? { ...it, ...change } : it,
    );
    writeFileSync(`${file}.new`, JSON.stringify(topology));
    renameSync(`${file}.new`, file);
  }
  /** A command of an organisation's operator. */
  async function command(name: string, words: readonly string[], environment: Record<string, string> = {}) {
    const flags = Object.entries(settings(name)).map(([setting, value]) => `--${setting}=${value}`);
    const process = new EntryPoint('medquorum.mjs', [...words, ...flags], environment);
    const status = await process.exit();
    return { status, output: process.output };
  }
  /** A write of a record's head of City that these organisations endorse, straight to the ledger. */
  async function writeHead(recordId: string, names: readonly string[]) {
    const config = gatewayConfig(loadConfig({ flags: settings('city-hospital') }));
    const ledger = new FabricLedger(config.ledger);
    try {
      const { signer, author } = await organizationSigner(config, ledger);
      const args = [JSON.stringify([signer.sign(author, 'record', 'renewPolicy', { recordId })])];
      const request = { contract: 'record', functionName: 'renewPolicy', args, organizations: names.map(mspId) };
      return await ledger.plan(request).run(Promise.resolve());
    } finally {
      ledger.close();
    }
  }
  async function databaseUrls(): Promise<readonly (readonly [string, string])[]> {
    const postgres = await startEmbeddedPostgres({ dir: path.join(data, 'postgres') }); // joins the one that runs
    return Promise.all(
      [...organizations.keys()].map(async (name) => {
        return [name, await postgres.urlFor(`gateway_${name.replaceAll('-', '_')}`)] as const;
      }),
    );
  }

  const AGREED = { attestations: 3, endorsements: 4 };
  let old = '';

  it('says who vetoes, and changes nothing, while too few have the new description', async () => {
    expect(practitioner).toMatch(/^[0-9a-f-]{36}$/);
    old = String((await propose()).body.recordId);
    await active(old);
    const writer = async () => {
      while (isWriting) written.push((await propose()).status);
    };
    writers = [writer(), writer()];
    for (const name of ['health-regulator', 'city-hospital', 'valley-hospital']) describeAt(name, AGREED);
    const { status, output } = await command('health-regulator', ['consortium', 'configure']);
    expect(output).toContain(
      'recordClasses.clinical.attestations: 2 -> 3\nrecordClasses.clinical.endorsements: 2 -> 4\n',
    );
    for (const name of ['health-regulator', 'city-hospital', 'valley-hospital'])
      expect(output).toContain(`${mspId(name)}: agrees\n`);
    for (const name of ['unity-insurance', 'meridian-research'])
      expect(output).toContain(
        `${mspId(name)}: vetoes: not what this organisation's description says of recordClasses`,
      );
    expect(output).toContain('MQ_CONFIGURATION_NOT_AGREED');
    expect(status).toBe(1);
    expect((await command('unity-insurance', ['consortium', 'diff'])).status).toBe(0);
  }, 60_000);

  it('is applied once enough agree, and no write of a client fails for it', async () => {
    describeAt('unity-insurance', AGREED);
    const dry = await command('health-regulator', ['consortium', 'configure', '--dry-run']);
    expect(dry).toMatchObject({ status: 0, output: expect.stringContaining('nothing was submitted') });
    const { status, output } = await command('health-regulator', ['consortium', 'configure']);
    expect(output).toMatch(/configured in block \d+ by [0-9a-f]{64}, endorsed by .*UnityInsuranceMSP/);
    expect(output).toContain(`${mspId('meridian-research')}: vetoes`);
    expect(output).not.toMatch(/endorsed by .*MeridianResearchMSP/);
    expect(status).toBe(0);
    const enough = written.length + 20;
    await until('writes go on', async () => (written.length >= enough ? true : undefined), 60_000);
    isWriting = false;
    await Promise.all(writers);
    expect(new Set(written)).toEqual(new Set([201]));
  }, 120_000);

  it('asks three attestations of a new record, and four endorsements of its head', async () => {
    const recordId = String((await propose()).body.recordId);
    await active(recordId);
    const { body } = await send('city-hospital', 'GET', `/records/${recordId}/history`);
    const [{ attestations = [] } = {}] = body.versions as readonly { attestations: readonly { mspId: string }[] }[];
    expect(new Set(attestations.map((it) => it.mspId)).size).toBeGreaterThanOrEqual(3);
    const three = ['city-hospital', 'valley-hospital', 'unity-insurance'];
    await expect(writeHead(recordId, three.slice(0, 2))).rejects.toThrow(ENDORSEMENT_POLICY_FAILURE);
    await expect(writeHead(recordId, three)).rejects.toThrow(ENDORSEMENT_POLICY_FAILURE);
    await writeHead(recordId, [...three, 'meridian-research']);
    // The head of a record that was not written since is under the policy it had, until it is.
    await writeHead(old, three);
    await expect(writeHead(old, three)).rejects.toThrow(ENDORSEMENT_POLICY_FAILURE);
  }, 60_000);

  it('leaves every gateway with the same read model, without a flaw, and the same again from block 0', async () => {
    const urls = await databaseUrls();
    const look = async () => {
      const found = await Promise.all(
        urls.map(async ([, url]) => {
          const db = await openDatabase(url, 1);
          try {
            const flawed = await db.selectFrom('ledgerState').select('key').where('flaw', 'is not', null).execute();
            return { ...(await readModelDigest(db)), flawed };
          } finally {
            await db.destroy();
          }
        }),
      );
      return new Set(found.map(({ digest }) => digest)).size === 1 ? found : undefined;
    };
    const models = await until('equal read models', look, 60_000);
    expect(models.flatMap(({ flawed }) => flawed)).toEqual([]);
    const [city] = urls;
    const rebuilt = await command('city-hospital', ['gateway', 'rebuild'], { DATABASE_URL: city?.[1] ?? '' });
    expect(rebuilt).toMatchObject({ status: 0, output: expect.stringContaining('as before') });
  }, 180_000);
});
