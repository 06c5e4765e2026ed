import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { commitBlock, testCollections, writing } from '../testing/ledger-writer.ts';
import { decodeBlock, encodeBlock } from './block-codec.ts';
import { headerHash } from './block-hash.ts';
import { ExpirySchedule } from './expiry-schedule.ts';
import type { Ledger } from './ledger.ts';
import { encodeHead } from './ledger-head.ts';
import { LevelLedger } from './level-ledger.ts';
import { openLedger } from './open-ledger.ts';
import { StagedStore } from './staged-writes.ts';
import { encodeRecord } from './state-record.ts';
import { openStore, type Store } from './store.ts';
import { blockKey, headKey, historyKey, stateKey, transactionKey } from './store-keys.ts';
import { readStoredBlock, sealBlock } from './stored-block.ts';
import { encodeLocation } from './transaction-index.ts';
import { verifyChain } from './verify-chain.ts';

const WRITER = fileURLToPath(new URL('../testing/commit-until-killed.ts', import.meta.url));
const KILLS = 4;

describe('openLedger on disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ledger-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const open = (): Promise<Ledger> => openLedger({ directory, collections: testCollections });

  /** Three blocks, then a change behind the ledger's back. */
  const tampered = async (change: (store: Store) => Promise<void>): Promise<void> => {
    const ledger = await open();
    for (const number of [0, 1, 2])
      await commitBlock(ledger, [writing(`t${number}`, { a: `${number}`, [`k${number}`]: 'v' })]);
    await ledger.close();
    const store = await openStore(directory);
    await change(store);
    await store.close();
  };

  it('finds chain, state, transactions and snapshots again', async () => {
    const ledger = await open();
    await commitBlock(ledger, [writing('t0', { a: '1' })]);
    const snapshot = await ledger.snapshot();
    const { headerHash } = await commitBlock(ledger, [writing('t1', { a: '2' })]);
    await ledger.close();
    const again = await open();
    expect([again.height, again.lastHeaderHash.equals(headerHash), again.snapshots()]).toEqual([2, true, [snapshot]]);
    expect(again.findTransaction('t1')?.blockNumber).toBe(1);
    await commitBlock(again, [writing('t2', { a: '3' })]);
    await again.revert(snapshot.id);
    await again.close();
    const reverted = await open();
    expect(reverted.height).toBe(1);
    await reverted.close();
  });

  it('is opened by one process at a time', async () => {
    const ledger = await open();
    await expect(open()).rejects.toMatchObject({ code: 'LEDGER_IN_USE' });
    await ledger.close();
  });

  it('notices every changed byte of a block', async () => {
    await tampered(async (store) => {
      const bytes = Buffer.from((await store.get(blockKey(1))) ?? []);
      bytes[bytes.indexOf('t1')] = 0x75;
      await store.put(blockKey(1), bytes);
    });
    await expect(open()).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringContaining("kind 'b'"),
    });
  });

  it('notices changed data of a block behind a fitting checksum', async () => {
    await tampered(async (store) => {
      const bytes = Buffer.from(readStoredBlock(store, 1) ?? []);
      bytes[bytes.indexOf('t1')] = 0x75;
      await store.put(blockKey(1), sealBlock(1, bytes));
    });
    await expect(open()).rejects.toMatchObject({ code: 'LEDGER_CORRUPT', message: expect.stringContaining('block 1') });
  });

  it('notices a transaction or a history entry missing from its index', async () => {
    await tampered((store) => store.del(transactionKey('t1')));
    await expect(open()).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringContaining('the index lacks'),
    });
    const store = await openStore(directory);
    const key = transactionKey('t1');
    await store.put(key, encodeLocation(key, { blockNumber: 1, index: 0, code: 0 }));
    await store.del(historyKey('cc', 'a', 1, 0));
    await store.close();
    await expect(open()).rejects.toMatchObject({ code: 'LEDGER_CORRUPT', message: expect.stringContaining('history') });
  });

  it('notices a changed validation code', async () => {
    await tampered(async (store) => {
      const block = decodeBlock(readStoredBlock(store, 1) ?? Buffer.alloc(0));
      await store.put(blockKey(1), sealBlock(1, encodeBlock({ ...block, filter: Buffer.of(11) })));
      const key = transactionKey('t1');
      await store.put(key, encodeLocation(key, { blockNumber: 1, index: 0, code: 11 }));
    });
    await expect(open()).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringContaining('commit hash'),
    });
  });

  it('notices exchanged and missing blocks', async () => {
    await tampered(async (store) => {
      await store.put(blockKey(2), sealBlock(2, readStoredBlock(store, 1) ?? Buffer.alloc(0)));
    });
    await expect(open()).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
  });

  it('notices a last block that hangs in the air, even with a head that fits', async () => {
    await tampered(async (store) => {
      const block = decodeBlock(readStoredBlock(store, 2) ?? Buffer.alloc(0));
      const previousHash = Buffer.alloc(32, 7);
      await store.put(blockKey(2), sealBlock(2, encodeBlock({ ...block, previousHash })));
      const head = {
        height: 3,
        headerHash: headerHash(2, previousHash, block.dataHash),
        commitHash: Buffer.from(block.commitHash),
      };
      await store.put(headKey(), encodeHead(head));
    });
    await expect(open()).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringContaining('does not follow the block before it'),
    });
  });

  it('notices a state value that the chain does not give, even with a fitting checksum', async () => {
    await tampered(async (store) => {
      const key = stateKey('cc', 'a');
      await store.put(key, encodeRecord(key, { value: Buffer.from('9'), metadata: [], version: { block: 2, tx: 0 } }));
    });
    await expect(open()).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringContaining('not what the chain gives'),
    });
  });

  it('notices a removed state value and a changed head', async () => {
    await tampered((store) => store.del(stateKey('cc', 'k1')));
    await expect(open()).rejects.toMatchObject({ code: 'LEDGER_CORRUPT', message: expect.stringContaining('missing') });
    const store = await openStore(directory);
    const head = Buffer.from((await store.get(headKey())) ?? []);
    head[7] = 2;
    await store.put(headKey(), head);
    await store.close();
    await expect(open()).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
  });

  it('does not serve a block or a value changed while it runs', async () => {
    await tampered(async () => undefined);
    const store = await openStore(directory);
    const verified = await verifyChain(store, testCollections);
    const staged = await StagedStore.open(store, verified.head.height);
    const expiries = await ExpirySchedule.open(store);
    const ledger = new LevelLedger({ store, collections: testCollections, staged, expiries }, verified);
    const bytes = Buffer.from((await store.get(blockKey(1))) ?? []);
    bytes[bytes.indexOf('t1')] = 0x75;
    await store.put(blockKey(1), bytes);
    expect(() => ledger.getBlock(1)).toThrow('LEDGER_CORRUPT');
    const parts = decodeBlock(readStoredBlock(store, 2) ?? Buffer.alloc(0));
    const otherData = encodeBlock({ ...parts, envelopes: [Buffer.from('other')] });
    await store.put(blockKey(2), sealBlock(2, otherData));
    expect(() => ledger.getBlock(2)).toThrow('other data than its header says');
    await store.put(blockKey(2), sealBlock(2, encodeBlock({ ...parts, dataHash: Buffer.alloc(32) })));
    expect(() => ledger.getBlock(2)).toThrow('has another header');
    const key = stateKey('cc', 'a');
    const record = Buffer.from((await store.get(key)) ?? []);
    record[record.length - 1] = 0x39;
    await store.put(key, record);
    expect(() => ledger.view().get('cc', 'a')).toThrow('LEDGER_CORRUPT');
    await ledger.close();
  });

  it(`loses no acknowledged block to kill -9, ${KILLS} times in a row`, async () => {
    let acknowledged = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const writer = spawn(process.execPath, [WRITER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
      const target = acknowledged + 5 + kill;
      for await (const line of createInterface({ input: writer.stdout })) {
        acknowledged = Number(line);
        if (acknowledged >= target) writer.kill('SIGKILL');
      }
      if (writer.signalCode === null) await once(writer, 'exit');
      expect(writer.signalCode).toBe('SIGKILL');
      const ledger = await open();
      expect(ledger.height).toBeGreaterThanOrEqual(acknowledged);
      const view = ledger.view();
      for (let number = 0; number < acknowledged; number++) {
        expect(view.get('cc', `key-${number}`)?.value.toString()).toBe(`value-${number}`);
        expect(ledger.findTransaction(`tx-${number}`)?.blockNumber).toBe(number);
      }
      view.close();
      await ledger.close();
    }
  });
});
