import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeExternalBuilder } from '@medquorum/network/fabric/external-builder';
import type { FabricBinaries } from '@medquorum/network/fabric/fabric-binaries';
import { runTool } from '@medquorum/network/fabric/run-tool';
import { until } from '@medquorum/network/operations/until';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { answersOk } from '@medquorum/network/supervisor/probe';
import { stringify } from 'yaml';

export const CHANNEL = 'mychannel';
const ORGANIZATIONS = ['org1', 'org2'] as const;
const ORDERER_DOMAIN = 'example.com';
const LOG_TAIL_CHARACTERS = 2_000;

/** One member of the network, with what an organisation knows of its own. */
export type ForeignOrganization = Readonly<{
  name: string;
  mspId: string;
  domain: string;
  peerPort: number;
  operationsPort: number;
  chaincodePort: number;
  gatewayPort: number;
  releasePort: number;
  /** Folder of a node's TLS files as cryptogen names them. */
  tls(node: 'peer0' | 'chaincode' | 'gateway'): Readonly<{ ca: string; cert: string; key: string }>;
  user(name: 'Admin' | 'User1'): Readonly<{ msp: string; cert: string; key: string }>;
}>;

/**
 * A Fabric network as others make them: cryptogen, configtxgen, one raft orderer and a peer of each of two organisations, with configuration
 * files of its own. Nothing of it comes from this project's renderers.
 */
export class ForeignNetwork {
  readonly folder: string;
  readonly organizations: readonly [ForeignOrganization, ForeignOrganization];
  readonly ordererPort: number;
  readonly #binaries: FabricBinaries;
  readonly #ports: Readonly<{ admin: number; operations: number }>;
  readonly #children: ChildProcess[] = [];
  readonly #log: Record<string, string> = {};

