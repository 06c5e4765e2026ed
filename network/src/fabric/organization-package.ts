import { readFileSync } from 'node:fs';
import type { TopologyChaincode, TopologyOrganization } from '../topology/topology.ts';
import { type ChaincodeConnection, type ChaincodePackage, packageChaincode } from './chaincode-package.ts';
import type { FabricMaterial } from './fabric-material.ts';

/** How peers reach chaincode processes; `none` is for loopback only. */
export type ChaincodeTls = 'mutual' | 'none';

/** Label under which peers list a version of a chaincode. */
export const packageLabel = ({ name, version }: Pick<TopologyChaincode, 'name' | 'version'>) => `${name}_${version}`;

/** The package by which an organisation's peer finds its own process of a chaincode; undefined where it runs none. */
export async function organizationPackage(
  chaincode: TopologyChaincode,
  { mspId, peers }: TopologyOrganization,
  material: FabricMaterial,
  chaincodeTls: ChaincodeTls,
): Promise<ChaincodePackage | undefined> {
  const address = chaincode.addresses[mspId];
  if (address === undefined) return undefined;
  const label = packageLabel(chaincode);
  const plain: ChaincodeConnection = { address, dial_timeout: '10s', tls_required: false };
  if (chaincodeTls === 'none') return packageChaincode(label, plain);
  // The peer shows its own TLS certificate to its organisation's chaincode process; the package never leaves the organisation.
  const { certificate, key, rootCertificate } = material.peer(mspId, peers[0].name).tls;
  return packageChaincode(label, {
    ...plain,
    tls_required: true,
    client_auth_required: true,
    client_key: readFileSync(key, 'utf8'),
    client_cert: readFileSync(certificate, 'utf8'),
    root_cert: readFileSync(rootCertificate, 'utf8'),
  });
}
