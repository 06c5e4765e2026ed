import { MedQuorumError } from '../medquorum-error.ts';

/**
 * The one place where chaincode looks at a clock. A transaction's time is chosen by its client; an endorser whose own
 * clock differs from it by more than the skew refuses. It only passes or fails, so endorsers never write differently.
 *
 * @param nowMs the endorser's clock
 * @throws MedQuorumError `MQ_TIMESTAMP_SKEW`
 */
export function checkSkew(txTimeMs: number, skewSeconds: number, nowMs: number): void {
  if (Math.abs(nowMs - txTimeMs) <= skewSeconds * 1000) return;
  throw new MedQuorumError(
    'MQ_TIMESTAMP_SKEW',
    `the transaction's time is more than ${skewSeconds} s from this endorser's clock`,
  );
}
