import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitBlock, namespaceSet, testCollections, writing } from '../testing/ledger-writer.ts';
import { decodeBlock } from './block-codec.ts';
import { sha256 } from './block-hash.ts';
import type { Ledger } from './ledger.ts';
import { openLedger } from './open-ledger.ts';
import { encodeCollectionWrites, encodePrivateWrites } from './private-write-set.ts';

/** What every store has to do; the same tests in memory and on disk. */
describe.each(['memory', 'disk'])('ledger in %s', (where) => {
  let directory: string | undefined;
  let ledger: Ledger;

  beforeEach(async () => {
    directory = where === 'disk' ? await mkdtemp(join(tmpdir(), 'ledger-')) : undefined;
    ledger = await openLedger({ directory, collections: testCollections });
  });
  afterEach(async () => {
    await ledger.close();
    if (directory !== undefined) await rm(directory, { recursive: true });
  });

  const value = (key: string): string | undefined => {
    const view = ledger.view();
    try {
      return view.get('cc', key)?.value.toString();
    } finally {
      view.close();
    }
  };

  it('links blocks and serves them', async () => {
    const first = await commitBlock(ledger, [writing('t0', { a: '1' })]);
    const second = await commitBlock(ledger, [writing('t1', { a: '2' })]);
    expect(ledger.height).toBe(2);
    expect(ledger.lastHeaderHash.equals(second.headerHash)).toBe(true);
    const served = ledger.getBlock(1);
    expect(served?.equals(second.bytes)).toBe(true);
    expect(Buffer.from(decodeBlock(second.bytes).previousHash).equals(first.headerHash)).toBe(true);
    expect(decodeBlock(first.bytes).commitHash).toHaveLength(0);
    expect(decodeBlock(second.bytes).commitHash).toHaveLength(32);
    expect(ledger.getBlock(2)).toBeUndefined();
  });

  it('applies valid transactions only, the last write of a block winning', async () => {
    await commitBlock(ledger, [
      writing('t0', { a: '1', b: '1' }),
      writing('t1', { a: '2' }),
      writing('t2', { a: '3' }, 11),
    ]);
    expect([value('a'), value('b')]).toEqual(['2', '1']);
    expect(ledger.findTransaction('t2')).toEqual({ blockNumber: 0, index: 2, code: 11 });
    expect(ledger.findTransaction('never')).toBeUndefined();
  });

  it('answers with the first occurrence of a transaction id', async () => {
    await commitBlock(ledger, [writing('t0', { a: '1' }), writing('t0', { a: '2' }, 9)]);
    await commitBlock(ledger, [writing('t0', { a: '3' }, 9)]);
    expect(ledger.findTransaction('t0')).toEqual({ blockNumber: 0, index: 0, code: 0 });
  });

  it('holds a view still while blocks are committed', async () => {
    await commitBlock(ledger, [writing('t0', { a: '1' })]);
    const view = ledger.view();
    await commitBlock(ledger, [writing('t1', { a: '2', b: '2' })]);
    expect(view.get('cc', 'a')).toMatchObject({ value: Buffer.from('1'), version: { block: 0, tx: 0 } });
    const rows: string[] = [];
    for await (const row of view.range('cc', '', '')) rows.push(row.key);
    expect(rows).toEqual(['a']);
    view.close();
    expect(value('a')).toBe('2');
  });

  it('scans a range in UTF-8 order, its end excluded', async () => {
    await commitBlock(ledger, [writing('t0', { '\u{1f511}': '1', '\u{ffee}': '2', b: '3', c: '4', '': '5' })]);
    const view = ledger.view();
    const keys: string[] = [];
    for await (const row of view.range('cc', '', '')) keys.push(row.key);
    expect(keys).toEqual(['', 'b', 'c', '\u{ffee}', '\u{1f511}']);
    const some: string[] = [];
    for await (const row of view.range('cc', 'b', 'c')) some.push(row.key);
    expect(some).toEqual(['b']);
    view.close();
  });

  it('lists history newest first, deletes included, and no other key', async () => {
    await commitBlock(ledger, [writing('t0', { a: '1', ab: 'x' }), writing('t1', { a: '2' }, 11)]);
    await commitBlock(ledger, [writing('t2', { a: null }), writing('t3', { a: '3' })]);
    const seen: [string, boolean, string][] = [];
    for await (const entry of ledger.history('cc', 'a')) {
      seen.push([entry.txId, entry.isDelete, Buffer.from(entry.value).toString()]);
      expect(entry.timestamp.nanos).toBe(5);
    }
    expect(seen).toEqual([
      ['t3', false, '3'],
      ['t2', true, ''],
      ['t0', false, '1'],
    ]);
    const earlier = await Array.fromAsync(ledger.history('cc', 'a', 1));
    expect(earlier.map(({ txId }) => txId)).toEqual(['t0']);
  });

  it('wakes whoever waits for a transaction, and lets a waiter give up', async () => {
    const waiting = ledger.waitForTransaction('t1', AbortSignal.timeout(10_000));
    const givingUp = ledger.waitForTransaction('never', AbortSignal.abort(new Error('enough')));
    await expect(givingUp).rejects.toThrow('enough');
    const heights: number[] = [];
    const stop = ledger.onCommit(() => heights.push(ledger.height));
    await commitBlock(ledger, [writing('t0', {}), writing('t1', {}, 10)]);
    await expect(waiting).resolves.toEqual({ blockNumber: 0, index: 1, code: 10 });
    await expect(ledger.waitForTransaction('t0', AbortSignal.timeout(1))).resolves.toMatchObject({ index: 0 });
    stop();
    await commitBlock(ledger, []);
    expect(heights).toEqual([1]);
  });

  it('refuses a block out of order', async () => {
    await commitBlock(ledger, []);
    const block = {
      previousHash: ledger.lastHeaderHash,
      dataHash: sha256(Buffer.alloc(0)),
      envelopes: [],
      signatures: Buffer.alloc(0),
      outcomes: [],
    };
    await expect(ledger.commit({ ...block, number: 5 })).rejects.toMatchObject({ code: 'LEDGER_BLOCK_OUT_OF_ORDER' });
    const wrong = { ...block, number: 1, previousHash: Buffer.alloc(32) };
    await expect(ledger.commit(wrong)).rejects.toMatchObject({ code: 'LEDGER_BLOCK_OUT_OF_ORDER' });
    await expect(ledger.commit({ ...block, number: 1, dataHash: Buffer.alloc(32) })).rejects.toMatchObject({
      code: 'LEDGER_BLOCK_OUT_OF_ORDER',
    });
    expect(ledger.height).toBe(1);
  });

  it('goes back to a snapshot, again and again', async () => {
    await commitBlock(ledger, [writing('t0', { a: '1' })]);
    const snapshot = await ledger.snapshot();
    for (const round of ['2', '3']) {
      await commitBlock(ledger, [writing(`t-${round}`, { a: round, b: round })]);
      await commitBlock(ledger, [writing(`u-${round}`, { a: null })]);
      const later = await ledger.snapshot();
      await ledger.revert(snapshot.id);
      expect([ledger.height, value('a'), value('b'), ledger.findTransaction(`t-${round}`)]).toEqual([
        1,
        '1',
        undefined,
        undefined,
      ]);
      await expect(ledger.revert(later.id)).rejects.toMatchObject({ code: 'LEDGER_SNAPSHOT_UNKNOWN' });
    }
    expect(ledger.snapshots()).toEqual([snapshot]);
  });

  it('begins anew after a reset', async () => {
    await commitBlock(ledger, [writing('t0', { a: '1' })]);
    await ledger.snapshot();
    await ledger.reset();
    expect([ledger.height, value('a'), ledger.snapshots(), ledger.getBlock(0)]).toEqual([0, undefined, [], undefined]);
    await commitBlock(ledger, [writing('t0', { a: '2' })]);
    expect(value('a')).toBe('2');
  });

  describe('with private data', () => {
    type PutOptions = { purge?: boolean; code?: number; isStaged?: boolean; beforeCommit?: () => Promise<void> };
    const putPrivate = async (
      txId: string,
      collection: string,
      values: Record<string, string | null>,
      { purge = false, code = 0, isStaged = true, beforeCommit }: PutOptions = {},
    ): Promise<void> => {
      const writes = Object.entries(values).map(([key, text]) => ({
        key,
        isDelete: text === null,
        value: Buffer.from(text ?? ''),
      }));
      const bytes = encodeCollectionWrites(writes, []);
      const hashes = writes.map(({ key, isDelete, value: clear }) => ({
        keyHash: sha256(Buffer.from(key)),
        isDelete,
        valueHash: isDelete ? Buffer.alloc(0) : sha256(clear),
        isPurge: purge,
      }));
      const set = { collection, reads: [], writes: hashes, metadataWrites: [], privateHash: sha256(bytes) };
      const sets = [{ namespace: 'cc', collections: [{ collection, bytes }] }];
      if (isStaged) await ledger.stagePrivateWrites(txId, encodePrivateWrites(sets));
      await beforeCommit?.();
      await commitBlock(ledger, [{ txId, code, readWriteSet: [namespaceSet({ collections: [set] })] }]);
    };
    const privateValue = (mspId: string, collection: string, key: string): string | undefined => {
      const view = ledger.view();
      try {
        return view.getPrivate(mspId, 'cc', collection, key)?.value.toString();
      } finally {
        view.close();
      }
    };
    const hasHash = (collection: string, key: string): boolean => {
      const view = ledger.view();
      try {
        return view.privateHash('cc', collection, sha256(Buffer.from(key))) !== undefined;
      } finally {
        view.close();
      }
    };

    it('hands values to members, hashes to all', async () => {
      await putPrivate('t0', 'coll', { k: 'secret' });
      expect(['Org1MSP', 'Org2MSP', 'Org3MSP'].map((mspId) => privateValue(mspId, 'coll', 'k'))).toEqual([
        'secret',
        'secret',
        undefined,
      ]);
      expect(hasHash('coll', 'k')).toBe(true);
      expect(ledger.getBlock(0)?.includes('secret')).toBe(false);
      expect([ledger.privateWritesOf(0, 'Org1MSP').size, ledger.privateWritesOf(0, 'Org3MSP').size]).toEqual([1, 0]);
    });

    it('ignores staged values whose hash is not the one in the block', async () => {
      for (const value of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
        const bytes = encodeCollectionWrites([{ key: 'k', isDelete: false, value: Buffer.from(value) }], []);
        const forged = encodePrivateWrites([{ namespace: 'cc', collections: [{ collection: 'coll', bytes }] }]);
        await ledger.stagePrivateWrites('t0', forged);
      }
      await putPrivate('t0', 'coll', { k: 'real' }, { isStaged: false });
      expect([privateValue('Org1MSP', 'coll', 'k'), hasHash('coll', 'k')]).toEqual([undefined, true]);
      expect(ledger.privateWritesOf(0, 'Org1MSP').size).toBe(0);
    });

    it('deletes a value and keeps the old write set; a purge takes it out of there too', async () => {
      await putPrivate('t0', 'coll', { k: 'first-secret', other: 'stays' });
      await putPrivate('t1', 'coll', { k: null });
      expect([privateValue('Org1MSP', 'coll', 'k'), hasHash('coll', 'k')]).toEqual([undefined, false]);
      expect(Buffer.from(ledger.privateWritesOf(0, 'Org1MSP').get(0) ?? []).includes('first-secret')).toBe(true);
      await putPrivate('t2', 'coll', { k: 'second-secret' });
      await putPrivate('t3', 'coll', { k: null }, { purge: true });
      const kept = [0, 2].map((block) => Buffer.from(ledger.privateWritesOf(block, 'Org1MSP').get(0) ?? []).toString());
      expect(kept.join()).not.toContain('secret');
      expect(kept[0]).toContain('stays');
    });

    it('ends a value after its blocks, unless it was written again', async () => {
      await putPrivate('t0', 'short', { gone: 'x', kept: 'y' });
      await putPrivate('t1', 'short', { kept: 'z' });
      await commitBlock(ledger, []);
      expect([privateValue('Org1MSP', 'short', 'gone'), hasHash('short', 'gone')]).toEqual(['x', true]);
      await commitBlock(ledger, []);
      expect([privateValue('Org1MSP', 'short', 'gone'), hasHash('short', 'gone')]).toEqual([undefined, false]);
      expect(privateValue('Org1MSP', 'short', 'kept')).toBe('z');
      await commitBlock(ledger, []);
      expect(privateValue('Org1MSP', 'short', 'kept')).toBeUndefined();
    });

    it('keeps the write set of an invalid transaction, and its values out of the state', async () => {
      await putPrivate('t0', 'coll', { k: 'refused' }, { code: 10 });
      expect([privateValue('Org1MSP', 'coll', 'k'), hasHash('coll', 'k')]).toEqual([undefined, false]);
      expect(ledger.privateWritesOf(0, 'Org1MSP').size).toBe(1);
    });

    it('hands over what was endorsed before a restart', async () => {
      if (directory === undefined) return;
      const restart = async (): Promise<void> => {
        await ledger.close();
        ledger = await openLedger({ directory, collections: testCollections });
      };
      await putPrivate('t0', 'coll', { k: 'secret' }, { beforeCommit: restart });
      expect(privateValue('Org2MSP', 'coll', 'k')).toBe('secret');
    });

    it('gives private data back to a reverted transaction, so that it can be committed again', async () => {
      const snapshot = await ledger.snapshot();
      await putPrivate('t0', 'coll', { k: 'secret' });
      await ledger.revert(snapshot.id);
      expect(privateValue('Org1MSP', 'coll', 'k')).toBeUndefined();
      await putPrivate('t0', 'coll', { k: 'secret' }, { isStaged: false });
      expect(privateValue('Org1MSP', 'coll', 'k')).toBe('secret');
    });

    it('verifies a chain with expired and purged values', async () => {
      if (directory === undefined) return;
      await putPrivate('t0', 'short', { gone: 'x' });
      await putPrivate('t1', 'coll', { k: 'v' });
      await putPrivate('t2', 'coll', { k: null }, { purge: true });
      await commitBlock(ledger, []);
      await ledger.close();
      ledger = await openLedger({ directory, collections: testCollections });
      expect(ledger.height).toBe(4);
    });
  });
});
