import { randomBytes, type webcrypto } from 'node:crypto';
import { generateKeyPair, type KeyPair, keyPairFromPem, privateKeyPem, SIGNING_ALGORITHM } from './key-pair.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509Crl,
  X509CrlGenerator,
  X509CrlReason,
} from './x509.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Life of a root. */
export const AUTHORITY_DAYS = 15 * 365;
/** Life of a certificate under it. */
export const CERTIFICATE_DAYS = 365;
/** A certificate holds from a little earlier, so that a machine whose clock is behind accepts it. */
const BACKDATE_MS = 5 * 60 * 1000;
/** A root is older than anything it signs: Fabric checks a chain at the certificate's own NotBefore. */
const AUTHORITY_BACKDATE_MS = 60 * 60 * 1000;

/** Whether material may be used only for development; it stands in the name of every authority. */
export type Environment = 'development' | 'production';

/** One root certificate with its key. */
export type Authority = Readonly<{ certificate: X509Certificate; keys: KeyPair }>;

/** A new self-signed root. `nowMs` is the issuing time. */
export async function createAuthority(
  subject: Readonly<{ commonName: string; organization: string; environment: Environment }>,
  nowMs: number,
): Promise<Authority> {
  const keys = await generateKeyPair();
  const usages = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ O: [subject.organization] }, { OU: [subject.environment] }, { CN: [subject.commonName] }],
    notBefore: new Date(nowMs - AUTHORITY_BACKDATE_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: SIGNING_ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(usages, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

export function authorityFromPem(certificatePem: string, keyPem: string): Authority {
  return { certificate: new X509Certificate(certificatePem), keys: keyPairFromPem(keyPem) };
}

export const authorityPem = ({ certificate, keys }: Authority) => ({
  certificate: `${certificate.toString('pem')}\n`,
  key: privateKeyPem(keys),
});

/** What a certificate is made from. `days` counts from `nowMs`. */
export type CertificateRequest = Readonly<{
  subject: JsonName;
  publicKey: webcrypto.CryptoKey;
  extensions: readonly Extension[];
  nowMs: number;
  days?: number;
}>;

/** Signs a certificate that is no authority. */
export async function issueCertificate(authority: Authority, request: CertificateRequest): Promise<X509Certificate> {
  const { certificate: issuer, keys } = authority;
  return X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: request.subject,
    issuer: issuer.subjectName,
    notBefore: new Date(Math.max(request.nowMs - BACKDATE_MS, issuer.notBefore.getTime())),
    notAfter: new Date(
      Math.min(request.nowMs + (request.days ?? CERTIFICATE_DAYS) * DAY_MS, issuer.notAfter.getTime()),
    ),
    publicKey: request.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await SubjectKeyIdentifierExtension.create(request.publicKey),
      ...request.extensions,
    ],
  });
}

/** A revocation list with everything an earlier one had and these serial numbers (hexadecimal); PEM. */
export async function issueRevocationList(
  { certificate, keys }: Authority,
  earlier: string | undefined,
  serialNumbers: readonly string[],
  nowMs: number,
): Promise<string> {
  const before = earlier === undefined ? [] : new X509Crl(earlier).entries;
  const known = new Set(before.map(({ serialNumber }) => serialNumber));
  const entries = [
    ...before.map(({ serialNumber, revocationDate }) => ({ serialNumber, revocationDate })),
    ...serialNumbers
      .filter((serialNumber) => !known.has(serialNumber))
      .map((serialNumber) => ({ serialNumber, revocationDate: new Date(nowMs) })),
  ].map((entry) => ({ ...entry, reason: X509CrlReason.privilegeWithdrawn }));
  const list = await X509CrlGenerator.create({
    issuer: certificate.subjectName,
    thisUpdate: new Date(nowMs),
    nextUpdate: new Date(nowMs + CERTIFICATE_DAYS * DAY_MS),
    entries,
    // Fabric finds the authority of a list by its key identifier.
    extensions: [await AuthorityKeyIdentifierExtension.create(certificate.publicKey)],
    signingAlgorithm: SIGNING_ALGORITHM,
    signingKey: keys.privateKey,
  });
  // The library labels the PEM `CRL`; OpenSSL and Fabric look for `X509 CRL`.
  return `${list.toString('pem').replaceAll(' CRL-----', ' X509 CRL-----')}\n`;
}

/** 127 random bits, the topmost set: positive and of constant length (RFC 5280, section 4.1.2.2). */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}
