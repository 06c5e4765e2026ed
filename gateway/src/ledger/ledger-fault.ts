import { status as GrpcStatus } from '@grpc/grpc-js';
import { type ErrorCode, readErrorMessage } from '@medquorum/chaincode/medquorum-error';

/**
 * What went wrong with a transaction, in the only terms that decide what happens next:
 * - `chaincode`: the chaincode refused, nothing was ordered; `index` is the entry at fault
 * - `conflict`: nothing took effect; a new endorsement may succeed
 * - `unavailable`: nothing was ordered; somebody who is needed does not answer
 * - `refused`: nothing took effect, and trying again will not help
 * - `unknown`: it may have been ordered
 */
export type LedgerFaultKind = 'chaincode' | 'conflict' | 'unavailable' | 'refused' | 'unknown';

export class LedgerFault extends Error {
  override readonly name = 'LedgerFault';
  readonly kind: LedgerFaultKind;
  readonly code: ErrorCode | undefined;
  readonly index: number | undefined;
  readonly reason: string;
  constructor(
    kind: LedgerFaultKind,
    reason: string,
    rest: ErrorOptions & Readonly<{ code?: ErrorCode | undefined; index?: number | undefined }> = {},
  ) {
    super(`${kind}: ${reason}`, rest.cause === undefined ? undefined : { cause: rest.cause });
    this.kind = kind;
    this.reason = reason;
    this.code = rest.code;
    this.index = rest.index;
  }
}

/** Stages after which nothing has been ordered. */
export type LedgerStage = 'evaluate' | 'endorse';

type ClientError = Readonly<{ code?: unknown; message: string; details?: readonly Readonly<{ message: string }>[] }>;

/**
 * Texts of Fabric 3.1 for a chaincode process or peer that does not answer; the status alone (ABORTED) says nothing. A peer that has begun
 * with a snapshot answers so, too, until it has its private data from other members.
 */
const ABSENT =
  /could not launch chaincode|connection refused|failed to find any endorsing peers|too many requests|timeout expired|no combination of peers|error sending|stream terminated|transport is closing|ECONN|failed to connect|private data matching public hash version is not available/i;
const DIVERGED = /ProposalResponsePayloads do not match/;
const MAY_PASS: ReadonlySet<unknown> = new Set([
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.CANCELLED,
  GrpcStatus.RESOURCE_EXHAUSTED,
]);

/** The one place where errors of the Fabric client are read: this, and {@link readSubmitFailure} for submissions. */
export function toLedgerFault(error: unknown, stage: LedgerStage): LedgerFault {
  if (error instanceof LedgerFault) return error;
  const { code } = error as ClientError;
  const texts = textsOf(error);
  for (const text of texts) {
    const found = readErrorMessage(text);
    if (found !== undefined) return new LedgerFault('chaincode', found.reason, { ...found, cause: error });
  }
  if (texts.some((text) => DIVERGED.test(text))) {
    return new LedgerFault('conflict', 'endorsers saw different states', { cause: error });
  }
  if (MAY_PASS.has(code) || texts.some((text) => ABSENT.test(text))) {
    return new LedgerFault('unavailable', `no answer at ${stage}`, { cause: error });
  }
  return new LedgerFault('refused', `refused at ${stage}`, { cause: error });
}

/** SmartBFT's answer to a request that stands in its pool, or that it has taken from there into a block. */
const ORDERED_ALREADY = /request already (exists|processed)/;
const REFUSED_BY_ORDERER = /status=(BAD_REQUEST|FORBIDDEN)/;

/**
 * What a failed submission says. An orderer that knows the transaction already is no failure: the gateway service counts it as one when the
 * block was faster than the broadcast. Otherwise no text of a peer proves that nothing was ordered, but for a refusal of what was never sent before.
 */
export function readSubmitFailure(error: unknown): 'ordered' | LedgerFault {
  const text = textsOf(error).join('; ');
  if (ORDERED_ALREADY.test(text)) return 'ordered';
  if ((error as ClientError).code === GrpcStatus.ABORTED && REFUSED_BY_ORDERER.test(text)) {
    return new LedgerFault('refused', 'refused by the ordering service', { cause: error });
  }
  return new LedgerFault('unknown', 'no answer of the ordering service', { cause: error });
}

function textsOf(error: unknown): readonly string[] {
  const { message, details = [] } = error as ClientError;
  return [...details.map((detail) => detail.message), message];
}

const VALID = 0;
/** Validation codes of `peer.TxValidationCode` that a new endorsement can cure. */
const CURABLE: ReadonlySet<number> = new Set([
  10, // ENDORSEMENT_POLICY_FAILURE: a key policy changed meanwhile
  11, // MVCC_READ_CONFLICT
  12, // PHANTOM_READ_CONFLICT
]);
/** As raft orderers let it happen; BFT orderers refuse what they have ordered. */
const DUPLICATE_TXID = 9;

/**
 * The fault of a transaction that stands in a block, or undefined where it is valid.
 * A duplicate says nothing of the first of its id, which alone takes effect: `unknown`, to be asked again.
 */
export function toValidationFault(validationCode: number, txId: string): LedgerFault | undefined {
  if (validationCode === VALID) return undefined;
  if (validationCode === DUPLICATE_TXID) return new LedgerFault('unknown', `${txId} was ordered twice`);
  const kind = CURABLE.has(validationCode) ? 'conflict' : 'refused';
  return new LedgerFault(kind, `${txId} is invalid, validation code ${validationCode}`);
}
