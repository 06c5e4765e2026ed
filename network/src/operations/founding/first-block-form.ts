import { common } from '@hyperledger/fabric-protos';
import { dataHash } from '../../embedded/ledger/block-hash.ts';

const { TRANSACTIONS_FILTER } = common.BlockMetadataIndex;

/**
 * What keeps bytes from being the first block of a channel and nothing besides: number 0 after no block, one envelope, the channel's
 * configuration, under the hash in its header. A peer joins with a block without looking: it takes whatever else stands in it as valid, and
 * whatever channel it names (Fabric's core/scc/cscc and core/ledger).
 * @returns a phrase that follows 'the block', or undefined where all is in order
 */
export function flawOfFirstBlock(bytes: Uint8Array, channel: string): string | undefined {
  const block = common.Block.deserializeBinary(bytes);
  const header = block.getHeader();
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const [envelope] = envelopes;
  if (header === undefined || envelope === undefined) return 'has no header or no configuration';
  if (header.getNumber() !== 0 || header.getPreviousHash_asU8().length > 0) return 'is not the first of a chain';
  if (envelopes.length > 1) return `holds ${envelopes.length - 1} transactions besides the configuration`;
  if (!dataHash(envelopes).equals(header.getDataHash_asU8())) return 'is not the one that its header names';
  const filter = block.getMetadata()?.getMetadataList_asU8()[TRANSACTIONS_FILTER] ?? new Uint8Array();
  if (filter.length > 0) return 'says itself which of its transactions are valid';
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const named = common.ChannelHeader.deserializeBinary(
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
  );
  if (named.getType() !== common.HeaderType.CONFIG) return 'begins with something else than a configuration';
  if (named.getChannelId() !== channel) return `founds the channel '${named.getChannelId()}', not '${channel}'`;
  return undefined;
}
