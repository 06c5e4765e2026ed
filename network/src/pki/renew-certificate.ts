import { findParty } from '../topology/find-organization.ts';
import type { Topology } from '../topology/topology.ts';
import { issueNeeded, mspRoots } from './generate-material.ts';
import { type KeyOwner, keyOwners } from './holders.ts';
import { materialLayout, type OrganizationLayout } from './material-layout.ts';
import { type NeededCertificate, neededCertificates } from './needed-certificates.ts';
import { loadAuthorities } from './organization-authorities.ts';
import { PkiError } from './pki-error.ts';

export type RenewOptions = Readonly<{
  /** `new-key` also replaces the private keys. Default `keep-key`. */
  key?: 'keep-key' | 'new-key';
  days?: number;
  nowMs?: number;
  /** Only tell what would be written. Default false. */
  dryRun?: boolean;
}>;

/**
 * Gives a node or user new certificates (identity and TLS) of the same name, or a chaincode process its TLS certificate. The old ones stay
 * valid until they expire or are revoked. Returns the certificate files written.
 *
 * @throws TopologyError MQ_TOPOLOGY_UNKNOWN_ORGANIZATION; PkiError MQ_PKI_UNKNOWN_NODE, MQ_PKI_MISSING
 */
export async function renewCertificates(
  topology: Topology,
  directory: string,
  organization: string,
  name: string,
  { key = 'keep-key', days, nowMs = Date.now(), dryRun = false }: RenewOptions = {},
): Promise<readonly string[]> {
  const owner = findOwner(topology, organization);
  const layout = materialLayout(directory).organization(owner.name);
  const certificates = certificatesOf(owner, layout, name);
  const authorities = await loadAuthorities(layout);
  if (dryRun) return certificates.map(({ certificate }) => certificate);
  const { tlsCertificate: tlsRoot } = await mspRoots(layout);
  for (const needed of certificates) await issueNeeded(authorities, needed, { key, days, nowMs, tlsRoot });
  return certificates.map(({ certificate }) => certificate);
}

/** The certificates of a node, user or chaincode process. @throws PkiError MQ_PKI_UNKNOWN_NODE naming those there are */
export function certificatesOf(
  owner: KeyOwner,
  layout: OrganizationLayout,
  name: string,
): readonly [NeededCertificate, ...NeededCertificate[]] {
  const all = neededCertificates(owner, layout);
  const [first, ...others] = all.filter((needed) => needed.name === name);
  if (first !== undefined) return [first, ...others];
  const names = [...new Set(all.map((needed) => needed.name))].join(', ');
  throw new PkiError('MQ_PKI_UNKNOWN_NODE', `${owner.name} has no ${JSON.stringify(name)}; it has ${names}`);
}

/** Whose keys these are, by short name or MSP id. @throws TopologyError MQ_TOPOLOGY_UNKNOWN_ORGANIZATION */
export function findOwner(topology: Topology, organization: string): KeyOwner {
  const { name } = findParty(topology, organization);
  return keyOwners(topology).find((owner) => owner.name === name) as KeyOwner;
}
