import { ledger } from '@hyperledger/fabric-protos';
import {
  decodeCollectionWrites,
  decodePrivateWrites,
  encodeCollectionWrites,
  encodePrivateWrites,
} from './private-write-set.ts';

const { kvrwset } = ledger.rwset;

describe('private write sets', () => {
  it('are what the official messages read and write', () => {
    const writes = [{ key: 'k', isDelete: false, value: Buffer.from('secret') }];
    const bytes = encodeCollectionWrites(writes, [{ key: 'm', entries: [] }]);
    const sets = [{ namespace: 'cc', collections: [{ collection: 'coll', bytes }] }];
    const encoded = encodePrivateWrites(sets);
    const official = ledger.rwset.TxPvtReadWriteSet.deserializeBinary(encoded);
    expect(Buffer.from(official.serializeBinary()).equals(encoded)).toBe(true);
    const [namespace] = official.getNsPvtRwsetList();
    const [collection] = namespace?.getCollectionPvtRwsetList() ?? [];
    expect([namespace?.getNamespace(), collection?.getCollectionName()]).toEqual(['cc', 'coll']);
    const clear = kvrwset.KVRWSet.deserializeBinary(collection?.getRwset_asU8() ?? new Uint8Array());
    expect(clear.getWritesList()[0]?.getKey()).toBe('k');
    expect(clear.getMetadataWritesList()[0]?.getKey()).toBe('m');
    expect(decodePrivateWrites(encoded)).toEqual(sets);
    expect(decodeCollectionWrites(bytes).writes).toEqual(writes);
  });
});
