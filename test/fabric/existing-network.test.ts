import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@medquorum/gateway/database/embedded-postgres';
import { removePostgresData } from '@medquorum/gateway/database/postgres-place';
import { GatewayProcess } from '@medquorum/gateway/testing/gateway-process';
import { NETWORK_COMMANDS } from '@medquorum/network/cli/commands';
import { runCommand } from '@medquorum/network/cli/main';
import { until } from '@medquorum/network/operations/until';
import { acceptsConnections, answersOk } from '@medquorum/network/supervisor/probe';
import { stringify } from 'yaml';
import { describeEveryFabric } from './describe-fabric.ts';
import {
  CHANNEL,
  connectionProfile,
  ForeignNetwork,
  type ForeignOrganization,
  walletIdentity,
} from './foreign-network.ts';
import { isOfGateway, missingAt, watchedMetrics } from './watched-metrics.ts';

const SUITE_TIMEOUT_MS = 120_000;
const CHAINCODE = fileURLToPath(new URL('../../chaincode/src/server.ts', import.meta.url));
const PASSWORD = 'correct horse battery staple';
const KINDS = { org1: 'hospital', org2: 'regulator' } as Readonly<Record<string, string>>;

await describeEveryFabric('a network that exists already', (binaries) => {
  let network: ForeignNetwork;
  let postgres: EmbeddedPostgres;
  const chaincodes: ChildProcess[] = [];
  const gateways: GatewayProcess[] = [];

  beforeAll(async () => {
    network = await ForeignNetwork.start(binaries);
    postgres = await startEmbeddedPostgres({ dir: path.join(network.folder, 'postgres') });
    writeFileSync(path.join(network.folder, 'consortium.json'), JSON.stringify(consortium()));
  }, SUITE_TIMEOUT_MS);
  afterAll(async () => {
    for (const gateway of gateways) await gateway.stop();
    for (const chaincode of chaincodes) {
      chaincode.kill('SIGKILL');
      await once(chaincode, 'exit');
    }
    await postgres?.close();
    if (network !== undefined) removePostgresData(path.join(network.folder, 'postgres'));
    await network?.close();
  }, SUITE_TIMEOUT_MS);

  const consortium = () => ({
    channel: { name: CHANNEL },
    organizations: network.organizations.map(({ mspId, name, peerPort, gatewayPort, releasePort }) => ({
      mspId,
      name,
      peers: [{ name: 'peer0', port: peerPort }],
      gatewayPort,
      application: {
        kind: KINDS[name],
        releasePort,
        facilities: [{ id: `${name}-main`, zones: ['clinical', 'administrative'] }],
      },
    })),
    application: {
      clockSkewSeconds: 300,
      leaseSeconds: 900,
      releaseThreshold: 1,
      recordClasses: [{ name: 'clinical', attestations: 1, endorsements: 2 }],
    },
  });

  /** Packs with the `medquorum` command. @returns the package id it printed */
  async function packaged(member: ForeignOrganization, out: string): Promise<string> {
    let stdout = '';
    let stderr = '';
    const { cert, key } = member.tls('peer0');
    const argv = ['chaincode', 'package', '--name', 'ehr', '--version', '1', '--out', out];
    argv.push('--address', `localhost:${member.chaincodePort}`);
    argv.push('--tls-ca', member.tls('chaincode').ca, '--tls-cert', cert, '--tls-key', key);
    const status = await runCommand(argv, NETWORK_COMMANDS, {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      signal: new AbortController().signal,
    });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  async function startChaincode(member: ForeignOrganization, packageId: string): Promise<void> {
    const { ca, cert, key } = member.tls('chaincode');
    const settings = ['--address', `127.0.0.1:${member.chaincodePort}`, '--chaincode-id', packageId];
    settings.push('--tls-cert', cert, '--tls-key', key, '--tls-client-ca', ca);
    settings.push('--consortium', path.join(network.folder, 'consortium.json'));
    const args = ['--conditions=medquorum-source', '--no-warnings', CHAINCODE, ...settings];
    chaincodes.push(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
    await until('the chaincode listens', async () =>
      (await acceptsConnections('127.0.0.1', member.chaincodePort)) ? true : undefined,
    );
  }

  async function startGateway(member: ForeignOrganization, profile: string): Promise<GatewayProcess> {
    const folder = path.join(network.folder, `gateway-${member.name}`);
    mkdirSync(folder);
    const profileFile = path.join(folder, 'connection-profile');
    writeFileSync(profileFile, profile);
    writeFileSync(path.join(folder, 'User1.id'), walletIdentity(member, 'User1'));
    const { cert, key } = member.tls('gateway');
    const roots = Object.fromEntries(network.organizations.map((it) => [it.mspId, it.tls('gateway').ca]));
    const accounts = [
      { username: 'admin', password: PASSWORD, role: 'administrator' },
      { username: 'his', password: PASSWORD, role: 'system' },
    ];
    const gateway = await GatewayProcess.start({
      mspId: member.mspId,
      consortiumFile: path.join(network.folder, 'consortium.json'),
      dataDir: folder,
      'http.publicUrl': `http://${member.name}.test`,
      'log.level': 'warn',
      'database.url': await postgres.urlFor(`gateway_${member.name}`),
      'ledger.connectionProfile': profileFile,
      'ledger.walletDir': folder,
      'ledger.walletUser': 'User1',
      'release.tlsCert': cert,
      'release.tlsKey': key,
      'release.tlsRoots': JSON.stringify(roots),
      'auth.bootstrapAccounts': JSON.stringify(accounts),
    });
    gateways.push(gateway);
    return gateway;
  }

  async function post(
    gateway: GatewayProcess,
    route: string,
    body: unknown,
    token?: string,
  ): Promise<Record<string, never>> {
    const response = await fetch(`${gateway.address}${route}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${route}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  const login = async (gateway: GatewayProcess, username: string): Promise<string> =>
    (await post(gateway, '/oauth/token', { grant_type: 'password', username, password: PASSWORD })).access_token ?? '';

  it(
    "takes the chaincode through Fabric's own lifecycle commands",
    async () => {
      const definition = ['--channelID', CHANNEL, '--name', 'ehr', '--version', '1', '--sequence', '1'];
      for (const member of network.organizations) {
        const file = path.join(network.folder, `ehr-${member.name}.tar.gz`);
        const packageId = await packaged(member, file);
        const installed = await network.peer(member, 'lifecycle', 'chaincode', 'install', file);
        expect(await network.peer(member, 'lifecycle', 'chaincode', 'queryinstalled')).toContain(packageId);
        expect(installed).not.toContain('Error');
        await startChaincode(member, packageId);
        const approve = ['lifecycle', 'chaincode', 'approveformyorg', ...definition, '--package-id', packageId];
        await until(`${member.name} has approved`, () => network.peer(member, ...approve, ...network.ordererFlags));
      }
      const [first] = network.organizations;
      const peers = network.organizations.flatMap(({ peerPort, tls }) => [
        '--peerAddresses',
        `localhost:${peerPort}`,
        '--tlsRootCertFiles',
        tls('peer0').ca,
      ]);
      const commit = ['lifecycle', 'chaincode', 'commit', ...definition, ...network.ordererFlags, ...peers];
      await network.peer(first, ...commit);
      const committed = ['lifecycle', 'chaincode', 'querycommitted', '--channelID', CHANNEL, '--name', 'ehr'];
      expect(await network.peer(first, ...committed)).toContain('Org1MSP: true, Org2MSP: true');
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'carries gateways that have a connection profile and a wallet, and their records',
    async () => {
      const [hospital, regulator] = network.organizations;
      const [ward] = await Promise.all([
        startGateway(hospital, JSON.stringify(connectionProfile(hospital))),
        startGateway(regulator, stringify(connectionProfile(regulator))),
      ]);
      for (const { address } of gateways)
        await until(`${address} is founded`, async () =>
          (await answersOk(`${address}/health/ready`)) ? true : undefined,
        );
      const account = { username: 'clinician', password: PASSWORD, role: 'clinician' };
      await post(ward, '/practitioners', { roles: [{ role: 'clinician' }], account }, await login(ward, 'admin'));
      const clinician = await login(ward, 'clinician');
      const { pseudonym: patient } = await post(ward, '/patients', { wallet: 'custodial', mrn: 'MRN-1' }, clinician);
      await post(ward, `/patients/${patient}/care-relations`, { relation: 'treatment' }, clinician);
      const content = { resourceType: 'Observation', status: 'final', code: { text: 'blood pressure' } };
      const { recordId } = await post(ward, '/records', { patient, content }, clinician);
      const active = await until('the regulator has attested the record', async () => {
        const headers = { authorization: `Bearer ${clinician}` };
        const response = await fetch(`${ward.address}/records/${recordId}`, { headers });
        const head = (await response.json()) as { standing: string };
        return head.standing === 'active' ? head : undefined;
      });
      expect(active).toMatchObject({ custodian: 'Org1MSP', activeVersion: 1, flaw: null });
      const place = { facility: 'org1-main', zone: 'clinical' };
      const read = await post(ward, `/records/${recordId}/read`, { purpose: 'TREAT', place }, clinician);
      expect(read).toMatchObject({ effect: 'permit', content });
      const metrics = `${ward.address}/metrics`;
      expect(await missingAt(metrics, [...watchedMetrics()].filter(isOfGateway))).toEqual([]);
      expect(await (await fetch(metrics)).text()).toMatch(/medquorum_decisions_total\{effect="permit",[^}]*\} 1/);
    },
    SUITE_TIMEOUT_MS,
  );
});
