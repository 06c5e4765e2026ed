import { VALIDATION_CODES, type ValidationCode } from '../../protocol/validation-code.ts';
import { type MerkleSummary, type RangeQuery, type ReadWriteSet, sameVersion } from '../ledger/read-write-set.ts';
import type { StateView } from '../ledger/state-view.ts';
import { RangeSummary } from '../simulator/range-summary.ts';
import type { BlockUpdates, RowVersion } from './block-updates.ts';

/**
 * Whether everything a transaction read is still so, after the valid transactions before it: namespace by namespace its
 * reads, then its ranges, then its private reads.
 */
export async function checkConflicts(
  readWriteSet: ReadWriteSet,
  view: StateView,
  updates: BlockUpdates,
): Promise<ValidationCode> {
  for (const { namespace, reads, ranges, collections } of readWriteSet) {
    for (const { key, version } of reads) {
      if (updates.touched(namespace, key) || !sameVersion(view.get(namespace, key)?.version, version)) {
        return VALIDATION_CODES.MVCC_READ_CONFLICT;
      }
    }
    for (const range of ranges) {
      if (!(await rangeUnchanged(namespace, range, updates))) return VALIDATION_CODES.PHANTOM_READ_CONFLICT;
    }
    for (const { collection, reads: hashedReads } of collections) {
      for (const { keyHash, version } of hashedReads) {
        const committed = view.privateHash(namespace, collection, keyHash)?.version;
        if (updates.touchedHash(namespace, collection, keyHash) || !sameVersion(committed, version)) {
          return VALIDATION_CODES.MVCC_READ_CONFLICT;
        }
      }
    }
  }
  return VALIDATION_CODES.VALID;
}

async function rangeUnchanged(namespace: string, range: RangeQuery, updates: BlockUpdates): Promise<boolean> {
  const found = updates.rows(namespace, range.startKey, range.endKey, !range.exhausted);
  if (range.merkle !== undefined) return hasSummary(found, range.merkle);
  const expected = range.rows ?? [];
  let index = 0;
  for await (const { key, version } of found) {
    const row = expected[index++];
    if (row?.key !== key || !sameVersion(row.version, version)) return false;
  }
  return index === expected.length;
}

/** Degrees below this make no tree. */
const MIN_DEGREE = 2;

async function hasSummary(rows: AsyncIterable<RowVersion>, expected: MerkleSummary): Promise<boolean> {
  if (expected.maxDegree < MIN_DEGREE) return false;
  const summary = new RangeSummary(expected.maxDegree);
  for await (const row of rows) summary.add(row);
  const found = summary.finish().merkle;
  return (
    found !== undefined &&
    found.maxLevel === expected.maxLevel &&
    found.hashes.length === expected.hashes.length &&
    found.hashes.every((hash, index) => Buffer.compare(hash, expected.hashes[index] ?? Buffer.alloc(0)) === 0)
  );
}
