import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectionFile, OrganizationConnection } from '@medquorum/network/connection/connection-file';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { ChildProcesses } from '../conformance/child-processes.ts';
import { medquorumArguments } from './medquorum-process.ts';

const CHAINCODE = fileURLToPath(new URL('../../docs/examples/asset/asset-chaincode.cjs', import.meta.url));
const MSP_IDS = ['Org1MSP', 'Org2MSP'] as const;

/** The asset example on two organisations, with the network in a process that can be killed and started again. */
export class AssetNetwork {
  readonly folder: string;
  readonly #processes = new ChildProcesses();
  #network: ChildProcess | undefined;

  /** Writes the topology and starts the chaincode processes, not yet the network. */
  static async prepare(): Promise<AssetNetwork> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'asset-network-'));
    const ports = await freePorts(MSP_IDS.length * 2);
    const addresses = MSP_IDS.map((mspId) => [mspId, `127.0.0.1:${ports.pop()}`] as const);
    const topology = {
      version: 1,
      name: 'asset',
      channel: { name: 'mychannel' },
      organizations: MSP_IDS.map((mspId, index) => ({
        mspId,
        name: `org${index + 1}`,
        domain: `org${index + 1}.example`,
        peers: [{ name: 'peer0', port: ports.pop() }],
      })),
      chaincodes: [
        {
          name: 'asset',
          version: '1',
          endorsementPolicy: "AND('Org1MSP.peer','Org2MSP.peer')",
          addresses: Object.fromEntries(addresses),
        },
      ],
    };
    await writeFile(path.join(folder, 'network.json'), JSON.stringify(topology));
    const network = new AssetNetwork(folder);
    for (const [, address] of addresses) {
      network.#processes.start(CHAINCODE, { CHAINCODE_ID: 'asset', CHAINCODE_SERVER_ADDRESS: address });
    }
    return network;
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  get topologyFile(): string {
    return path.join(this.folder, 'network.json');
  }

  get materialDirectory(): string {
    return path.join(this.folder, 'data', 'keys');
  }

  /** Starts the network's process and resolves when it is ready. */
  async up(): Promise<readonly OrganizationConnection[]> {
    const connection = path.join(this.folder, 'connection.json');
    const place = ['--topology', this.topologyFile, '--data', path.join(this.folder, 'data')];
    const args = medquorumArguments('network', 'up', ...place, '--connection-out', connection, '--log', 'none');
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#network = child;
    await saying(child, 'is ready after');
    return (JSON.parse(await readFile(connection, 'utf8')) as ConnectionFile).organizations;
  }

  /** Resolves when the running network has written this. */
  async says(text: string): Promise<void> {
    if (this.#network !== undefined) await saying(this.#network, text);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#network;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    await this.kill();
    await this.#processes.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function saying(child: ChildProcess, wanted: string): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        text += chunk;
        if (text.includes(wanted)) resolve();
      });
    }
    child.once('exit', (code, signal) => reject(new Error(`ended with ${code ?? signal}: ${text}`)));
  });
}
