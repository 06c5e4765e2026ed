import { common, peer } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { TEST_SEED } from '../embedded/testing/test-seed.ts';
import { isWireFormat, parseMessage } from './parse-message.ts';

describe('parsing a message', () => {
  it.each([
    ['text', Buffer.from('hello')],
    ['a truncated field', Buffer.from([0x0a, 5, 1])],
    ['field number 0', Buffer.from([0x02, 0])],
    ['a varint without end', Buffer.from([0x08, ...Array.from({ length: 11 }, () => 0xff)])],
    ['a group', Buffer.from([0x0b, 0x0c])],
    ['half a fixed number', Buffer.from([0x0d, 1, 2])],
  ])('refuses %s with the text of a peer', (_, bytes) => {
    expect(() => parseMessage(peer.Proposal, bytes)).toThrow('proto: cannot parse invalid wire-format data');
  });

  it('accepts every message there is and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), (bytes, text) => {
        const header = new common.ChannelHeader();
        header.setExtension$(bytes);
        header.setChannelId(text);
        expect(isWireFormat(header.serializeBinary())).toBe(true);
        expect(typeof isWireFormat(bytes)).toBe('boolean');
      }),
      { seed: TEST_SEED, numRuns: 300 },
    );
  });
});
