/** The life of a record as pure functions of its head: proposed, active, superseded, entered in error. */
import { MedQuorumError } from '../medquorum-error.ts';
import { MAX_RECORD_VERSIONS } from './record-args.ts';
import type { RecordState, VersionStatus } from './record-state.ts';

type Lifecycle = Pick<RecordState, 'latestVersion' | 'activeVersion' | 'versions'>;

/** A record's first version, proposed. */
export function firstVersion(digest: string): Lifecycle {
  return { latestVersion: 1, activeVersion: null, versions: [{ status: 'proposed', digest }] };
}

/**
 * A further version, proposed; the active one stays active until this one is. A version still waiting for attestations
 * is superseded by it.
 *
 * @throws MedQuorumError `MQ_RECORD_VERSION` where it is not the next, `MQ_LIMIT_REACHED`
 */
export function nextVersion(head: Lifecycle, version: number, digest: string): Lifecycle {
  if (head.latestVersion >= MAX_RECORD_VERSIONS) {
    throw new MedQuorumError('MQ_LIMIT_REACHED', `at most ${MAX_RECORD_VERSIONS} versions of one record`);
  }
  if (version !== head.latestVersion + 1) {
    throw new MedQuorumError('MQ_RECORD_VERSION', `the next version is ${head.latestVersion + 1}`);
  }
  const versions = head.versions.map((it) =>
    it.status === 'proposed' ? { ...it, status: 'superseded' as const } : it,
  );
  return { ...head, latestVersion: version, versions: [...versions, { status: 'proposed', digest }] };
}

/** The proposed version becomes the active one; the one before is superseded. */
export function activated(head: Lifecycle, version: number): Lifecycle {
  requireStatus(head, version, ['proposed']);
  const versions = head.versions.map((it, i) => {
    if (i === version - 1) return { ...it, status: 'active' as const };
    return it.status === 'active' ? { ...it, status: 'superseded' as const } : it;
  });
  return { ...head, activeVersion: version, versions };
}

/** The version counts no more; where it was the active one, no version is active until another is proposed. */
export function enteredInError(head: Lifecycle, version: number): Lifecycle {
  requireStatus(head, version, ['proposed', 'active', 'superseded']);
  const versions = head.versions.map((it, i) =>
    i === version - 1 ? { ...it, status: 'entered-in-error' as const } : it,
  );
  return { ...head, activeVersion: head.activeVersion === version ? null : head.activeVersion, versions };
}

/**
 * @returns the digest of the version
 * @throws MedQuorumError `MQ_RECORD_VERSION`, `MQ_RECORD_STATUS`
 */
export function requireStatus(head: Lifecycle, version: number, allowed: readonly VersionStatus[]): string {
  const found = head.versions[version - 1];
  if (found === undefined) throw new MedQuorumError('MQ_RECORD_VERSION', 'no such version');
  if (allowed.includes(found.status)) return found.digest;
  throw new MedQuorumError('MQ_RECORD_STATUS', `the version is ${found.status}`);
}
