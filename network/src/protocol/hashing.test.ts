import { createHash } from 'node:crypto';
import { headerHash } from '../embedded/ledger/block-hash.ts';
import { blockHeaderBytes } from './block-header.ts';
import { channelHeaderAt, channelHeaderTimeMs } from './channel-header-at.ts';
import { computeProposalHash } from './proposal-hash.ts';
import { packStatus } from './rpc-error.ts';
import { computeTransactionId } from './transaction-id.ts';

describe('bytes that others recompute', () => {
  it('transaction id: SHA-256 of nonce and creator', () => {
    expect(computeTransactionId(Buffer.from('ab'), Buffer.from('c'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', // FIPS 180-4 vector of "abc"
    );
  });

  it('proposal hash: SHA-256 of the three parts as sent', () => {
    const hash = computeProposalHash(Buffer.from('a'), Buffer.from('b'), Buffer.from('c'));
    expect(hash.toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it.each([0, 1, 127, 128, 255, 256, 2 ** 32, 2 ** 53 - 1])(
    'block header %d: what is signed hashes to the link',
    (number) => {
      for (const previous of [Buffer.alloc(0), Buffer.alloc(32, 7)]) {
        const bytes = blockHeaderBytes(number, previous, Buffer.alloc(32, 9));
        expect(createHash('sha256').update(bytes).digest()).toEqual(headerHash(number, previous, Buffer.alloc(32, 9)));
      }
    },
  );

  it('time stamps keep their milliseconds', () => {
    expect(channelHeaderTimeMs(channelHeaderAt(1795258624048))).toBe(1795258624048);
  });

  it('error details: google.rpc.Status with an Any for each', () => {
    const packed = packStatus(10, 'm', [{ address: 'h:1', mspId: 'A', message: 'x' }]);
    const type = Buffer.from('type.googleapis.com/gateway.ErrorDetail');
    const detail = Buffer.from('0a03683a311201411a0178', 'hex');
    const any = Buffer.concat([Buffer.from([0x0a, type.length]), type, Buffer.from([0x12, detail.length]), detail]);
    const expected = Buffer.concat([Buffer.from('080a12016d', 'hex'), Buffer.from([0x1a, any.length]), any]);
    expect(packed.toString('hex')).toBe(expected.toString('hex'));
  });
});
