import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import { GatewayError } from '../gateway-error.ts';

/** TLS roots of the consortium's organisations: who dials in is told by whose root issued the certificate. */
export class PeerIdentities {
  readonly #roots: ReadonlyMap<string, X509Certificate>;

  /** @param files MSP id -> PEM file of the organisation's TLS root; files that are not there are left out */
  constructor(files: Readonly<Record<string, string>>) {
    this.#roots = new Map(
      Object.entries(files).flatMap(([mspId, file]) => {
        const pem = readIfThere(file);
        return pem === undefined ? [] : [[mspId, new X509Certificate(pem)] as const];
      }),
    );
  }

  get allRoots(): readonly string[] {
    return [...this.#roots.values()].map((root) => root.toString());
  }

  /** @throws GatewayError `MQ_RELEASE_UNAVAILABLE` for an organisation whose TLS root is not here */
  rootOf(mspId: string): string {
    const root = this.#roots.get(mspId);
    if (root === undefined) throw new GatewayError('MQ_RELEASE_UNAVAILABLE', `no TLS root of ${mspId}`);
    return root.toString();
  }

  /** MSP id of the other end of a connection that TLS has let through. @throws GatewayError `MQ_AUTH_REQUIRED` */
  mspIdOf(socket: TLSSocket): string {
    const raw = socket.getPeerCertificate().raw as Buffer | undefined;
    if (socket.authorized && raw !== undefined) {
      const certificate = new X509Certificate(raw);
      for (const [mspId, root] of this.#roots) {
        if (certificate.checkIssued(root) && certificate.verify(root.publicKey)) return mspId;
      }
    }
    throw new GatewayError('MQ_AUTH_REQUIRED', 'a certificate of a member organisation is needed');
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
