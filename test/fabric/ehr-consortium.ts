import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentName } from '@medquorum/gateway/config/settings';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@medquorum/gateway/database/embedded-postgres';
import { removePostgresData } from '@medquorum/gateway/database/postgres-place';
import type { FabricBinaries } from '@medquorum/network/fabric/fabric-binaries';
import { FabricNetwork } from '@medquorum/network/operations/fabric-network';
import { Operator } from '@medquorum/network/operations/operator';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { acceptsConnections, answersOk } from '@medquorum/network/supervisor/probe';
import { Supervisor } from '@medquorum/network/supervisor/supervisor';
import { topologyFrom } from '@medquorum/network/topology/load-topology';
import type { Topology, TopologyOrganization } from '@medquorum/network/topology/topology';
import { parse } from 'yaml';
import { moveTopology } from '../e2e/moved-topology.ts';

const SERVER = (workspace: string) => fileURLToPath(new URL(`../../${workspace}/src/server.ts`, import.meta.url));
const NODE_ARGS = ['--conditions=medquorum-source', '--no-warnings'];
const READY_TIMEOUT_MS = 120_000;
export const PASSWORD = 'correct horse battery staple';
export const CITY = 'CityHospitalMSP';
export const VALLEY = 'ValleyHospitalMSP';
export const REGULATOR = 'HealthRegulatorMSP';
const MEMBERS: readonly string[] = [CITY, VALLEY, REGULATOR];

/** Where one gateway keeps its things, and where it finds its organisation's. */
export type GatewayPlace = Readonly<{ data: string; keys: string; topologyFile: string }>;
type Document = {
  organizations: { mspId: string }[];
  chaincodes: { endorsementPolicy: string; addresses: Record<string, string> }[];
};

/** Three organisations that run the product on native Fabric, every part a process of its own. The first hospital has its own database server. */
export class EhrConsortium {
  readonly folder: string;
  readonly topology: Topology;
  readonly supervisor: Supervisor;
  readonly #binaries: FabricBinaries;
  readonly #postgres: EmbeddedPostgres;
  readonly #packageIds: ReadonlyMap<string, string>;

