import type { OrganizationMaterial } from '../pki/load-material.ts';
import type { Topology, TopologyOrganization } from '../topology/topology.ts';
import { NetworkError } from './network-error.ts';
import type { KeyMaterial, NetworkConsenter, NetworkOptions, NetworkOrganization } from './network-options.ts';

/** Options of an embedded network for a topology and the material of all its organisations. Throws MQ_NETWORK_OPTIONS. */
export function networkOptionsFrom(
  topology: Topology,
  material: ReadonlyMap<string, OrganizationMaterial>,
): Omit<NetworkOptions, 'directory' | 'log'> {
  const ordererMaterial = materialOf(material, topology.orderers.mspId);
  return {
    channelId: topology.channel.name,
    batch: topology.channel.batch,
    organizations: topology.organizations.map((organization) => organizationOf(organization, material)),
    orderer: {
      msp: ordererMaterial.msp,
      environment: ordererMaterial.environment,
      identity: holderOf(ordererMaterial, 'orderers', topology.orderers.nodes[0].name),
      ...(topology.orderers.consensus === 'bft' ? { consenters: consentersOf(topology, ordererMaterial) } : {}),
    },
    chaincodes: topology.chaincodes.map(({ addresses, ...chaincode }) => ({ ...chaincode, processes: addresses })),
    adminPort: topology.admin.port,
  };
}

function organizationOf(
  { mspId, host, peers: [peer] }: TopologyOrganization,
  material: ReadonlyMap<string, OrganizationMaterial>,
): NetworkOrganization {
  const own = materialOf(material, mspId);
  const { certificatePem, privateKeyPem, tls } = holderOf(own, 'peers', peer.name);
  return {
    msp: own.msp,
    environment: own.environment,
    peer: { certificatePem, privateKeyPem },
    tls: { certificatePem: tls.certificatePem, keyPem: tls.privateKeyPem },
    host: peer.host ?? host,
    port: peer.port,
  };
}

function consentersOf({ orderers }: Topology, material: OrganizationMaterial): NetworkConsenter[] {
  return orderers.nodes.map(({ name, host, port }) => {
    const { certificatePem, privateKeyPem, tls } = holderOf(material, 'orderers', name);
    return { host, port, certificatePem, privateKeyPem, tlsCertificatePem: tls.certificatePem };
  });
}

type TlsHolder = KeyMaterial & Readonly<{ tls: Readonly<{ certificatePem: string; privateKeyPem: string }> }>;

function holderOf(material: OrganizationMaterial, kind: 'peers' | 'orderers', name: string): TlsHolder {
  const holder = material.holders[kind].get(name);
  if (holder === undefined) {
    throw new NetworkError('MQ_NETWORK_OPTIONS', `there are no keys of ${name} of ${material.mspId} on this machine`);
  }
  return holder;
}

function materialOf(material: ReadonlyMap<string, OrganizationMaterial>, mspId: string): OrganizationMaterial {
  const own = material.get(mspId);
  if (own === undefined) throw new NetworkError('MQ_NETWORK_OPTIONS', `there is no material of ${mspId}`);
  return own;
}
