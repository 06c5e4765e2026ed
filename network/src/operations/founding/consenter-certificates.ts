import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConsenterCertificates } from '../../fabric/render-configtx.ts';
import { readIfThere } from '../../pki/material-file.ts';
import type { ChannelConfig } from '../governance/channel-config.ts';
import { groupAt } from '../governance/policy-standing.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';

/** An orderer in the configuration: of BFT in the list of its own, of raft in the metadata of the consensus type. Certificates in base64 of PEM. */
type Consenter = Readonly<{
  host: string;
  port: number;
  identity?: string;
  client_tls_cert: string;
  server_tls_cert: string;
}>;

/**
 * The certificates of the topology's orderers as a configuration has them, written as files below `folder`.
 * @throws OperationError `MQ_FIRST_BLOCK_REFUSED` where an orderer is not in the configuration, its certificate is not of the ordering
 *   organisation's roots, stands there twice, or is not the one that whoever runs the node has here
 */
export async function consenterCertificates(
  operator: Operator,
  config: ChannelConfig,
  folder: string,
): Promise<ConsenterCertificates> {
  const { topology, material } = operator;
  const { nodes, mspId } = topology.orderers;
  const standing = consentersOf(config);
  const identityRoot = await certificateOf(material.identityRoot(mspId));
  const tlsRoot = await certificateOf(material.tlsRoot(mspId));
  await mkdir(folder, { recursive: true });
  const seen = new Set<string>();
  const files = new Map<string, Readonly<{ identity: string; tls: string }>>();
  for (const { name, host, port } of nodes) {
    const found = standing.find((consenter) => consenter.host === host && consenter.port === port);
    if (found === undefined) throw refusedBlock(`has no orderer at ${host}:${port} (${name})`);
    if (found.client_tls_cert !== found.server_tls_cert) throw refusedBlock(`has two TLS certificates for ${name}`);
    const write = async (kind: string, base64: string, root: X509Certificate) => {
      const pem = Buffer.from(base64, 'base64').toString('utf8');
      if (!isIssuedBy(pem, root))
        throw refusedBlock(`has a certificate of ${name} (${kind}) that ${mspId} did not issue`);
      const own = await readIfThere(
        kind === 'tls' ? material.orderer(name).tls.certificate : material.orderer(name).msp.certificate,
      );
      if (own !== undefined && own !== pem)
        throw refusedBlock(`has another certificate (${kind}) for ${name} than the one here`);
      const file = path.join(folder, `${name}-${kind}.pem`);
      await writeFile(file, pem);
      return file;
    };
    if (seen.has(found.server_tls_cert)) throw refusedBlock(`has the certificate of ${name} twice`);
    seen.add(found.server_tls_cert);
    const tls = await write('tls', found.server_tls_cert, tlsRoot);
    files.set(name, {
      tls,
      identity: found.identity === undefined ? '' : await write('identity', found.identity, identityRoot),
    });
  }
  return (node) => files.get(node.name) ?? { identity: '', tls: '' };
}

function consentersOf(config: ChannelConfig): readonly Consenter[] {
  const { values } = groupAt(config, ['Channel', 'Orderer']);
  const bft = values.Orderers?.value as { consenter_mapping?: Consenter[] } | undefined;
  const raft = values.ConsensusType?.value as { metadata?: { consenters?: Consenter[] } } | undefined;
  return bft?.consenter_mapping ?? raft?.metadata?.consenters ?? [];
}

function isIssuedBy(pem: string, root: X509Certificate): boolean {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.checkIssued(root) && certificate.verify(root.publicKey);
  } catch {
    return false; // no certificate at all
  }
}

const certificateOf = async (file: string) => new X509Certificate(await readFile(file));

/** @param what phrase that follows 'the block' */
export const refusedBlock = (what: string) =>
  new OperationError('MQ_FIRST_BLOCK_REFUSED', `the block ${what}: do not join, ask who made it`);
