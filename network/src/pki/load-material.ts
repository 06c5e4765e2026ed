import { readdir, readFile } from 'node:fs/promises';
import type { MspConfig } from '../msp/msp-config.ts';
import type { Topology } from '../topology/topology.ts';
import type { Environment } from './authority.ts';
import { keyOwners } from './holders.ts';
import { HOLDER_KINDS, type HolderKind, materialLayout, type OrganizationLayout } from './material-layout.ts';
import { loadMspFolder } from './msp-folder.ts';
import { readDescription } from './organization-authorities.ts';
import { PkiError } from './pki-error.ts';

export type TlsMaterial = Readonly<{ rootCertificatePem: string; certificatePem: string; privateKeyPem: string }>;

/** What a node or user holds. */
export type HolderMaterial = Readonly<{
  certificatePem: string;
  privateKeyPem: string;
  /** Its local MSP folder, for Fabric's own programs. */
  mspFolder: string;
  tls: TlsMaterial;
}>;

export type OrganizationMaterial = Readonly<{
  mspId: string;
  name: string;
  environment: Environment;
  /** Public: what everybody verifies this organisation's identities with. */
  msp: MspConfig;
  /** Only on the organisation's own machines; empty elsewhere. */
  holders: Readonly<Record<HolderKind, ReadonlyMap<string, HolderMaterial>>>;
  layout: OrganizationLayout;
}>;

/**
 * Reads the material of every organisation of the topology, the orderers included, by MSP id. Of the others on this
 * machine only the public bundle needs to be there.
 *
 * @throws PkiError MQ_PKI_MISSING naming the organisation without a public bundle
 */
export async function loadMaterial(
  topology: Topology,
  directory: string,
): Promise<ReadonlyMap<string, OrganizationMaterial>> {
  const layout = materialLayout(directory);
  const loaded = keyOwners(topology).map(async ({ mspId, name }) => {
    const own = layout.organization(name);
    const material = await loadOrganization(own);
    if (material === undefined)
      throw new PkiError('MQ_PKI_MISSING', `there is no public bundle of ${name} (${own.description})`);
    return [mspId, material] as const;
  });
  return new Map(await Promise.all(loaded));
}

/** The material of one organisation; undefined where there is none. */
export async function loadOrganization(layout: OrganizationLayout): Promise<OrganizationMaterial | undefined> {
  const description = await readDescription(layout);
  if (description === undefined) return undefined;
  const { mspId, name, environment } = description;
  const [msp, peers, orderers, users] = await Promise.all([
    loadMspFolder(mspId, layout.publicMsp.root),
    ...HOLDER_KINDS.map((kind) => loadHolders(layout, kind)),
  ]);
  const none = new Map<string, HolderMaterial>();
  return {
    mspId,
    name,
    environment,
    msp,
    holders: { peers: peers ?? none, orderers: orderers ?? none, users: users ?? none },
    layout,
  };
}

async function loadHolders(layout: OrganizationLayout, kind: HolderKind): Promise<Map<string, HolderMaterial>> {
  const names = await readdir(layout.holders(kind)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const entries = names.sort().map(async (name) => {
    const { msp, tls } = layout.holder(kind, name);
    const material = {
      certificatePem: await readFile(msp.certificate, 'utf8'),
      privateKeyPem: await readFile(msp.key, 'utf8'),
      mspFolder: msp.root,
      tls: await loadTls(tls),
    };
    return [name, material] as const;
  });
  return new Map(await Promise.all(entries));
}

async function loadTls(
  files: Readonly<{ rootCertificate: string; certificate: string; key: string }>,
): Promise<TlsMaterial> {
  const [rootCertificatePem, certificatePem, privateKeyPem] = await Promise.all(
    [files.rootCertificate, files.certificate, files.key].map((file) => readFile(file, 'utf8')),
  );
  return {
    rootCertificatePem: rootCertificatePem ?? '',
    certificatePem: certificatePem ?? '',
    privateKeyPem: privateKeyPem ?? '',
  };
}