  static async start(binaries: FabricBinaries): Promise<EhrConsortium> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'ehr-fabric-'));
    await chmod(folder, 0o755); // as root, database servers run as another user
    const document = parse(readFileSync(await moveTopology(folder), 'utf8')) as Document;
    document.organizations = document.organizations.filter(({ mspId }) => MEMBERS.includes(mspId));
    for (const chaincode of document.chaincodes) {
      chaincode.endorsementPolicy = `OutOf(2, ${MEMBERS.map((mspId) => `'${mspId}.peer'`).join(', ')})`;
      chaincode.addresses = Object.fromEntries(MEMBERS.map((mspId) => [mspId, chaincode.addresses[mspId] ?? '']));
    }
    const topology = topologyFrom(document);
    writeFileSync(path.join(folder, 'consortium.json'), JSON.stringify(topology));
    const directory = path.join(folder, 'data');
    const supervisor = await Supervisor.open({ directory, report: () => {} });
    await generateMaterial(topology, path.join(folder, 'keys'));
    const fabric = await FabricNetwork.prepare({
      topology,
      materialDirectory: path.join(folder, 'keys'),
      dataDirectory: directory,
      binaries,
      supervisor,
      report: () => {},
      chaincodeTls: 'none',
    });
    const packageIds = new Map(MEMBERS.map((mspId) => [mspId, fabric.packageId('ehr', mspId) ?? '']));
    const postgres = await startEmbeddedPostgres({ dir: path.join(folder, 'postgres') });
    const consortium = new EhrConsortium({ folder, topology, supervisor, binaries, postgres, packageIds });
    try {
      await Promise.all([fabric.start(), ...MEMBERS.map((mspId) => consortium.startChaincode(mspId))]);
      await fabric.deploy();
      await Promise.all(MEMBERS.map((mspId) => consortium.startGateway(mspId)));
      return consortium;
    } catch (error) {
      await consortium.close();
      throw error;
    }
  }

  private constructor(
    parts: Pick<EhrConsortium, 'folder' | 'topology' | 'supervisor'> &
      Readonly<{ binaries: FabricBinaries; postgres: EmbeddedPostgres; packageIds: ReadonlyMap<string, string> }>,
  ) {
    this.folder = parts.folder;
    this.topology = parts.topology;
    this.supervisor = parts.supervisor;
    this.#binaries = parts.binaries;
    this.#postgres = parts.postgres;
    this.#packageIds = parts.packageIds;
  }

  organization(mspId: string): TopologyOrganization {
    const found = this.topology.organizations.find((organization) => organization.mspId === mspId);
    if (found === undefined) throw new Error(`no ${mspId}`);
    return found;
  }

  place(mspId: string): GatewayPlace {
    return {
      data: path.join(this.folder, 'gateways', this.organization(mspId).name),
      keys: path.join(this.folder, 'keys'),
      topologyFile: path.join(this.folder, 'consortium.json'),
    };
  }

  operator(keys = path.join(this.folder, 'keys'), dataDirectory = path.join(this.folder, 'data')): Operator {
    return new Operator({
      topology: this.topology,
      materialDirectory: keys,
      dataDirectory,
      binaries: this.#binaries,
      report: () => {},
    });
  }

  urlOf(mspId: string): string {
    return `http://127.0.0.1:${this.organization(mspId).gatewayPort}`;
  }

  async startChaincode(mspId: string): Promise<void> {
    const address = this.topology.chaincodes[0]?.addresses[mspId] ?? '';
    await this.supervisor.start({
      name: `chaincode.${mspId}`,
      command: process.execPath,
      args: [
        ...NODE_ARGS,
        SERVER('chaincode'),
        `--address=${address}`,
        `--chaincode-id=${this.#packageIds.get(mspId)}`,
      ],
      env: { NODE_OPTIONS: '' },
      isReady: () => acceptsConnections('127.0.0.1', Number(address.split(':')[1])),
      readyTimeoutMs: READY_TIMEOUT_MS,
    });
  }

  /** What a gateway is told, as flags of the `medquorum gateway` commands. */
  async gatewaySettings(mspId: string, place = this.place(mspId)): Promise<Readonly<Record<string, string>>> {
    const accounts = [
      { username: 'admin', password: PASSWORD, role: 'administrator' },
      { username: 'system', password: PASSWORD, role: 'system' },
    ];
    return {
      mspId,
      consortiumFile: place.topologyFile,
      'material.dir': place.keys,
      dataDir: place.data,
      ...(mspId === CITY ? {} : { 'database.url': await this.#postgres.urlFor(mspId.toLowerCase()) }),
      'auth.bootstrapAccounts': JSON.stringify(accounts),
    };
  }

  /** Resolves once it is ready. */
  async startGateway(mspId: string, place = this.place(mspId)): Promise<void> {
    const settings = Object.entries(await this.gatewaySettings(mspId, place));
    await this.supervisor.start({
      name: `gateway.${mspId}`,
      command: process.execPath,
      args: [...NODE_ARGS, SERVER('gateway')],
      env: { NODE_OPTIONS: '', ...Object.fromEntries(settings.map(([name, value]) => [environmentName(name), value])) },
      isReady: () => answersOk(`${this.urlOf(mspId)}/health/ready`),
      readyTimeoutMs: READY_TIMEOUT_MS,
    });
  }

  /** What a process of this name has written so far. */
  log(name: string): string {
    return readFileSync(path.join(this.supervisor.logDirectory, `${name}.log`), 'utf8');
  }

  async close(): Promise<void> {
    await this.supervisor.close();
    await this.#postgres.close();
    removePostgresData(path.join(this.folder, 'postgres'));
    await rm(this.folder, { recursive: true, force: true });
  }
}
