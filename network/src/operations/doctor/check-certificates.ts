import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { keyOwners } from '../../pki/holders.ts';
import { materialLayout } from '../../pki/material-layout.ts';
import type { Topology } from '../../topology/topology.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const DAY_MS = 86_400_000;
/** An operator has this long to renew. */
const WARN_BEFORE_MS = 30 * DAY_MS;

export type CertificateCheck = Readonly<{ findings: readonly Finding[]; newestSignatureMs: number }>;

/** Every certificate in use whose key is on this machine. */
export async function checkCertificates(
  topology: Topology,
  materialDirectory: string,
  nowMs: number,
): Promise<CertificateCheck> {
  const findings: Finding[] = [];
  let newestSignatureMs = 0;
  let count = 0;
  for (const owner of keyOwners(topology)) {
    const layout = materialLayout(materialDirectory).organization(owner.name);
    const files = owner.holders.flatMap(({ kind, name }) => {
      const { msp, tls } = layout.holder(kind, name);
      return [msp, tls].map(({ certificate }) => ({ certificate, holder: name }));
    });
    for (const { certificate, holder } of files.filter((file) => existsSync(file.certificate))) {
      const { validFromDate, validToDate } = new X509Certificate(await readFile(certificate));
      count += 1;
      newestSignatureMs = Math.max(newestSignatureMs, validFromDate.getTime());
      const leftMs = validToDate.getTime() - nowMs;
      if (leftMs > WARN_BEFORE_MS) continue;
      const cure = `medquorum pki renew --org ${owner.name} --name ${holder}, then medquorum node restart`;
      const subject = `${holder} of ${owner.name}`;
      const days = Math.ceil(leftMs / DAY_MS);
      findings.push(
        leftMs <= 0
          ? problem('certificates', subject, `${certificate} expired on ${validToDate.toISOString()}`, cure)
          : warning('certificates', subject, `${certificate} expires in ${days} days`, cure),
      );
    }
  }
  if (count === 0) {
    const cure = 'medquorum pki generate makes them, or give --keys';
    findings.push(problem('certificates', materialDirectory, 'holds no certificate of this topology', cure));
  } else if (findings.length === 0) {
    findings.push(
      ok('certificates', materialDirectory, `${count} are valid for more than ${WARN_BEFORE_MS / DAY_MS} days`),
    );
  }
  return { findings, newestSignatureMs };
}
