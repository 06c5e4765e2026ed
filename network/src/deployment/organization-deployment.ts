import type { ChaincodePackage } from '../fabric/chaincode-package.ts';
import { FabricMaterial } from '../fabric/fabric-material.ts';
import { organizationPackage } from '../fabric/organization-package.ts';
import { organizationView } from '../topology/organization-view.ts';
import type { Topology, TopologyChaincode, TopologyOrganization } from '../topology/topology.ts';
import { TopologyError } from '../topology/topology-error.ts';
import {
  chaincodePort,
  chaincodeUnit,
  type DeploymentSecrets,
  gatewayUnit,
  postgresUnit,
} from './application-units.ts';
import type { ContainerUnit } from './container-unit.ts';
import { ordererUnit, peerUnit, type UnitContext } from './fabric-units.ts';
import { IMAGES } from './images.ts';
import { materialFiles } from './unit-files.ts';

/** What one organisation deploys. */
export type OrganizationDeployment = Readonly<{
  name: string;
  units: readonly ContainerUnit[];
  /** What its peers install; each holds a TLS key and stays in the organisation. */
  packages: readonly ChaincodePackage[];
}>;

export type DeploymentChoices = Readonly<{
  /** Image of chaincode processes and gateway, where the deployment finds it. */
  image?: string | undefined;
  /** Where clients reach the gateway: https, TLS ends in front of it. Default: its host in the topology. */
  publicUrl?: string | undefined;
  /** Versions that are committed and serve until the topology's are. */
  standing?: readonly StandingChaincode[] | undefined;
}>;

export type StandingChaincode = Readonly<{
  chaincode: TopologyChaincode;
  /** What peers have installed, where it was kept. */
  installed: ChaincodePackage | undefined;
}>;

/**
 * The containers of one organisation (short name or MSP id): peers with chaincode processes, the orderers it operates, gateway and database; or,
 * for the ordering organisation, the orderers that nobody else operates. It takes from the key folder only the organisation's own node and
 * client keys, and of the others what is public; keys of authorities and administrators are deployed nowhere.
 *
 * @throws TopologyError, PkiError MQ_PKI_MISSING
 */
export async function organizationDeployment(
  topology: Topology,
  nameOrMspId: string,
  materialDirectory: string,
  secrets: DeploymentSecrets,
  { publicUrl, image = IMAGES.application, standing = [] }: DeploymentChoices = {},
): Promise<OrganizationDeployment> {
  const { orderers } = topology;
  const owners = [...topology.organizations, orderers];
  const publicFiles = (
    await Promise.all(owners.map(({ name }) => materialFiles(materialDirectory, `${name}/public`)))
  ).flat();
  const context = { topology, materialDirectory, publicFiles, applicationImage: image };
  if (nameOrMspId === orderers.name || nameOrMspId === orderers.mspId)
    return { name: orderers.name, units: await ordererUnits(context, undefined), packages: [] };
  const { own } = organizationView(topology, nameOrMspId);
  const { packages, units } = await peerUnits(context, own, standing);
  return {
    name: own.name,
    packages,
    units: [
      ...units,
      ...(await ordererUnits(context, own.name)),
      ...(own.gatewayPort === undefined
        ? []
        : [postgresUnit(secrets), await gatewayUnit(context, own, secrets, publicUrl)]),
    ],
  };
}

function ordererUnits(context: UnitContext, operator: string | undefined): Promise<readonly ContainerUnit[]> {
  const nodes = context.topology.orderers.nodes.filter((node) => node.operator === operator);
  return Promise.all(nodes.map((node) => ordererUnit(context, node)));
}

/** @throws TopologyError where two processes would share a port: all of a peer are on its loopback */
function withStanding(
  chaincodes: readonly TopologyChaincode[],
  standing: readonly StandingChaincode[],
  { mspId }: TopologyOrganization,
): readonly StandingChaincode[] {
  const all = [
    ...chaincodes.map((chaincode) => ({ chaincode, installed: undefined })),
    ...standing.filter(({ chaincode: { name, version } }) =>
      chaincodes.every((next) => next.name !== name || next.version !== version),
    ),
  ];
  const owners = new Map<number, string>();
  for (const { chaincode } of all) {
    const address = chaincode.addresses[mspId];
    if (address === undefined) continue;
    const called = `${chaincode.name} ${chaincode.version}`;
    const earlier = owners.get(chaincodePort(address));
    if (earlier !== undefined) {
      const found = `${address} of ${called}, a port that ${earlier} has`;
      const problem = { file: 'topology', path: `chaincodes: addresses.${mspId}`, found, allowed: 'a port of its own' };
      throw new TopologyError('MQ_TOPOLOGY_INVALID', [problem]);
    }
    owners.set(chaincodePort(address), called);
  }
  return all;
}

async function peerUnits(
  context: UnitContext,
  own: TopologyOrganization,
  standing: readonly StandingChaincode[],
): Promise<Readonly<{ units: readonly ContainerUnit[]; packages: readonly ChaincodePackage[] }>> {
  const material = new FabricMaterial(context.topology, context.materialDirectory);
  const packed = await Promise.all(
    withStanding(context.topology.chaincodes, standing, own).map(async ({ chaincode, installed }) => {
      const address = chaincode.addresses[own.mspId];
      if (address === undefined) return [];
      // Peer and chaincode process share a network: loopback is in the process's certificate, and nobody else gets there.
      const addresses = { [own.mspId]: `127.0.0.1:${chaincodePort(address)}` };
      const made = installed ?? (await organizationPackage({ ...chaincode, addresses }, own, material, 'mutual'));
      return made === undefined ? [] : [{ chaincode, made }];
    }),
  );
  const units = own.peers.map(async (peer) => {
    const processes = packed
      .flat()
      .map(({ chaincode, made }) => chaincodeUnit(context, own, chaincode, made, peer.name));
    return peerUnit(context, own, peer, await Promise.all(processes));
  });
  return { units: await Promise.all(units), packages: packed.flat().map(({ made }) => made) };
}
