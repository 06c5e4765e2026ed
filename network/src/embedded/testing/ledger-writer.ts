import { dataHash } from '../ledger/block-hash.ts';
import type { CollectionDirectory, CommittedBlock, Ledger } from '../ledger/ledger.ts';
import type { NamespaceReadWriteSet, ReadWriteSet } from '../ledger/read-write-set.ts';
import { encodeReadWriteSet } from '../ledger/read-write-set-codec.ts';
import { encodeUnsignedEnvelope } from '../simulator/endorser-envelope.ts';

export type TestTransaction = Readonly<{ txId: string; readWriteSet: ReadWriteSet; code?: number }>;

/** Collection `coll` of chaincode `cc` belongs to Org1MSP and Org2MSP; `short` lives for two blocks. */
export const testCollections: CollectionDirectory = {
  membersOf: (_chaincode, collection) => (['coll', 'short'].includes(collection) ? ['Org1MSP', 'Org2MSP'] : undefined),
  blockToLive: (_chaincode, collection) => (collection === 'short' ? 2 : 0),
};

/** A transaction of chaincode `cc` that writes these values; `null` deletes. */
export function writing(txId: string, values: Readonly<Record<string, string | null>>, code = 0): TestTransaction {
  const writes = Object.entries(values).map(([key, value]) => ({
    key,
    isDelete: value === null,
    value: Buffer.from(value ?? ''),
  }));
  return { txId, code, readWriteSet: [namespaceSet({ writes })] };
}

export const namespaceSet = (parts: Partial<NamespaceReadWriteSet>): NamespaceReadWriteSet => ({
  namespace: 'cc',
  reads: [],
  ranges: [],
  writes: [],
  metadataWrites: [],
  collections: [],
  ...parts,
});

/** Commits the transactions as the next block. */
export function commitBlock(ledger: Ledger, transactions: readonly TestTransaction[]): Promise<CommittedBlock> {
  const envelopes = transactions.map(({ txId, readWriteSet }) =>
    encodeUnsignedEnvelope({
      channelId: 'ch',
      txId,
      timestamp: { seconds: 1_700_000_000 + ledger.height, nanos: 5 },
      results: encodeReadWriteSet(readWriteSet),
    }),
  );
  return ledger.commit({
    number: ledger.height,
    previousHash: ledger.lastHeaderHash,
    dataHash: dataHash(envelopes),
    envelopes,
    signatures: new Uint8Array(0),
    // Validation drops the results of what it refused.
    outcomes: transactions.map(({ txId, code = 0, readWriteSet }) => ({
      txId,
      code,
      readWriteSet: code === 0 ? readWriteSet : undefined,
    })),
  });
}
