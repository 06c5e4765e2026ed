import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { DEFAULT_NODE_OUS, type MspConfig, type NodeOus } from '../msp/msp-config.ts';
import { readIfThere, writePublic } from './material-file.ts';
import type { MspLayout } from './material-layout.ts';
import { PkiError } from './pki-error.ts';

/** `config.yaml` of an MSP folder: roles are told by organisational units, whichever authority certified them. */
const NODE_OUS_YAML = `NodeOUs:
  Enable: true
${Object.entries({
  ClientOUIdentifier: DEFAULT_NODE_OUS.clientOu,
  PeerOUIdentifier: DEFAULT_NODE_OUS.peerOu,
  AdminOUIdentifier: DEFAULT_NODE_OUS.adminOu,
  OrdererOUIdentifier: DEFAULT_NODE_OUS.ordererOu,
})
  .map(([key, unit]) => `  ${key}:\n    Certificate: cacerts/ca.pem\n    OrganizationalUnitIdentifier: ${unit}\n`)
  .join('')}`;

/** The public half of an MSP folder, the same for every holder of an organisation. */
export type MspRoots = Readonly<{ certificate: string; tlsCertificate: string; revocationList: string | undefined }>;

/** Writes roots, roles and revocation list; what is there and equal is left alone. */
export async function writeMspRoots(layout: MspLayout, roots: MspRoots): Promise<void> {
  const files: [string, string][] = [
    [layout.rootCertificate, roots.certificate],
    [layout.tlsRootCertificate, roots.tlsCertificate],
    [layout.nodeOUs, NODE_OUS_YAML],
  ];
  if (roots.revocationList !== undefined) files.push([layout.revocationList, roots.revocationList]);
  for (const [file, text] of files) if ((await readIfThere(file)) !== text) await writePublic(file, text);
}

/**
 * Reads an MSP folder, whoever wrote it (this package, Fabric CA, cryptogen).
 * @throws PkiError MQ_PKI_MISSING when the folder has no root certificate
 */
export async function loadMspFolder(mspId: string, folder: string): Promise<MspConfig> {
  const pems = (name: string) => readFolder(path.join(folder, name));
  const rootCerts = await pems('cacerts');
  if (rootCerts.length === 0)
    throw new PkiError('MQ_PKI_MISSING', `${path.join(folder, 'cacerts')} has no certificate`);
  const nodeOUs = nodeOUsOf(await readIfThere(path.join(folder, 'config.yaml')));
  return {
    mspId,
    rootCerts,
    intermediateCerts: await pems('intermediatecerts'),
    admins: await pems('admincerts'),
    tlsRootCerts: await pems('tlscacerts'),
    revocationList: await pems('crls'),
    ...(nodeOUs === undefined ? {} : { nodeOUs }),
  };
}

async function readFolder(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => !name.startsWith('.')).sort();
  return Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
}

type NodeOusFile = { NodeOUs?: { Enable?: boolean } & Record<string, { OrganizationalUnitIdentifier?: string }> };

function nodeOUsOf(yaml: string | undefined): NodeOus | undefined {
  const { NodeOUs } = (yaml === undefined ? {} : (parse(yaml) ?? {})) as NodeOusFile;
  if (NodeOUs?.Enable !== true) return undefined;
  const unit = (key: string, usual: string) => NodeOUs[key]?.OrganizationalUnitIdentifier ?? usual;
  return {
    clientOu: unit('ClientOUIdentifier', DEFAULT_NODE_OUS.clientOu),
    peerOu: unit('PeerOUIdentifier', DEFAULT_NODE_OUS.peerOu),
    adminOu: unit('AdminOUIdentifier', DEFAULT_NODE_OUS.adminOu),
    ordererOu: unit('OrdererOUIdentifier', DEFAULT_NODE_OUS.ordererOu),
  };
}
