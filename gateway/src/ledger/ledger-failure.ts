import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { GatewayError } from '../gateway-error.ts';
import type { LedgerFault } from './ledger-fault.ts';

/** What a caller is told when a fault cannot be cured by trying again here. */
export function toGatewayFailure(fault: LedgerFault): GatewayError | MedQuorumError {
  const { kind, code, reason } = fault;
  if (kind === 'chaincode' && code !== undefined) return new MedQuorumError(code, reason, { cause: fault });
  if (kind === 'conflict')
    return new GatewayError('MQ_LEDGER_CONFLICT', 'the state changed again and again', { cause: fault });
  if (kind === 'unavailable')
    return new GatewayError('MQ_LEDGER_UNAVAILABLE', 'the ledger does not answer', { cause: fault });
  if (kind === 'unknown')
    return new GatewayError('MQ_OPERATION_PENDING', 'the outcome is not known yet', { cause: fault });
  return new GatewayError('MQ_LEDGER_REFUSED', 'the ledger refused the transaction', { cause: fault });
}
