import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Topology } from '@medquorum/network/topology/topology';
import { parse } from 'yaml';
import { type ConsortiumDocument, moveToFreePorts } from '../e2e/moved-topology.ts';

const CONSORTIUM = fileURLToPath(new URL('../../network/consortium.yaml', import.meta.url));
/** Enough for the rules of the chaincode: two hospitals and the regulator. */
export const MEMBERS = ['city-hospital', 'valley-hospital', 'health-regulator'];

/** The default consortium with fewer members and one orderer, on ports of its own. */
export async function smallConsortium(): Promise<ConsortiumDocument> {
  const document = parse(readFileSync(CONSORTIUM, 'utf8'));
  document.organizations = document.organizations.filter(({ name }: { name: string }) => MEMBERS.includes(name));
  const mspIds: string[] = document.organizations.map(({ mspId }: { mspId: string }) => mspId);
  document.orderers.consensus = 'raft';
  document.orderers.nodes = document.orderers.nodes.slice(0, 1);
  const [ehr] = document.chaincodes;
  ehr.endorsementPolicy = `OutOf(2, ${mspIds.map((mspId) => `'${mspId}.peer'`).join(', ')})`;
  ehr.addresses = Object.fromEntries(mspIds.map((mspId) => [mspId, ehr.addresses[mspId]]));
  await moveToFreePorts(document);
  return document;
}

/** Where each process of the small consortium is to listen, by its name. */
export function placesOf({ organizations, orderers, chaincodes }: Topology): Record<string, string[]> {
  const at = (...ports: (number | undefined)[]) => ports.map((port) => `127.0.0.1:${port}`).sort();
  return Object.fromEntries([
    ...orderers.nodes.map((node) => [`${node.name}.orderer`, at(node.port, node.adminPort, node.operationsPort)]),
    ...organizations.flatMap(({ name, mspId, peers, gatewayPort, application }) => [
      ...peers.map((peer) => [`peer0.${name}`, at(peer.port, peer.chaincodePort, peer.operationsPort)]),
      [`chaincode-ehr.${name}`, [chaincodes[0]?.addresses[mspId]]],
      [`gateway.${name}`, at(gatewayPort, application.releasePort as number)],
    ]),
  ]);
}
