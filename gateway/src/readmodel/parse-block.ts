import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';

/** One transaction of a block, as far as the read model needs it. */
export type BlockTransaction = Readonly<{
  txId: string;
  txIndex: number;
  /** `peer.TxValidationCode`; 0 is valid. */
  validationCode: number;
  timeMs: number;
  submitterMspId: string;
  channel: string;
  /** The function and its arguments as the client sent them, or undefined for other transactions (configuration). */
  invocation: Readonly<{ chaincode: string; functionName: string; args: readonly string[] }> | undefined;
  /** Keys read in the chaincode's own namespace. */
  reads: readonly string[];
  /** `value` is null for a delete. */
  writes: readonly Readonly<{ key: string; value: Uint8Array | null }>[];
  /** Key policies set (metadata `VALIDATION_PARAMETER`). */
  policies: readonly Readonly<{ key: string; policy: Uint8Array }>[];
  /** Private collections touched; their contents are not in the block. */
  collections: readonly string[];
}>;

const ENDORSER_TRANSACTION = common.HeaderType.ENDORSER_TRANSACTION;
const TRANSACTIONS_FILTER = common.BlockMetadataIndex.TRANSACTIONS_FILTER;
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/**
 * @param chaincode namespace whose reads and writes are wanted
 * @throws Error for bytes that are not a block of Fabric 3
 */
export function parseBlock(block: common.Block, chaincode: string): readonly BlockTransaction[] {
  const codes = block.getMetadata()?.getMetadataList_asU8()[TRANSACTIONS_FILTER] ?? new Uint8Array();
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  return envelopes.map((bytes, txIndex) => parseEnvelope(bytes, txIndex, codes[txIndex] ?? -1, chaincode));
}

function parseEnvelope(
  bytes: Uint8Array,
  txIndex: number,
  validationCode: number,
  chaincode: string,
): BlockTransaction {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const header = payload.getHeader();
  const channelHeader = common.ChannelHeader.deserializeBinary(header?.getChannelHeader_asU8() ?? new Uint8Array());
  const signatureHeader = common.SignatureHeader.deserializeBinary(
    header?.getSignatureHeader_asU8() ?? new Uint8Array(),
  );
  const timestamp = channelHeader.getTimestamp();
  const transaction = {
    txId: channelHeader.getTxId(),
    txIndex,
    validationCode,
    timeMs: boundedMs((timestamp?.getSeconds() ?? 0) * 1000 + Math.floor((timestamp?.getNanos() ?? 0) / 1_000_000)),
    submitterMspId: msp.SerializedIdentity.deserializeBinary(signatureHeader.getCreator_asU8()).getMspid(),
    channel: channelHeader.getChannelId(),
  };
  const empty = { invocation: undefined, reads: [], writes: [], policies: [], collections: [] };
  if (channelHeader.getType() !== ENDORSER_TRANSACTION || validationCode !== 0) return { ...transaction, ...empty };
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  if (action === undefined) return { ...transaction, ...empty };
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  return { ...transaction, invocation: parseInvocation(actionPayload), ...parseResults(actionPayload, chaincode) };
}

/** Times that a date can hold: a client may send any. */
const MAX_DATE_MS = 8.64e15;

function boundedMs(ms: number): number {
  return Math.max(-MAX_DATE_MS, Math.min(MAX_DATE_MS, ms));
}

function parseInvocation(payload: peer.ChaincodeActionPayload): BlockTransaction['invocation'] {
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(payload.getChaincodeProposalPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  const [functionName = '', ...args] = (spec?.getInput()?.getArgsList_asU8() ?? []).map((arg) =>
    Buffer.from(arg).toString('utf8'),
  );
  return { chaincode: spec?.getChaincodeId()?.getName() ?? '', functionName, args };
}

function parseResults(
  payload: peer.ChaincodeActionPayload,
  chaincode: string,
): Pick<BlockTransaction, 'reads' | 'writes' | 'policies' | 'collections'> {
  const response = payload.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array();
  const extension = peer.ProposalResponsePayload.deserializeBinary(response).getExtension_asU8();
  const results = peer.ChaincodeAction.deserializeBinary(extension).getResults_asU8();
  const namespaces = ledger.rwset.TxReadWriteSet.deserializeBinary(results).getNsRwsetList();
  const own = namespaces.find((namespace) => namespace.getNamespace() === chaincode);
  const set = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(own?.getRwset_asU8() ?? new Uint8Array());
  return {
    reads: set.getReadsList().map((read) => read.getKey()),
    // An empty value is a delete as well (conformance: state).
    writes: set.getWritesList().map((write) => ({
      key: write.getKey(),
      value: write.getIsDelete() || write.getValue_asU8().length === 0 ? null : write.getValue_asU8(),
    })),
    policies: set.getMetadataWritesList().flatMap((write) =>
      write
        .getEntriesList()
        .filter((entry) => entry.getName() === VALIDATION_PARAMETER)
        .map((entry) => ({ key: write.getKey(), policy: entry.getValue_asU8() })),
    ),
    collections: (own?.getCollectionHashedRwsetList() ?? []).map((collection) => collection.getCollectionName()),
  };
}
