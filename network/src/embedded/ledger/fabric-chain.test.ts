import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type BlockParts, decodeBlock } from './block-codec.ts';
import { decodeEnvelopeHead, resultsOf } from './endorser-transaction.ts';
import type { CollectionDirectory, TransactionOutcome } from './ledger.ts';
import { openLedger } from './open-ledger.ts';
import { decodeReadWriteSet, encodeReadWriteSet } from './read-write-set-codec.ts';

/**
 * A chain that three peers of Fabric 3.1.5 wrote while the conformance scenarios `sbe-organisations`, `private-purge`,
 * `private-block-to-live` and `duplicate-transaction` ran: key policies, private data, purges, expiry, invalid transactions.
 */
const CHAIN = new URL('../testing/fabric-blocks.json.gz', import.meta.url);
const ENDORSER_TRANSACTION = 3;
const MEMBERS = ['Org1MSP', 'Org2MSP'];
const collections: CollectionDirectory = {
  membersOf: () => MEMBERS,
  blockToLive: (_chaincode, collection) => (collection === 'collBTL' ? 3 : 0),
};

describe('a chain of native Fabric', () => {
  let blocks: Buffer[];
  let directory: string;
  beforeAll(async () => {
    const texts: string[] = JSON.parse(gunzipSync(await readFile(CHAIN)).toString());
    blocks = texts.map((text) => Buffer.from(text, 'base64'));
    directory = await mkdtemp(join(tmpdir(), 'ledger-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('comes out of the ledger byte for byte: header links, data hashes, commit hashes, metadata', async () => {
    const ledger = await openLedger({ directory, collections });
    for (const native of blocks) {
      const parts = decodeBlock(native);
      const { bytes } = await ledger.commit({ ...parts, outcomes: outcomesOf(parts) });
      expect(bytes.equals(native)).toBe(true);
    }
    await ledger.close();
  });

  it('is verified when the ledger is opened again', async () => {
    const ledger = await openLedger({ directory, collections });
    expect(ledger.height).toBe(blocks.length);
    await ledger.close();
  });

  it('has read-write sets that decode and encode to their own bytes', () => {
    const results = blocks.flatMap((block) => decodeBlock(block).envelopes.flatMap(resultsIn));
    expect(results.length).toBeGreaterThan(30);
    for (const bytes of results) expect(encodeReadWriteSet(decodeReadWriteSet(bytes)).equals(bytes)).toBe(true);
  });
});

function outcomesOf({ envelopes, filter }: BlockParts): TransactionOutcome[] {
  return envelopes.map((envelope, index) => {
    const [results] = resultsIn(envelope);
    return {
      txId: decodeEnvelopeHead(envelope).txId,
      code: filter[index] ?? 0,
      readWriteSet: results && decodeReadWriteSet(results),
    };
  });
}

function resultsIn(envelope: Uint8Array): Buffer[] {
  const { type, data } = decodeEnvelopeHead(envelope);
  return type === ENDORSER_TRANSACTION ? [resultsOf(data)] : [];
}
