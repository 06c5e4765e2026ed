import { common } from '@hyperledger/fabric-protos';
import type { MspManager } from '../../msp/msp-manager.ts';
import { EnvelopeFormatError, readEnvelope, type SignedEnvelope } from '../../protocol/signed-envelope.ts';
import { computeTransactionId } from '../../protocol/transaction-id.ts';
import { VALIDATION_CODES, type ValidationCode } from '../../protocol/validation-code.ts';
import { type EndorsedAction, readEndorsedAction } from './endorsed-action.ts';

/** A transaction that is well formed and belongs to its creator; its endorsements have not been looked at. */
export type CheckedTransaction = Readonly<{ envelope: SignedEnvelope; txId: string; action: EndorsedAction }>;

/** Outcome of the checks that need no ledger. `txId` is empty when it cannot be read. */
export type EnvelopeCheck =
  | Readonly<{ ok: true; transaction: CheckedTransaction }>
  | Readonly<{ ok: false; code: ValidationCode; txId: string }>;

/** Checks one envelope of a block in Fabric's order: payload, common header, creator's signature, id, action. */
export function checkEnvelope(bytes: Uint8Array, msps: MspManager): EnvelopeCheck {
  let envelope: SignedEnvelope;
  try {
    envelope = readEnvelope(bytes);
  } catch (error) {
    if (error instanceof EnvelopeFormatError) return { ok: false, code: codeOfFault(error), txId: '' };
    throw error;
  }
  const { channelHeader, creator, nonce } = envelope;
  const txId = channelHeader.getTxId();
  const refuse = (code: ValidationCode): EnvelopeCheck => ({ ok: false, code, txId });
  const type = channelHeader.getType();
  if (!HEADER_TYPES.has(type) || channelHeader.getEpoch() !== 0 || nonce.length === 0 || creator.length === 0) {
    return refuse(VALIDATION_CODES.BAD_COMMON_HEADER);
  }
  const identity = msps.find(creator);
  if (identity === undefined || identity.invalidReason !== undefined) {
    return refuse(VALIDATION_CODES.BAD_CREATOR_SIGNATURE);
  }
  if (!msps.verify(identity, envelope.payload, envelope.signature))
    return refuse(VALIDATION_CODES.BAD_CREATOR_SIGNATURE);
  if (type !== common.HeaderType.ENDORSER_TRANSACTION) {
    // configuration comes from the orderer only, and this network has no configuration updates
    return refuse(VALIDATION_CODES.UNSUPPORTED_TX_PAYLOAD);
  }
  if (txId !== computeTransactionId(nonce, creator)) return refuse(VALIDATION_CODES.BAD_PROPOSAL_TXID);
  try {
    const action = readEndorsedAction(envelope.channelHeaderBytes, envelope.data);
    return { ok: true, transaction: { envelope, txId, action } };
  } catch {
    return refuse(VALIDATION_CODES.INVALID_ENDORSER_TRANSACTION);
  }
}

const HEADER_TYPES: ReadonlySet<number> = new Set([
  common.HeaderType.ENDORSER_TRANSACTION,
  common.HeaderType.CONFIG_UPDATE,
  common.HeaderType.CONFIG,
]);

function codeOfFault(error: EnvelopeFormatError): ValidationCode {
  if (error.fault === 'envelope') return VALIDATION_CODES.INVALID_OTHER_REASON;
  return error.fault === 'payload' ? VALIDATION_CODES.BAD_PAYLOAD : VALIDATION_CODES.BAD_COMMON_HEADER;
}
