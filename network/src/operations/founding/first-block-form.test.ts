import { common } from '@hyperledger/fabric-protos';
import { dataHash } from '../../embedded/ledger/block-hash.ts';
import { flawOfFirstBlock } from './first-block-form.ts';

const CHANNEL = 'mychannel';

function envelope(type: number = common.HeaderType.CONFIG, channel = CHANNEL): Uint8Array {
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(type);
  channelHeader.setChannelId(channel);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  const wrapped = new common.Envelope();
  wrapped.setPayload(payload.serializeBinary());
  return wrapped.serializeBinary();
}

function blockOf(envelopes: readonly Uint8Array[], change: (block: common.Block) => void = () => {}): Uint8Array {
  const header = new common.BlockHeader();
  header.setDataHash(dataHash(envelopes));
  const data = new common.BlockData();
  data.setDataList([...envelopes]);
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([new Uint8Array(4), ...Array.from({ length: 4 }, () => new Uint8Array())]);
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  change(block);
  return block.serializeBinary();
}

describe('the form of a first block', () => {
  it('is right for one configuration of the channel', () => {
    expect(flawOfFirstBlock(blockOf([envelope()]), CHANNEL)).toBeUndefined();
  });

  it.each<[string, Uint8Array]>([
    ['no header or no configuration', blockOf([])],
    ['not the first of a chain', blockOf([envelope()], (block) => block.getHeader()?.setNumber(1))],
    ['not the first of a chain', blockOf([envelope()], (block) => block.getHeader()?.setPreviousHash('AAAA'))],
    [
      '1 transactions besides the configuration',
      blockOf([envelope(), envelope(common.HeaderType.ENDORSER_TRANSACTION)]),
    ],
    ['not the one that its header names', blockOf([envelope()], (block) => block.getHeader()?.setDataHash('AAAA'))],
    [
      'which of its transactions are valid',
      blockOf([envelope()], (block) => block.getMetadata()?.setMetadataList(['', '', 'AA=='])),
    ],
    ['something else than a configuration', blockOf([envelope(common.HeaderType.ENDORSER_TRANSACTION)])],
    ["founds the channel 'other', not 'mychannel'", blockOf([envelope(common.HeaderType.CONFIG, 'other')])],
  ])('is wrong where the block %s', (phrase, bytes) => {
    expect(flawOfFirstBlock(bytes, CHANNEL)).toContain(phrase);
  });
});
