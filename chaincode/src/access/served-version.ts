import { MedQuorumError } from '../medquorum-error.ts';
import type { RecordState } from '../record/record-state.ts';

/**
 * The version that would be released: the active one, or the latest proposed where none is active.
 *
 * @throws MedQuorumError `MQ_RECORD_STATUS` where every version is superseded or marked as entered in error
 */
export function servedVersion({ activeVersion, versions }: Pick<RecordState, 'activeVersion' | 'versions'>): number {
  if (activeVersion !== null) return activeVersion;
  const proposed = versions.findLastIndex(({ status }) => status === 'proposed');
  if (proposed < 0) throw new MedQuorumError('MQ_RECORD_STATUS', 'no version is active or proposed');
  return proposed + 1;
}
