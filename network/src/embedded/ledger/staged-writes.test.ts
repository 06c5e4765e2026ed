import { MAX_STAGED_TRANSACTIONS, STAGED_RETENTION_BLOCKS, StagedStore } from './staged-writes.ts';
import { openStore, type Store } from './store.ts';

describe('StagedStore', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore(undefined);
  });
  afterEach(() => store.close());

  const valuesOf = async (staged: StagedStore, txId: string): Promise<string[]> =>
    (await Array.fromAsync(staged.entries(txId))).map(([, value]) => value.toString());

  it('keeps the set of each endorser, equal ones once, apart from ids that begin alike', async () => {
    const staged = await StagedStore.open(store, 0);
    for (const value of ['a', 'b', 'a']) await staged.add('tx', 0, Buffer.from(value));
    await staged.add('tx2', 0, Buffer.from('other'));
    expect((await valuesOf(staged, 'tx')).toSorted()).toEqual(['a', 'b']);
    expect(staged.has('tx3')).toBe(false);
  });

  it('finds what an earlier run left, without what is too old', async () => {
    const earlier = await StagedStore.open(store, 0);
    await earlier.add('old', 0, Buffer.from('x'));
    await earlier.add('young', 1, Buffer.from('y'));
    const staged = await StagedStore.open(store, STAGED_RETENTION_BLOCKS + 1);
    expect([staged.has('old'), staged.has('young')]).toEqual([false, true]);
    expect([await valuesOf(staged, 'old'), await valuesOf(staged, 'young')]).toEqual([[], ['y']]);
  });

  it('drops the oldest beyond the limit, and nothing at it', async () => {
    const staged = await StagedStore.open(store, 0);
    for (let index = 0; index < MAX_STAGED_TRANSACTIONS; index++) await staged.add(`tx-${index}`, 0, Buffer.from('x'));
    expect(staged.has('tx-0')).toBe(true);
    await staged.add('one more', 0, Buffer.from('x'));
    expect([staged.has('tx-0'), staged.has('tx-1'), await valuesOf(staged, 'tx-0')]).toEqual([false, true, []]);
  });
});
