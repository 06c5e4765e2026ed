import type { ChaincodePackage } from '../fabric/chaincode-package.ts';
import { FabricMaterial } from '../fabric/fabric-material.ts';
import { organizationPackage } from '../fabric/organization-package.ts';
import { organizationView } from '../topology/organization-view.ts';
import type { Topology, TopologyOrganization } from '../topology/topology.ts';
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
  { publicUrl, image = IMAGES.application }: DeploymentChoices = {},
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
  const { packages, units } = await peerUnits(context, own);
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

async function peerUnits(
  context: UnitContext,
  own: TopologyOrganization,
): Promise<Readonly<{ units: readonly ContainerUnit[]; packages: readonly ChaincodePackage[] }>> {
  const material = new FabricMaterial(context.topology, context.materialDirectory);
  const packed = await Promise.all(
    context.topology.chaincodes.map(async (chaincode) => {
      const address = chaincode.addresses[own.mspId];
      if (address === undefined) return [];
      // Peer and chaincode process share a network: loopback is in the process's certificate, and nobody else gets there.
      const addresses = { [own.mspId]: `127.0.0.1:${chaincodePort(address)}` };
      const made = await organizationPackage({ ...chaincode, addresses }, own, material, 'mutual');
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
