import { verify, X509Certificate } from 'node:crypto';
import { DER_BIT_STRING, DER_INTEGER, DER_SEQUENCE, type DerElement, readDer, readDerList } from './der.ts';
import type { Pem } from './msp-config.ts';
import { MspError } from './msp-error.ts';

/** A root or intermediate certificate of an organisation, with the serial numbers it has revoked. */
export type CertificateAuthority = Readonly<{
  certificate: X509Certificate;
  isRoot: boolean;
  /** Serial numbers in hexadecimal without leading zeros, upper case. */
  revokedSerials: ReadonlySet<string>;
}>;

/** Reads the authorities of an MSP; each revocation list counts for the authority that signed it. */
export function readAuthorities(
  mspId: string,
  roots: readonly Pem[],
  intermediates: readonly Pem[],
  revocationLists: readonly Pem[],
): CertificateAuthority[] {
  const lists = revocationLists.map((pem) => readRevocationList(mspId, pem));
  const authority = (pem: Pem, isRoot: boolean): CertificateAuthority => {
    const certificate = readCertificate(mspId, pem);
    if (!certificate.ca)
      throw new MspError('MQ_MSP_CONFIG', `a certificate authority of ${mspId} is not marked as one`);
    const own = lists.filter((list) => isSignedBy(list, certificate));
    return { certificate, isRoot, revokedSerials: new Set(own.flatMap((list) => list.serials)) };
  };
  if (roots.length === 0) throw new MspError('MQ_MSP_CONFIG', `${mspId} has no root certificate`);
  return [...roots.map((pem) => authority(pem, true)), ...intermediates.map((pem) => authority(pem, false))];
}

/** Certificate from PEM. Throws MQ_MSP_CONFIG. */
export function readCertificate(mspId: string, pem: Pem): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(pem));
  } catch (cause) {
    throw new MspError('MQ_MSP_CONFIG', `a certificate of ${mspId} cannot be read`, { cause });
  }
}

/**
 * The authorities above a certificate, its issuer first, up to a root; undefined when there is no such chain. Every
 * authority must be valid at `atMs` (Fabric checks a chain at the certificate's own NotBefore, not at the present).
 */
export function chainOf(
  certificate: X509Certificate,
  authorities: readonly CertificateAuthority[],
  atMs: number,
): CertificateAuthority[] | undefined {
  for (const authority of authorities) {
    const { certificate: issuer } = authority;
    if (atMs < issuer.validFromDate.getTime() || atMs > issuer.validToDate.getTime()) continue;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) continue;
    if (authority.isRoot) return [authority];
    const above = chainOf(
      issuer,
      authorities.filter((other) => other !== authority),
      atMs,
    );
    if (above !== undefined) return [authority, ...above];
  }
  return undefined;
}

/** The signed part of a certificate or revocation list: unlike the whole it has only one encoding. */
export function signedPartOf(der: Uint8Array): Uint8Array {
  const [signedPart] = readDerList(readDer(der).content);
  if (signedPart === undefined) throw new RangeError('no signed part');
  return signedPart.raw;
}

type RevocationList = Readonly<{ signedPart: Uint8Array; hash: string; signature: Uint8Array; serials: string[] }>;

/** Signature algorithms of revocation lists (RFC 5758, section 3.2), as DER of the object identifier. */
const ECDSA_HASHES = new Map([
  ['06082a8648ce3d040302', 'sha256'],
  ['06082a8648ce3d040303', 'sha384'],
  ['06082a8648ce3d040304', 'sha512'],
]);

/** RFC 5280, section 5.1. */
function readRevocationList(mspId: string, pem: Pem): RevocationList {
  try {
    const [tbs, algorithm, signature] = readDerList(readDer(pemToDer(pem)).content);
    if (tbs === undefined || algorithm === undefined || signature?.tag !== DER_BIT_STRING)
      throw new RangeError('parts');
    const oid = readDerList(algorithm.content)[0]?.raw ?? new Uint8Array();
    const hash = ECDSA_HASHES.get(Buffer.from(oid).toString('hex'));
    if (hash === undefined) throw new RangeError('signature algorithm');
    const serials = revokedEntries(readDerList(tbs.content)).map((entry) => serialOf(readDerList(entry.content)[0]));
    return { signedPart: tbs.raw, hash, signature: signature.content.subarray(1), serials };
  } catch (cause) {
    throw new MspError('MQ_MSP_CONFIG', `a revocation list of ${mspId} cannot be read`, { cause });
  }
}

/** TBSCertList: [version] signature issuer thisUpdate [nextUpdate] [revokedCertificates] [extensions]. */
function revokedEntries(fields: readonly DerElement[]): DerElement[] {
  const afterVersion = fields[0]?.tag === DER_INTEGER ? fields.slice(1) : fields;
  const revoked = afterVersion.slice(2).find((field) => field.tag === DER_SEQUENCE); // behind algorithm and issuer, only times come first
  return revoked === undefined ? [] : readDerList(revoked.content);
}

function serialOf(element: DerElement | undefined): string {
  if (element?.tag !== DER_INTEGER) throw new RangeError('serial number');
  return normalSerial(Buffer.from(element.content).toString('hex'));
}

/** Serial number as the set of revoked ones holds it. */
export function normalSerial(hex: string): string {
  return hex.toUpperCase().replace(/^0+(?=.)/, '');
}

function isSignedBy(list: RevocationList, authority: X509Certificate): boolean {
  return verify(list.hash, list.signedPart, { key: authority.publicKey, dsaEncoding: 'der' }, list.signature);
}

function pemToDer(pem: Pem): Uint8Array {
  const body = Buffer.from(pem)
    .toString('utf8')
    .match(/-----BEGIN [^-]+-----([\s\S]+?)-----END/);
  if (body?.[1] === undefined) throw new RangeError('not PEM');
  return Buffer.from(body[1], 'base64');
}
