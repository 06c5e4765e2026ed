import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type KeyOwner, keyOwners } from '../../pki/holders.ts';
import { materialLayout, type OrganizationLayout } from '../../pki/material-layout.ts';
import { type NeededCertificate, neededCertificates } from '../../pki/needed-certificates.ts';
import { X509Certificate, X509Crl } from '../../pki/x509.ts';
import type { Topology } from '../../topology/topology.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const DAY_MS = 86_400_000;
/** An operator has this long to renew. */
const WARN_BEFORE_MS = 30 * DAY_MS;
/** The consortium has this long to admit another root: certificates are issued for a year, and end with it. */
const WARN_BEFORE_ROOT_MS = 365 * DAY_MS;

export type CertificateCheck = Readonly<{ findings: readonly Finding[]; newestSignatureMs: number }>;

/** A file that holds for a time. */
type Dated = Readonly<{
  subject: string;
  file: string;
  /** @throws where the text is none */
  read(pem: string): Readonly<{ notBefore: Date; notAfter: Date | undefined }>;
  warnBeforeMs: number;
  /** What to do before it ends. */
  renew: string;
  /** What to do where it cannot be read. */
  repair: string;
  /** Is its key on this machine? */
  isOwn: boolean;
  /** What refuses it once it has ended. */
  ended: typeof problem;
}>;

/** Every certificate in use whose key is on this machine, and the roots and revocation lists of everybody. */
export async function checkCertificates(
  topology: Topology,
  materialDirectory: string,
  nowMs: number,
): Promise<CertificateCheck> {
  const dated = keyOwners(topology).flatMap((owner) => {
    const layout = materialLayout(materialDirectory).organization(owner.name);
    return [
      ...neededCertificates(owner, layout).map((needed) => ofHolder(owner, needed)),
      ...publicFiles(owner, layout),
    ];
  });
  const there = dated.filter(({ file }) => existsSync(file));
  const checks = await Promise.all(there.map((each) => check(each, nowMs)));
  const findings = checks.flatMap(({ finding }) => finding ?? []);
  if (!there.some(({ isOwn }) => isOwn)) {
    const cure = 'medquorum pki generate makes them, or give --keys';
    findings.push(problem('certificates', materialDirectory, 'holds no certificate of this topology', cure));
  } else if (findings.length === 0) {
    const detail = `${there.length} are valid for more than ${WARN_BEFORE_MS / DAY_MS} days, roots for more than a year`;
    findings.push(ok('certificates', materialDirectory, detail));
  }
  return { findings, newestSignatureMs: Math.max(0, ...checks.map(({ signatureMs }) => signatureMs)) };
}

async function check(
  { subject, file, read, warnBeforeMs, renew, repair, isOwn, ended }: Dated,
  nowMs: number,
): Promise<Readonly<{ finding?: Finding; signatureMs: number }>> {
  let validity: ReturnType<Dated['read']>;
  try {
    validity = read(await readFile(file, 'utf8'));
  } catch {
    return {
      finding: problem('certificates', subject, `${file} cannot be read: it is damaged`, repair),
      signatureMs: 0,
    };
  }
  const { notBefore, notAfter } = validity;
  const signatureMs = isOwn ? notBefore.getTime() : 0;
  const leftMs = notAfter === undefined ? Number.POSITIVE_INFINITY : notAfter.getTime() - nowMs;
  if (notAfter === undefined || leftMs > warnBeforeMs) return { signatureMs };
  const finding =
    leftMs <= 0
      ? ended('certificates', subject, `${file} expired on ${notAfter.toISOString()}`, renew)
      : warning('certificates', subject, `${file} expires in ${Math.ceil(leftMs / DAY_MS)} days`, renew);
  return { finding, signatureMs };
}

const certificate = { read: (pem: string) => new X509Certificate(pem), ended: problem };
/** Fabric goes on by a list whose next update has passed; other programs refuse it. */
const revocationList = {
  read(pem: string) {
    const { thisUpdate, nextUpdate } = new X509Crl(pem);
    return { notBefore: thisUpdate, notAfter: nextUpdate };
  },
  ended: warning,
};

function ofHolder({ name: owner }: KeyOwner, { name, kind, certificate: file }: NeededCertificate): Dated {
  const after = {
    peers: 'medquorum node restart',
    orderers: 'medquorum node restart and orderer update',
    users: 'restart what uses it',
    chaincode: 'restart the chaincode process',
    'chaincode-client': `medquorum chaincode upgrade --org ${owner}, and the chaincode process anew under the id that it prints`,
  }[kind];
  const renew = `medquorum pki renew --org ${owner} --name ${name}, then ${after}`;
  const subject = `${name} of ${owner}`;
  return { ...certificate, subject, file, warnBeforeMs: WARN_BEFORE_MS, renew, repair: renew, isOwn: true };
}

function publicFiles({ name }: KeyOwner, { authority, publicMsp }: OrganizationLayout): Dated[] {
  const { rootCertificate, tlsRootCertificate, revocationList: list } = publicMsp;
  const isHere = existsSync(authority.key);
  const elsewhere = `get the public folder of ${name} anew`;
  const root = {
    ...certificate,
    warnBeforeMs: WARN_BEFORE_ROOT_MS,
    renew: isHere ? 'there is no renewal of a root: see docs/operators.md, Certificates' : elsewhere,
    repair: isHere ? `medquorum pki generate --org ${name}` : elsewhere,
    isOwn: false,
  };
  const renewList = `medquorum pki renew --org ${name} --revocation-list, then medquorum organization update`;
  return [
    { ...root, subject: `root of ${name}`, file: rootCertificate },
    { ...root, subject: `TLS root of ${name}`, file: tlsRootCertificate },
    {
      ...revocationList,
      subject: `revocation list of ${name}`,
      file: list,
      warnBeforeMs: WARN_BEFORE_MS,
      renew: isHere ? renewList : elsewhere,
      repair: isHere ? 'copy it from the MSP folder of a node (private/peers/NAME/msp/crls)' : elsewhere,
      isOwn: false,
    },
  ];
}
