import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { GatewayError } from '../gateway-error.ts';
import { LedgerFault } from '../ledger/ledger-fault.ts';

/** Failures that a later attempt may not meet again; nothing has been written. */
export const PASSING: ReadonlySet<string> = new Set([
  'MQ_LEDGER_UNAVAILABLE',
  'MQ_LEDGER_CONFLICT',
  'MQ_QUEUE_FULL',
  'MQ_TIMESTAMP_SKEW',
  'MQ_NOT_CONFIGURED',
]);

/**
 * Failures of a later attempt that can follow upon a first which took effect or still may: the chaincode looks at the time before the nonce, an
 * organisation's veto changes with nothing on the ledger, and of what the ledger refused it is not known why.
 */
const SAYS_NOTHING_OF_THE_FIRST: ReadonlySet<string> = new Set([
  ...PASSING,
  'MQ_INTENT_EXPIRED',
  'MQ_LEDGER_REFUSED',
  'MQ_READ_MODEL_BEHIND',
  'MQ_VETOED',
]);

export type KnownError = GatewayError | MedQuorumError;

export function isKnown(error: unknown): error is KnownError {
  return error instanceof GatewayError || error instanceof MedQuorumError;
}

/** @param isOpen whether an earlier attempt left no outcome */
export function leavesOpen(error: unknown, isOpen: boolean): boolean {
  if (isKnown(error) && error.code === 'MQ_OPERATION_PENDING') return true;
  return isOpen && (error instanceof LedgerFault || (isKnown(error) && SAYS_NOTHING_OF_THE_FIRST.has(error.code)));
}

/** What a caller is told of an operation without outcome: its id, and where to ask for it. */
export function pending(operationId: string, cause: unknown): GatewayError {
  const extra = { operationId, location: `/operations/${operationId}` };
  return new GatewayError('MQ_OPERATION_PENDING', 'the outcome is not known yet', { cause, extra });
}
