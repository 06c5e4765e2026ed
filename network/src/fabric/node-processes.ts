import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answersOk, answersTls } from '../supervisor/probe.ts';
import type { ProcessSpec } from '../supervisor/supervised-process.ts';
import type { Topology, TopologyOrderer, TopologyOrganization, TopologyPeer } from '../topology/topology.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import type { FabricMaterial } from './fabric-material.ts';
import { NODE_LOGGING } from './node-logging.ts';
import { discardPartialBuilds } from './partial-builds.ts';
import { renderCore } from './render-core.ts';
import { renderOrderer } from './render-orderer.ts';
import { discardUnusedOrdererLedger, discardUnusedPeerLedger } from './unused-ledger.ts';

const NODE_READY_TIMEOUT_MS = 60_000;

/** Folder below the network's directory that holds a node's configuration and data. */
export const peerFolder = (directory: string, organization: TopologyOrganization, peer: TopologyPeer) =>
  path.join(directory, 'peers', peerProcessName(organization, peer));
export const ordererFolder = (directory: string, node: TopologyOrderer) => path.join(directory, 'orderers', node.name);
/** Where a node of either kind keeps its ledger, below its folder. */
export const NODE_DATA = 'data';

/** Names under which the supervisor knows the nodes. */
export const peerProcessName = (organization: TopologyOrganization, peer: TopologyPeer) =>
  `${peer.name}.${organization.name}`;
export const ordererProcessName = (topology: Topology, node: TopologyOrderer) =>
  `${node.name}.${topology.orderers.name}`;

export type PeerProcessOptions = Readonly<{
  organization: TopologyOrganization;
  peer: TopologyPeer;
  material: FabricMaterial;
  binaries: FabricBinaries;
  /** The network's directory on this machine. */
  directory: string;
  builderDirectory: string;
  pullRetryThreshold?: string | undefined;
}>;

/** Writes `core.yaml` of a peer that does not run, and says how to run it. */
export function peerProcess(options: PeerProcessOptions): ProcessSpec {
  const { organization, peer, material, binaries, directory, builderDirectory } = options;
  const folder = peerFolder(directory, organization, peer);
  const dataDirectory = path.join(folder, NODE_DATA);
  mkdirSync(folder, { recursive: true });
  discardUnusedPeerLedger(dataDirectory);
  discardPartialBuilds(dataDirectory);
  const place = {
    organization,
    peer,
    dataDirectory,
    builderDirectory,
    pullRetryThreshold: options.pullRetryThreshold,
  };
  writeFileSync(path.join(folder, 'core.yaml'), renderCore(place, material));
  return {
    name: peerProcessName(organization, peer),
    command: binaries.peer,
    args: ['node', 'start'],
    env: { FABRIC_CFG_PATH: folder, ...NODE_LOGGING },
    cwd: folder,
    isReady: () => isServing(peer.host ?? organization.host, peer.operationsPort, peer.port),
    readyTimeoutMs: NODE_READY_TIMEOUT_MS,
  };
}

export type OrdererProcessOptions = Readonly<{
  topology: Topology;
  node: TopologyOrderer;
  material: FabricMaterial;
  binaries: FabricBinaries;
  directory: string;
}>;

/** Writes `orderer.yaml` of an orderer that does not run, and says how to run it. */
export function ordererProcess({ topology, node, material, binaries, directory }: OrdererProcessOptions): ProcessSpec {
  const folder = ordererFolder(directory, node);
  const dataDirectory = path.join(folder, NODE_DATA);
  mkdirSync(folder, { recursive: true });
  discardUnusedOrdererLedger(dataDirectory);
  const rendered = renderOrderer(topology, node, material, dataDirectory);
  writeFileSync(path.join(folder, 'orderer.yaml'), rendered);
  return {
    name: ordererProcessName(topology, node),
    command: binaries.orderer,
    args: [],
    env: { FABRIC_CFG_PATH: folder, ...NODE_LOGGING },
    cwd: folder,
    isReady: () => isServing(node.host, node.operationsPort, node.adminPort, node.port),
    readyTimeoutMs: NODE_READY_TIMEOUT_MS,
  };
}

/** A node calls itself healthy before it serves: its own ports open after its operations service. */
async function isServing(host: string, operationsPort: number, ...ports: readonly number[]): Promise<boolean> {
  if (!(await answersOk(`http://${host}:${operationsPort}/healthz`))) return false;
  const answers = await Promise.all(ports.map((port) => answersTls(host, port)));
  return answers.every(Boolean);
}
