import type { AbstractBatchOperation, AbstractBatchOptions, AbstractLevel, AbstractSnapshot } from 'abstract-level';
import { ClassicLevel } from 'classic-level';
import { MemoryLevel } from 'memory-level';
import { LedgerError } from './ledger-error.ts';

/** The ordered key-value store under the ledger: classic-level on disk, or memory-level. */
export type Store = AbstractLevel<string | Buffer | Uint8Array, Buffer, Buffer>;
export type StoreSnapshot = AbstractSnapshot;
export type StoreOperation = AbstractBatchOperation<Store, Buffer, Buffer>;

const ENCODINGS = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
const BATCH_ROWS = 100;

/** @throws LedgerError LEDGER_IN_USE when another process holds the folder, LEDGER_CORRUPT when the database cannot be read */
export async function openStore(directory: string | undefined): Promise<Store> {
  if (directory === undefined) {
    const memory: Store = new MemoryLevel<Buffer, Buffer>({ ...ENCODINGS, storeEncoding: 'buffer' });
    await memory.open();
    return memory;
  }
  const disk: Store = new ClassicLevel<Buffer, Buffer>(directory, ENCODINGS);
  try {
    await disk.open();
  } catch (error) {
    const code = codeOf(typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined);
    if (code === 'LEVEL_LOCKED')
      throw new LedgerError('LEDGER_IN_USE', 'another process holds the ledger', { cause: error });
    throw new LedgerError('LEDGER_CORRUPT', 'the ledger database cannot be opened', { cause: error });
  }
  return disk;
}

const DURABLE: AbstractBatchOptions<Buffer, Buffer> & { sync: boolean } = { sync: true };

/** Applies all operations or none; resolves when they are on disk. */
export const writeDurably = (store: Store, operations: StoreOperation[]): Promise<void> =>
  store.batch(operations, DURABLE);

export type StoreRange = Readonly<{ gte: Buffer; lt: Buffer; reverse?: boolean; snapshot?: StoreSnapshot }>;

/** Entries of [gte, lt) in key order, read in batches. */
export async function* storeEntries(
  store: Store,
  range: StoreRange,
): AsyncGenerator<[Buffer, Buffer], void, undefined> {
  const iterator = store.iterator(range);
  try {
    for (;;) {
      const entries = await iterator.nextv(BATCH_ROWS);
      if (entries.length === 0) return;
      yield* entries;
    }
  } finally {
    await iterator.close();
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
