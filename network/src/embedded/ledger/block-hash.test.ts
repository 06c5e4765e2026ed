import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { decodeBlock, encodeBlock } from './block-codec.ts';
import { dataHash, headerHash } from './block-hash.ts';

const sha256 = (hex: string): string => createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');

describe('block hashes', () => {
  it('hashes the DER form of a header', () => {
    const empty = headerHash(0, Buffer.alloc(0), Buffer.from('aa', 'hex'));
    expect(empty.toString('hex')).toBe(sha256('3008020100' + '0400' + '0401aa'));
    const previous = Buffer.alloc(32, 1);
    const data = Buffer.alloc(32, 2);
    const tail = `0420${previous.toString('hex')}0420${data.toString('hex')}`;
    expect(headerHash(127, previous, data).toString('hex')).toBe(sha256(`304702017f${tail}`));
    expect(headerHash(128, previous, data).toString('hex')).toBe(sha256(`304802020080${tail}`));
    expect(headerHash(2 ** 40, previous, data).toString('hex')).toBe(sha256(`304c0206010000000000${tail}`));
  });

  it('hashes the envelopes one after the other', () => {
    expect(dataHash([Buffer.from('ab', 'hex'), Buffer.from('cd', 'hex')]).toString('hex')).toBe(sha256('abcd'));
  });

  it('writes blocks that the official message reads, and reads them back', () => {
    const parts = {
      number: 300,
      previousHash: Buffer.alloc(32, 1),
      dataHash: Buffer.alloc(32, 2),
      envelopes: [Buffer.from('one'), Buffer.alloc(70_000, 3)],
      signatures: Buffer.from('signed'),
      filter: Buffer.of(0, 11),
      commitHash: Buffer.alloc(32, 4),
    };
    const bytes = encodeBlock(parts);
    const official = common.Block.deserializeBinary(bytes);
    expect(official.getHeader()?.getNumber()).toBe(300);
    expect(
      official
        .getMetadata()
        ?.getMetadataList_asU8()
        .map((slot) => slot.length),
    ).toEqual([6, 0, 2, 0, 34]);
    expect(Buffer.from(official.serializeBinary()).equals(bytes)).toBe(true);
    expect(decodeBlock(bytes)).toEqual(parts);
  });
});
