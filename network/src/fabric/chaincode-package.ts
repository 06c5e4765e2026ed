import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { CHAINCODE_PACKAGE_TYPE } from './external-builder.ts';

/** Where a peer reaches the chaincode process, and the TLS material for it, as `connection.json` has it. */
export type ChaincodeConnection = Readonly<{
  address: string;
  dial_timeout: string;
  tls_required: boolean;
  client_auth_required?: boolean;
  client_key?: string;
  client_cert?: string;
  root_cert?: string;
}>;

export type ChaincodePackage = Readonly<{
  label: string;
  /** `label:SHA-256 of the package`: the id under which a peer knows it, and the chaincode process its identity. */
  packageId: string;
  bytes: Buffer;
}>;

/**
 * A chaincode package (as a service) that `peer lifecycle chaincode install` takes. The same input gives the same bytes, hence the same id.
 */
export async function packageChaincode(label: string, connection: ChaincodeConnection): Promise<ChaincodePackage> {
  const code = await tarGzip({ 'connection.json': JSON.stringify(connection) });
  const metadata = JSON.stringify({ type: CHAINCODE_PACKAGE_TYPE, label });
  const bytes = await tarGzip({ 'metadata.json': metadata, 'code.tar.gz': code });
  return packageOf(label, bytes);
}

/** A package that was made before. */
export function packageOf(label: string, bytes: Buffer): ChaincodePackage {
  return { label, packageId: `${label}:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

async function tarGzip(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files))
    archive.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  archive.finalize();
  return gzipSync(await buffer(archive));
}
