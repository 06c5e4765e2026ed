import { ledger } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { TEST_SEED } from '../testing/test-seed.ts';
import type { NamespaceReadWriteSet, ReadWriteSet } from './read-write-set.ts';
import { decodeReadWriteSet, encodeReadWriteSet } from './read-write-set-codec.ts';

const { kvrwset } = ledger.rwset;

const version = fc.option(fc.record({ block: fc.integer({ min: 0, max: 2 ** 40 }), tx: fc.nat(300) }), {
  nil: undefined,
});
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const bytes = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value));
const read = fc.record({ key: text, version });
const entries = fc.array(fc.record({ name: text, value: bytes }), { maxLength: 3 });
const set: fc.Arbitrary<NamespaceReadWriteSet> = fc.record({
  namespace: fc.string({ minLength: 1, maxLength: 20 }),
  reads: fc.array(read, { maxLength: 4 }),
  ranges: fc.array(
    fc.record({
      startKey: text,
      endKey: text,
      exhausted: fc.boolean(),
      rows: fc.option(fc.array(read, { minLength: 1, maxLength: 3 }), { nil: undefined }),
      merkle: fc.constant(undefined),
    }),
    { maxLength: 2 },
  ),
  writes: fc.array(fc.record({ key: text, isDelete: fc.boolean(), value: bytes }), { maxLength: 4 }),
  metadataWrites: fc.array(fc.record({ key: text, entries }), { maxLength: 2 }),
  collections: fc.array(
    fc.record({
      collection: fc.string({ minLength: 1, maxLength: 10 }),
      reads: fc.array(fc.record({ keyHash: bytes, version }), { maxLength: 2 }),
      writes: fc.array(fc.record({ keyHash: bytes, isDelete: fc.boolean(), valueHash: bytes, isPurge: fc.boolean() }), {
        maxLength: 2,
      }),
      metadataWrites: fc.array(fc.record({ keyHash: bytes, entries }), { maxLength: 1 }),
      privateHash: bytes,
    }),
    { maxLength: 2 },
  ),
});

/** The same bytes through the official messages: decoded and encoded again by google-protobuf. */
function throughOfficialMessages(encoded: Uint8Array): Buffer {
  const official = ledger.rwset.TxReadWriteSet.deserializeBinary(encoded);
  for (const namespace of official.getNsRwsetList()) {
    namespace.setRwset(kvrwset.KVRWSet.deserializeBinary(namespace.getRwset_asU8()).serializeBinary());
    for (const collection of namespace.getCollectionHashedRwsetList()) {
      const hashed = kvrwset.HashedRWSet.deserializeBinary(collection.getHashedRwset_asU8());
      collection.setHashedRwset(hashed.serializeBinary());
    }
  }
  return Buffer.from(official.serializeBinary());
}

describe('read-write set codec', () => {
  it('writes the bytes of the official messages and reads them back', () => {
    fc.assert(
      fc.property(fc.array(set, { maxLength: 3 }), (sets) => {
        const encoded = encodeReadWriteSet(sets);
        expect(throughOfficialMessages(encoded).equals(encoded)).toBe(true);
        expect(decodeReadWriteSet(encoded)).toEqual(sets);
      }),
      { seed: TEST_SEED, numRuns: 200 },
    );
  });

  it('writes a Merkle summary as the official message has it', () => {
    const merkle = { maxDegree: 50, maxLevel: 2, hashes: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] };
    const range = { startKey: 'a', endKey: 'z', exhausted: true, rows: undefined, merkle };
    const sets: ReadWriteSet = [
      { namespace: 'ns', reads: [], ranges: [range], writes: [], metadataWrites: [], collections: [] },
    ];
    const official = ledger.rwset.TxReadWriteSet.deserializeBinary(encodeReadWriteSet(sets));
    const [decoded] = kvrwset.KVRWSet.deserializeBinary(
      official.getNsRwsetList()[0]?.getRwset_asU8() ?? new Uint8Array(),
    ).getRangeQueriesInfoList();
    const summary = decoded?.getReadsMerkleHashes();
    expect([summary?.getMaxDegree(), summary?.getMaxLevel(), summary?.getMaxLevelHashesList().length]).toEqual([
      50, 2, 2,
    ]);
    expect(decodeReadWriteSet(encodeReadWriteSet(sets))).toEqual(sets);
  });

  it('refuses bytes that are no message, and text that is not UTF-8', () => {
    expect(() => decodeReadWriteSet(Buffer.from('120a', 'hex'))).toThrow('unexpected end of message');
    expect(() => decodeReadWriteSet(Buffer.from('12040a02c328', 'hex'))).toThrow('string field contains invalid UTF-8');
  });

  it('never reads past the end, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (input) => {
        try {
          decodeReadWriteSet(input);
        } catch (error) {
          expect(error).toMatchObject({ code: 'WIRE_MALFORMED' });
        }
      }),
      { seed: TEST_SEED, numRuns: 2_000 },
    );
  });
});
