import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import type { Store, StoreOperation } from './store.ts';

/** What the store held under each key that a batch touches, encoded so that the batch can be taken back. */
export function encodeUndo(store: Store, operations: readonly StoreOperation[]): Buffer {
  const writer = new WireWriter();
  for (const { key } of operations) {
    if (!Buffer.isBuffer(key)) continue;
    const before = store.getSync(key);
    writer.message(1, (w) => {
      w.bytes(1, key);
      if (before !== undefined) w.element(2, before);
    });
  }
  return writer.finish();
}

/** The operations that restore what `encodeUndo` saw. */
export function decodeUndo(bytes: Uint8Array): StoreOperation[] {
  const operations: StoreOperation[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field !== 1) continue;
    const entry = new WireReader(reader.bytes());
    let key: Buffer = Buffer.alloc(0);
    let before: Buffer | undefined;
    while (entry.next()) {
      if (entry.field === 1) key = entry.bytes();
      else if (entry.field === 2) before = entry.bytes();
    }
    operations.push(before === undefined ? { type: 'del', key } : { type: 'put', key, value: before });
  }
  return operations;
}
