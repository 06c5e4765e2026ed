import { sha256 } from '../ledger/block-hash.ts';
import { decodeCollectionWrites } from '../ledger/private-write-set.ts';
import { RangeSummary } from './range-summary.ts';
import { ReadWriteSetBuilder } from './read-write-set-builder.ts';

const value = Buffer.from('v');
const hashes = (...keys: string[]): Buffer[] => keys.map((key) => sha256(Buffer.from(key)));

describe('ReadWriteSetBuilder', () => {
  it('sorts namespaces and keys, and names each key once', () => {
    const builder = new ReadWriteSetBuilder();
    builder.addWrite('b', 'z', value);
    builder.addRead('a', 'y', { block: 1, tx: 0 });
    builder.addRead('a', 'x', undefined);
    builder.addRead('a', 'y', { block: 1, tx: 0 });
    builder.addWrite('a', 'k', Buffer.from('first'));
    builder.addWrite('a', 'k', value);
    builder.addWrite('a', 'c', value);
    builder.addMetadataWrite('a', 'm', []);
    const [a, b] = builder.build().publicSet;
    expect([a?.namespace, b?.namespace]).toEqual(['a', 'b']);
    expect(a?.reads.map(({ key }) => key)).toEqual(['x', 'y']);
    expect(a?.writes).toEqual([
      { key: 'c', isDelete: false, value },
      { key: 'k', isDelete: false, value },
    ]);
    expect(a?.metadataWrites).toEqual([{ key: 'm', entries: [] }]);
  });

  it('sorts collections by name and hashed keys by the clear ones', () => {
    const builder = new ReadWriteSetBuilder();
    for (const key of ['z', 'w', 'y', 'x']) builder.addPrivateWrite('cc', 'second', key, value);
    for (const key of ['b', 'a']) builder.addHashedRead('cc', 'first', key, undefined);
    builder.addPrivateMetadataWrite('cc', 'second', 'm', []);
    const { publicSet, privateWrites } = builder.build();
    const [first, second] = publicSet[0]?.collections ?? [];
    expect([first?.collection, second?.collection]).toEqual(['first', 'second']);
    expect(first?.reads.map(({ keyHash }) => keyHash)).toEqual(hashes('a', 'b'));
    expect(first?.privateHash).toHaveLength(0);
    expect(second?.writes.map(({ keyHash }) => keyHash)).toEqual(hashes('w', 'x', 'y', 'z'));
    const [clear] = privateWrites[0]?.collections ?? [];
    expect(decodeCollectionWrites(clear?.bytes ?? value).writes.map(({ key }) => key)).toEqual(['w', 'x', 'y', 'z']);
    expect(second?.privateHash).toEqual(sha256(clear?.bytes ?? value));
    expect(privateWrites[0]?.collections).toHaveLength(1);
  });

  it('marks an empty value and a purge as deletes', () => {
    const builder = new ReadWriteSetBuilder();
    builder.addWrite('cc', 'k', new Uint8Array(0));
    builder.addPrivateWrite('cc', 'coll', 'k', new Uint8Array(0), true);
    const [set] = builder.build().publicSet;
    expect(set?.writes[0]?.isDelete).toBe(true);
    expect(set?.collections[0]?.writes[0]).toMatchObject({
      isDelete: true,
      isPurge: true,
      valueHash: new Uint8Array(0),
    });
  });

  it('keeps ranges in the order of the calls, an equal one once', () => {
    const builder = new ReadWriteSetBuilder();
    const range = (startKey: string) => ({ startKey, endKey: 'z', exhausted: true, summary: new RangeSummary() });
    for (const startKey of ['m', 'a', 'm']) builder.addRange('cc', range(startKey));
    expect(builder.build().publicSet[0]?.ranges.map(({ startKey }) => startKey)).toEqual(['m', 'a']);
  });
});
