import type { TransactionLocation } from './ledger.ts';
import { seal, unseal } from './sealed-record.ts';
import type { Store } from './store.ts';
import { transactionKey, u32, u64 } from './store-keys.ts';

export const encodeLocation = (key: Buffer, { blockNumber, index, code }: TransactionLocation): Buffer =>
  seal(key, Buffer.concat([u64(blockNumber), u32(index), u32(code)]));

/** Where a transaction id first stands on the chain. @throws LedgerError LEDGER_CORRUPT */
export function findLocation(store: Store, txId: string): TransactionLocation | undefined {
  const key = transactionKey(txId);
  const sealed = store.getSync(key);
  if (sealed === undefined) return undefined;
  const bytes = unseal(key, sealed);
  return { blockNumber: Number(bytes.readBigUInt64BE(0)), index: bytes.readUInt32BE(8), code: bytes.readUInt32BE(12) };
}