  static async start(binaries: FabricBinaries): Promise<ForeignNetwork> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'foreign-'));
    const network = new ForeignNetwork(folder, binaries, await freePorts(3 + 5 * ORGANIZATIONS.length));
    try {
      await network.#makeMaterial();
      await network.#startNodes();
      await network.#makeChannel();
      return network;
    } catch (error) {
      const log = Object.entries(network.#log).map(([name, text]) => `--- ${name}\n${text}`);
      await network.close();
      throw new Error(`the network did not start\n${log.join('\n')}`, { cause: error });
    }
  }

  private constructor(folder: string, binaries: FabricBinaries, ports: number[]) {
    const port = () => ports.pop() ?? 0;
    this.folder = folder;
    this.#binaries = binaries;
    this.ordererPort = port();
    this.#ports = { admin: port(), operations: port() };
    const [org1, org2] = ORGANIZATIONS.map((name) => organization(folder, name, port));
    if (org1 === undefined || org2 === undefined) throw new Error('two organisations are needed');
    this.organizations = [org1, org2];
  }

  get ordererTlsRoot(): string {
    return path.join(this.#orderer('msp'), 'tlscacerts', `tlsca.${ORDERER_DOMAIN}-cert.pem`);
  }

  /** The `peer` program as the administrator of one member, against its own peer. */
  peer(member: ForeignOrganization, ...args: readonly string[]): Promise<string> {
    return runTool(this.#binaries.peer, args, {
      env: {
        FABRIC_CFG_PATH: path.join(this.folder, member.name),
        FABRIC_LOGGING_SPEC: 'error',
        CORE_PEER_LOCALMSPID: member.mspId,
        CORE_PEER_MSPCONFIGPATH: member.user('Admin').msp,
        CORE_PEER_ADDRESS: `localhost:${member.peerPort}`,
        CORE_PEER_TLS_ENABLED: 'true',
        CORE_PEER_TLS_ROOTCERT_FILE: member.tls('peer0').ca,
      },
    });
  }

  get ordererFlags(): readonly string[] {
    return ['--orderer', `localhost:${this.ordererPort}`, '--tls', '--cafile', this.ordererTlsRoot];
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  async #makeMaterial(): Promise<void> {
    const SANS = ['localhost', '127.0.0.1'];
    const description = {
      OrdererOrgs: [
        { Name: 'Orderer', Domain: ORDERER_DOMAIN, EnableNodeOUs: true, Specs: [{ Hostname: 'orderer', SANS }] },
      ],
      PeerOrgs: this.organizations.map(({ domain }) => ({
        Name: domain,
        Domain: domain,
        EnableNodeOUs: true,
        Specs: ['peer0', 'chaincode', 'gateway'].map((Hostname) => ({ Hostname, SANS })),
        Users: { Count: 1 },
      })),
    };
    const file = path.join(this.folder, 'crypto-config.yaml');
    await writeFile(file, stringify(description));
    // It comes with the official release, beside the programs that a running network needs.
    const cryptogen = path.join(path.dirname(this.#binaries.configtxgen), 'cryptogen');
    await runTool(cryptogen, ['generate', '--config', file, '--output', path.join(this.folder, 'crypto')]);
  }

  async #startNodes(): Promise<void> {
    writeExternalBuilder(path.join(this.folder, 'builder'));
    const ordererFolder = path.join(this.folder, 'orderer');
    mkdirSync(ordererFolder);
    await writeFile(path.join(ordererFolder, 'orderer.yaml'), stringify(this.#ordererYaml()));
    this.#spawn('orderer', this.#binaries.orderer, [], ordererFolder);
    for (const member of this.organizations) {
      const folder = path.join(this.folder, member.name);
      mkdirSync(folder);
      await writeFile(path.join(folder, 'core.yaml'), stringify(this.#coreYaml(member)));
      this.#spawn(member.name, this.#binaries.peer, ['node', 'start'], folder);
    }
    const operations = [this.#ports.operations, ...this.organizations.map(({ operationsPort }) => operationsPort)];
    for (const port of operations)
      await until(`port ${port} is healthy`, async () =>
        (await answersOk(`http://127.0.0.1:${port}/healthz`)) ? true : undefined,
      );
  }

  async #makeChannel(): Promise<void> {
    const block = path.join(this.folder, 'genesis.block');
    await writeFile(path.join(this.folder, 'configtx.yaml'), stringify(this.#configtx()));
    const profile = ['-profile', 'Channel', '-channelID', CHANNEL, '-outputBlock', block];
    await runTool(this.#binaries.configtxgen, ['-configPath', this.folder, ...profile]);
    const { cert, key } = this.#ordererTls();
    const admin = ['-o', `localhost:${this.#ports.admin}`, '--ca-file', this.ordererTlsRoot];
    admin.push('--client-cert', cert, '--client-key', key);
    const join = ['channel', 'join', '--channelID', CHANNEL, '--config-block', block, ...admin];
    await until('the orderer has joined', async () =>
      (await runTool(this.#binaries.osnadmin, join)).includes('201') ? true : undefined,
    );
    for (const member of this.organizations) await this.peer(member, 'channel', 'join', '--blockpath', block);
  }

  #spawn(name: string, command: string, args: readonly string[], cwd: string): void {
    const env = { ...process.env, FABRIC_CFG_PATH: cwd, FABRIC_LOGGING_SPEC: 'warn' };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.#log[name] = ((this.#log[name] ?? '') + chunk.toString()).slice(-LOG_TAIL_CHARACTERS);
      });
    this.#children.push(child);
  }

  #orderer(...parts: readonly string[]): string {
    const orderer = path.join(
      'crypto',
      'ordererOrganizations',
      ORDERER_DOMAIN,
      'orderers',
      `orderer.${ORDERER_DOMAIN}`,
    );
    return path.join(this.folder, orderer, ...parts);
  }

  #ordererTls() {
    return {
      ca: this.#orderer('tls', 'ca.crt'),
      cert: this.#orderer('tls', 'server.crt'),
      key: this.#orderer('tls', 'server.key'),
    };
  }

  #ordererYaml() {
    const { ca, cert, key } = this.#ordererTls();
    const TLS = { Enabled: true, PrivateKey: key, Certificate: cert, RootCAs: [ca] };
    return {
      General: {
        ListenAddress: '127.0.0.1',
        ListenPort: this.ordererPort,
        TLS,
        Cluster: { ClientCertificate: cert, ClientPrivateKey: key, RootCAs: [ca] },
        LocalMSPDir: this.#orderer('msp'),
        LocalMSPID: 'OrdererMSP',
        BootstrapMethod: 'none', // 2.x looks for a system channel otherwise
        BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
        Authentication: { TimeWindow: '15m' },
      },
      FileLedger: { Location: path.join(this.folder, 'orderer', 'ledger') },
      Operations: { ListenAddress: `127.0.0.1:${this.#ports.operations}` },
      Metrics: { Provider: 'disabled' },
      Admin: {
        ListenAddress: `127.0.0.1:${this.#ports.admin}`,
        TLS: { ...TLS, ClientAuthRequired: true, ClientRootCAs: [ca] },
      },
      ChannelParticipation: { Enabled: true, MaxRequestBodySize: '1 MB' },
      Consensus: {
        WALDir: path.join(this.folder, 'orderer', 'wal'),
        SnapDir: path.join(this.folder, 'orderer', 'snapshots'),
      },
    };
  }

  #coreYaml(member: ForeignOrganization) {
    const { ca, cert, key } = member.tls('peer0');
    const address = `127.0.0.1:${member.peerPort}`;
    const folder = path.join(this.folder, member.name);
    return {
      peer: {
        id: `peer0.${member.domain}`,
        networkId: 'dev',
        listenAddress: address,
        address,
        chaincodeListenAddress: '127.0.0.1:0',
        gateway: { enabled: true, endorsementTimeout: '30s', dialTimeout: '2m' },
        gossip: {
          bootstrap: address,
          endpoint: address,
          externalEndpoint: address,
          orgLeader: true,
          useLeaderElection: false,
        },
        tls: { enabled: true, cert: { file: cert }, key: { file: key }, rootcert: { file: ca } },
        authentication: { timewindow: '15m' },
        fileSystemPath: path.join(folder, 'data'),
        BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
        mspConfigPath: path.join(memberFolder(this.folder, member.domain), 'peers', `peer0.${member.domain}`, 'msp'),
        localMspId: member.mspId,
        handlers: {
          authFilters: [{ name: 'DefaultAuth' }],
          decorators: [{ name: 'DefaultDecorator' }],
          endorsers: { escc: { name: 'DefaultEndorsement' } },
          validators: { vscc: { name: 'DefaultValidation' } },
        },
        discovery: {
          enabled: true,
          authCacheEnabled: true,
          authCacheMaxSize: 1000,
          authCachePurgeRetentionRatio: 0.75,
        },
        limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
      },
      chaincode: {
        externalBuilders: [{ name: 'ccaas', path: path.join(this.folder, 'builder') }],
        installTimeout: '60s',
        startuptimeout: '60s',
        executetimeout: '30s',
        system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      },
      ledger: {
        state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
        history: { enableHistoryDatabase: true },
        pvtdataStore: { purgeInterval: 100, collElgProcMaxDbBatchSize: 5000, collElgProcDbBatchesInterval: 1000 },
        snapshots: { rootDir: path.join(folder, 'snapshots') },
      },
      operations: { listenAddress: `127.0.0.1:${member.operationsPort}`, tls: { enabled: false } },
      metrics: { provider: 'disabled' },
    };
  }

  #configtx() {
    const signature = (Rule: string) => ({ Type: 'Signature', Rule });
    const implicit = (Rule: string) => ({ Type: 'ImplicitMeta', Rule });
    const Policies = {
      Readers: implicit('ANY Readers'),
      Writers: implicit('ANY Writers'),
      Admins: implicit('MAJORITY Admins'),
    };
    const member = (mspId: string) => signature(`OR('${mspId}.member')`);
    const of = (mspId: string) => ({
      Readers: member(mspId),
      Writers: member(mspId),
      Admins: signature(`OR('${mspId}.admin')`),
      Endorsement: signature(`OR('${mspId}.peer')`),
    });
    const { cert } = this.#ordererTls();
    const endpoint = { Host: 'localhost', Port: this.ordererPort };
    return {
      Profiles: {
        Channel: {
          Policies,
          Capabilities: { V2_0: true },
          Orderer: {
            OrdererType: 'etcdraft',
            EtcdRaft: {
              Consenters: [{ ...endpoint, ClientTLSCert: cert, ServerTLSCert: cert }],
              Options: {
                TickInterval: '100ms',
                ElectionTick: 10,
                HeartbeatTick: 1,
                MaxInflightBlocks: 5,
                SnapshotIntervalSize: '16 MB',
              },
            },
            BatchTimeout: '200ms',
            BatchSize: { MaxMessageCount: 10, AbsoluteMaxBytes: '99 MB', PreferredMaxBytes: '512 KB' },
            Organizations: [
              {
                Name: 'OrdererOrg',
                ID: 'OrdererMSP',
                MSPDir: path.join(this.folder, 'crypto', 'ordererOrganizations', ORDERER_DOMAIN, 'msp'),
                Policies: of('OrdererMSP'),
                OrdererEndpoints: [`localhost:${this.ordererPort}`],
              },
            ],
            Policies: { ...Policies, BlockValidation: implicit('ANY Writers') },
            Capabilities: { V2_0: true },
          },
          Application: {
            Organizations: this.organizations.map(({ mspId, domain, peerPort }) => ({
              Name: mspId,
              ID: mspId,
              MSPDir: path.join(memberFolder(this.folder, domain), 'msp'),
              Policies: of(mspId),
              AnchorPeers: [{ Host: '127.0.0.1', Port: peerPort }],
            })),
            Policies: {
              ...Policies,
              LifecycleEndorsement: implicit('MAJORITY Endorsement'),
              Endorsement: implicit('MAJORITY Endorsement'),
            },
            Capabilities: { V2_5: true },
          },
        },
      },
    };
  }
}

const memberFolder = (folder: string, domain: string) => path.join(folder, 'crypto', 'peerOrganizations', domain);

function organization(folder: string, name: string, port: () => number): ForeignOrganization {
  const domain = `${name}.example.com`;
  const root = memberFolder(folder, domain);
  return {
    name,
    mspId: `${name.charAt(0).toUpperCase()}${name.slice(1)}MSP`,
    domain,
    peerPort: port(),
    operationsPort: port(),
    chaincodePort: port(),
    gatewayPort: port(),
    releasePort: port(),
    tls(node) {
      const at = (file: string) => path.join(root, 'peers', `${node}.${domain}`, 'tls', file);
      return { ca: at('ca.crt'), cert: at('server.crt'), key: at('server.key') };
    },
    user(user) {
      const msp = path.join(root, 'users', `${user}@${domain}`, 'msp');
      return {
        msp,
        cert: path.join(msp, 'signcerts', `${user}@${domain}-cert.pem`),
        key: path.join(msp, 'keystore', 'priv_sk'),
      };
    },
  };
}

/** A wallet's file of a user, as Fabric's client libraries write it. */
export function walletIdentity(member: ForeignOrganization, user: 'User1'): string {
  const { cert, key } = member.user(user);
  const credentials = { certificate: readFileSync(cert, 'utf8'), privateKey: readFileSync(key, 'utf8') };
  return JSON.stringify({ credentials, mspId: member.mspId, type: 'X.509', version: 1 });
}

/** A connection profile with the fields of those that Fabric's samples write. */
export function connectionProfile(member: ForeignOrganization) {
  const peer = `peer0.${member.domain}`;
  return {
    name: `test-network-${member.name}`,
    version: '1.0.0',
    client: { organization: member.name, connection: { timeout: { peer: { endorser: '300' } } } },
    organizations: { [member.name]: { mspid: member.mspId, peers: [peer], certificateAuthorities: [] } },
    peers: {
      [peer]: {
        url: `grpcs://localhost:${member.peerPort}`,
        tlsCACerts: { pem: readFileSync(member.tls('peer0').ca, 'utf8') },
        grpcOptions: { 'ssl-target-name-override': peer, hostnameOverride: peer },
      },
    },
  };
}
