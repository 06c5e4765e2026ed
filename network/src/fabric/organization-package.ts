import { readIfThere } from '../pki/material-file.ts';
import { PkiError } from '../pki/pki-error.ts';
import type { TopologyChaincode, TopologyOrganization } from '../topology/topology.ts';
import { type ChaincodeConnection, type ChaincodePackage, packageChaincode } from './chaincode-package.ts';
import type { FabricMaterial } from './fabric-material.ts';

/** How peers reach chaincode processes; `none` is for loopback only. */
export type ChaincodeTls = 'mutual' | 'none';

/** Label under which peers list a version of a chaincode. */
export const packageLabel = ({ name, version }: Pick<TopologyChaincode, 'name' | 'version'>) => `${name}_${version}`;

/**
 * The package by which an organisation's peers find its own process of a chaincode; undefined where it runs none.
 * @throws PkiError MQ_PKI_MISSING where there is no certificate for the peers to show to that process
 */
export async function organizationPackage(
  chaincode: TopologyChaincode,
  { mspId, name }: TopologyOrganization,
  material: FabricMaterial,
  chaincodeTls: ChaincodeTls,
): Promise<ChaincodePackage | undefined> {
  const address = chaincode.addresses[mspId];
  if (address === undefined) return undefined;
  const label = packageLabel(chaincode);
  const plain: ChaincodeConnection = { address, dial_timeout: '10s', tls_required: false };
  if (chaincodeTls === 'none') return packageChaincode(label, plain);
  const { key, certificate, rootCertificate } = material.chaincodeClient(mspId, chaincode.name);
  const read = async (file: string) => {
    const text = await readIfThere(file);
    if (text !== undefined) return text;
    throw new PkiError('MQ_PKI_MISSING', `there is no ${file}; medquorum pki generate --org ${name} makes it`);
  };
  // A certificate of its own, and the key with it: the package changes only when that is renewed, and never leaves the organisation.
  return packageChaincode(label, {
    ...plain,
    tls_required: true,
    client_auth_required: true,
    client_key: await read(key),
    client_cert: await read(certificate),
    root_cert: await read(rootCertificate),
  });
}
