import { isSegregated, PART_2 } from '../access/code-systems/security-label.ts';
import type { ConsortiumConfiguration } from '../consortium/consortium-configuration.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { RecordHeader } from './record-header.ts';

/**
 * A header that tells of substance abuse, psychotherapy and the like may not stand in clear on the ledger where the
 * consortium has a class with a private collection for it.
 *
 * @throws MedQuorumError `MQ_RECORD_CLASS_MISMATCH`
 */
export function checkClass(
  { recordClasses }: ConsortiumConfiguration,
  { collection = null }: Readonly<{ collection?: string | null }>,
  { labels, policies, confidentiality }: RecordHeader,
): void {
  const isHidden = labels.some(isSegregated) || policies.includes(PART_2) || confidentiality === 'V';
  if (!isHidden || collection !== null) return;
  if (recordClasses.some((it) => it.collection !== undefined)) {
    throw new MedQuorumError('MQ_RECORD_CLASS_MISMATCH', 'such labels belong in a class with a private collection');
  }
}
