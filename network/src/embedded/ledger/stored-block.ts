import { type BlockParts, decodeBlock } from './block-codec.ts';
import { LedgerError } from './ledger-error.ts';
import { seal, unseal } from './sealed-record.ts';
import type { Store } from './store.ts';
import { blockKey } from './store-keys.ts';

export const sealBlock = (number: number, bytes: Uint8Array): Buffer => seal(blockKey(number), bytes);

/** `common.Block` bytes as they were written. @throws LedgerError LEDGER_CORRUPT */
export function readStoredBlock(store: Store, number: number): Buffer | undefined {
  const key = blockKey(number);
  const sealed = store.getSync(key);
  return sealed && unseal(key, sealed);
}

/** @throws LedgerError LEDGER_CORRUPT */
export function decodeStoredBlock(number: number, bytes: Buffer): BlockParts {
  try {
    return decodeBlock(bytes);
  } catch (cause) {
    throw new LedgerError('LEDGER_CORRUPT', `block ${number} cannot be read`, { cause });
  }
}
