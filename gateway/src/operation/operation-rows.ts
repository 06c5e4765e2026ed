import { ERROR_CODES, MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import type { OperationTable } from '../database/tables.ts';
import { GATEWAY_ERROR_CODES, GatewayError } from '../gateway-error.ts';
import type { SignedEntry, Unit } from '../ledger/group-commit.ts';
import type { PlannedUnit, WriteOutcome, WriteRequest } from './operations.ts';

/** What a row says of its unit; also for a request that is signed anew. */
export function unitColumns(unit: PlannedUnit) {
  const { contract, functionName, policy, entries, touches, transient } = unit;
  return {
    contract,
    functionName,
    policy,
    entries: JSON.stringify(entries),
    touches: JSON.stringify(touches),
    transient: transient === undefined ? null : JSON.stringify(transientText(transient)),
    state: 'planned' as const,
  };
}

export function toRow(id: string, request: WriteRequest, unit: PlannedUnit, createdAtMs: number): OperationTable {
  return {
    id,
    principal: request.principalId,
    idempotencyKey: request.idempotencyKey ?? null,
    requestDigest: request.requestDigest,
    ...unitColumns(unit),
    txId: null,
    blockNumber: null,
    result: null,
    errorCode: null,
    errorText: null,
    createdAtMs,
  };
}

export function toUnit(row: OperationTable): Unit {
  return {
    id: row.id,
    contract: row.contract,
    functionName: row.functionName,
    policy: row.policy,
    entries: JSON.parse(row.entries) as SignedEntry[],
    touches: JSON.parse(row.touches) as string[],
    // Also where the row names no transaction: that note may be lost in a crash which the row survives.
    resubmitted: true,
    ...(row.transient === null
      ? {}
      : { transient: transientBytes(JSON.parse(row.transient) as Record<string, string>) }),
  };
}

function transientText(transient: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(transient).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64url')]),
  );
}

function transientBytes(transient: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(transient).map(([name, text]) => [name, Buffer.from(text, 'base64url')]));
}

export function outcomeOf(row: OperationTable): WriteOutcome {
  const { index, results } = JSON.parse(row.result ?? '{}') as { index: number; results: unknown[] };
  const entries = JSON.parse(row.entries) as SignedEntry[];
  return {
    operationId: row.id,
    txId: row.txId ?? '',
    blockNumber: row.blockNumber ?? undefined,
    index,
    results,
    entries,
  };
}

/** The failure of an earlier attempt, told again. */
export function storedFailure({ errorCode, errorText }: OperationTable): Error {
  const text = errorText ?? '';
  const code = ERROR_CODES.find((candidate) => candidate === errorCode);
  if (code !== undefined) return new MedQuorumError(code, text);
  return new GatewayError(GATEWAY_ERROR_CODES.find((candidate) => candidate === errorCode) ?? 'MQ_INTERNAL', text);
}
