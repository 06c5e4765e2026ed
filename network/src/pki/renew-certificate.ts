import type { Topology } from '../topology/topology.ts';
import { issueIdentity, issueTls } from './generate-material.ts';
import { type Holder, type KeyOwner, keyOwners } from './holders.ts';
import { materialLayout } from './material-layout.ts';
import { loadAuthorities } from './organization-authorities.ts';
import { PkiError } from './pki-error.ts';

export type RenewOptions = Readonly<{
  /** `new-key` also replaces the private keys. Default `keep-key`. */
  key?: 'keep-key' | 'new-key';
  days?: number;
  nowMs?: number;
}>;

/**
 * Gives a node or user new certificates (identity and TLS) of the same name. The old ones stay valid until they
 * expire or are revoked. Returns the certificate files written.
 *
 * @throws PkiError MQ_PKI_UNKNOWN_NODE, MQ_PKI_MISSING
 */
export async function renewCertificates(
  topology: Topology,
  directory: string,
  organization: string,
  holderName: string,
  { key = 'keep-key', days, nowMs = Date.now() }: RenewOptions = {},
): Promise<readonly string[]> {
  const { owner, holder } = findHolder(topology, organization, holderName);
  const layout = materialLayout(directory).organization(owner.name);
  const authorities = await loadAuthorities(layout);
  const created: string[] = [];
  const issuing = { owner, authorities, created, nowMs, ...(days === undefined ? {} : { days }) };
  const files = layout.holder(holder.kind, holder.name);
  await issueIdentity(issuing, holder, files.msp, key);
  await issueTls(issuing, `${holder.name}.${owner.domain}`, holder.hosts, files.tls, key);
  return created;
}

/**
 * A node or user by organisation (short name or MSP id) and name.
 * @throws PkiError MQ_PKI_UNKNOWN_NODE naming those that exist
 */
export function findHolder(
  topology: Topology,
  organization: string,
  holderName: string,
): Readonly<{ owner: KeyOwner; holder: Holder }> {
  const owner = findOwner(topology, organization);
  const holder = owner.holders.find(({ name }) => name === holderName);
  if (holder === undefined) {
    const names = owner.holders.map(({ name }) => name).join(', ');
    throw new PkiError('MQ_PKI_UNKNOWN_NODE', `${owner.name} has no ${JSON.stringify(holderName)}; it has ${names}`);
  }
  return { owner, holder };
}

/** An organisation by short name or MSP id. @throws PkiError MQ_PKI_UNKNOWN_NODE */
export function findOwner(topology: Topology, organization: string): KeyOwner {
  const owners = keyOwners(topology);
  const owner = owners.find(({ name, mspId }) => name === organization || mspId === organization);
  if (owner !== undefined) return owner;
  const names = owners.map(({ name }) => name).join(', ');
  throw new PkiError(
    'MQ_PKI_UNKNOWN_NODE',
    `there is no organisation ${JSON.stringify(organization)}; there are ${names}`,
  );
}
