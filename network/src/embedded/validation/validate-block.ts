import type { MspManager } from '../../msp/msp-manager.ts';
import { VALIDATION_CODES, type ValidationCode } from '../../protocol/validation-code.ts';
import type { TransactionOutcome } from '../ledger/ledger.ts';
import type { ReadWriteSet } from '../ledger/read-write-set.ts';
import type { StateView } from '../ledger/state-view.ts';
import { BlockUpdates } from './block-updates.ts';
import { checkConflicts } from './check-conflicts.ts';
import { checkEndorsements } from './check-endorsements.ts';
import { checkEnvelope } from './check-envelope.ts';
import type { EndorsementRules } from './endorsement-rules.ts';
import { PolicyChanges } from './policy-changes.ts';

/** What a block is validated against. */
export type ValidationContext = Readonly<{
  msps: MspManager;
  rules: EndorsementRules;
  /** The state before the block. */
  view: StateView;
  /** Whether the chain below the block holds a transaction of this id, valid or not. */
  isOnChain(txId: string): boolean;
  /** Injected fault: whether this transaction, so far without one, is to be reported as a conflict. */
  isForcedConflict?(): boolean;
}>;

/**
 * A verdict for each envelope of a block, in order. As in Fabric the checks run in two passes: first everything about one
 * transaction and its endorsements (with ids repeated in the block), then conflicts with what was valid before it.
 */
export async function validateBlock(
  number: number,
  envelopes: readonly Uint8Array[],
  context: ValidationContext,
): Promise<TransactionOutcome[]> {
  const checked = checkTransactions(envelopes, context);
  const updates = new BlockUpdates(context.view);
  const outcomes: TransactionOutcome[] = [];
  for (const [index, { txId, code, readWriteSet }] of checked.entries()) {
    if (readWriteSet === undefined) {
      outcomes.push({ txId, code, readWriteSet: undefined });
      continue;
    }
    const found = await checkConflicts(readWriteSet, context.view, updates);
    const forced = found === VALIDATION_CODES.VALID && context.isForcedConflict?.() === true;
    const verdict = forced ? VALIDATION_CODES.MVCC_READ_CONFLICT : found;
    const valid = verdict === VALIDATION_CODES.VALID;
    if (valid) updates.apply(readWriteSet, { block: number, tx: index });
    outcomes.push({ txId, code: verdict, readWriteSet: valid ? readWriteSet : undefined });
  }
  return outcomes;
}

/** Outcome of the first pass: the read-write set is there exactly when nothing was found. */
type Checked = Readonly<{ txId: string; code: ValidationCode; readWriteSet: ReadWriteSet | undefined }>;

function checkTransactions(envelopes: readonly Uint8Array[], context: ValidationContext): Checked[] {
  const policyChanges = new PolicyChanges();
  const seen = new Set<string>();
  return envelopes.map((bytes) => {
    const envelope = checkEnvelope(bytes, context.msps);
    if (!envelope.ok) return { txId: envelope.txId, code: envelope.code, readWriteSet: undefined };
    const { txId } = envelope.transaction;
    const refuse = (code: ValidationCode): Checked => ({ txId, code, readWriteSet: undefined });
    if (context.isOnChain(txId)) return refuse(VALIDATION_CODES.DUPLICATE_TXID);
    const endorsed = checkEndorsements(envelope.transaction, { ...context, policyChanges });
    if (!endorsed.ok) return refuse(endorsed.code);
    policyChanges.add(endorsed.readWriteSet);
    if (seen.has(txId)) return refuse(VALIDATION_CODES.DUPLICATE_TXID);
    seen.add(txId);
    return { txId, code: VALIDATION_CODES.VALID, readWriteSet: endorsed.readWriteSet };
  });
}
