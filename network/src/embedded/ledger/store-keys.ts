/**
 * Keys of the ledger's database: one letter, then parts. Names (namespace, collection, organisation) end in NUL, which they
 * cannot contain; numbers are big endian, so that the order of keys is the order of numbers; a state key comes last and keeps
 * the order of its UTF-8 bytes.
 */
export const KIND = {
  head: 'm',
  block: 'b',
  transaction: 't',
  state: 's',
  history: 'h',
  hash: 'q',
  privateValue: 'p',
  privateKeyOfHash: 'k',
  privatePosition: 'l',
  privateWrites: 'w',
  staged: 'r',
  expiry: 'x',
  undo: 'u',
  snapshot: 'z',
} as const;

const NUL = '\0';

export const headKey = (): Buffer => Buffer.from(KIND.head);
export const blockKey = (number: number): Buffer => Buffer.concat([Buffer.from(KIND.block), u64(number)]);
export const transactionKey = (txId: string): Buffer => Buffer.from(KIND.transaction + txId);
export const stateKey = (namespace: string, key: string): Buffer => Buffer.from(KIND.state + namespace + NUL + key);
export const hashKey = (namespace: string, collection: string, keyHash: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(KIND.hash + namespace + NUL + collection + NUL), keyHash]);
export const privateKey = (mspId: string, namespace: string, collection: string, key: string): Buffer =>
  Buffer.from(KIND.privateValue + mspId + NUL + namespace + NUL + collection + NUL + key);
export const privateKeyOfHash = (mspId: string, namespace: string, collection: string, keyHash: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(KIND.privateKeyOfHash + mspId + NUL + namespace + NUL + collection + NUL), keyHash]);

/** Where the private write sets of an organisation hold a value of this key, so that a purge finds every copy. */
export const privatePositionPrefix = (
  mspId: string,
  namespace: string,
  collection: string,
  keyHash: Uint8Array,
): Buffer =>
  Buffer.concat([Buffer.from(KIND.privatePosition + mspId + NUL + namespace + NUL + collection + NUL), keyHash]);
export const positionKey = (prefix: Buffer, block: number, tx: number): Buffer =>
  Buffer.concat([prefix, u64(block), u32(tx)]);

/** The key's length stands before it, so that no other key's entries fall between two of its own. */
export function historyPrefix(namespace: string, key: string): Buffer {
  const bytes = Buffer.from(key);
  return Buffer.concat([Buffer.from(KIND.history + namespace + NUL), u32(bytes.length), bytes]);
}
export const historyKey = (namespace: string, key: string, block: number, tx: number): Buffer =>
  positionKey(historyPrefix(namespace, key), block, tx);
/** Block and transaction at the end of a history or private position entry. */
export const positionOf = (entry: Buffer): { block: number; tx: number } => ({
  block: Number(entry.readBigUInt64BE(entry.length - 12)),
  tx: entry.readUInt32BE(entry.length - 4),
});

export const privateWritesPrefix = (mspId: string, block: number): Buffer =>
  Buffer.concat([Buffer.from(KIND.privateWrites + mspId + NUL), u64(block)]);
export const privateWritesKey = (mspId: string, block: number, tx: number): Buffer =>
  Buffer.concat([privateWritesPrefix(mspId, block), u32(tx)]);

export const stagedPrefix = (txId: string): Buffer => Buffer.from(KIND.staged + txId + NUL);
/** Endorsers of one transaction may stage equal or different sets: told apart by their digest (32 bytes). */
export const stagedKey = (txId: string, height: number, digest: Uint8Array): Buffer =>
  Buffer.concat([stagedPrefix(txId), u64(height), digest]);
/** Height of the chain when the set was staged. */
export const stagedHeight = (entry: Buffer): number => Number(entry.readBigUInt64BE(entry.length - 40));
export const stagedTxId = (entry: Buffer): string => entry.toString('utf8', 1, entry.length - 41);
export const expiryPrefix = (block: number): Buffer => Buffer.concat([Buffer.from(KIND.expiry), u64(block)]);
export const expiryKey = (expiresAt: number, namespace: string, collection: string, keyHash: Uint8Array): Buffer =>
  Buffer.concat([expiryPrefix(expiresAt), Buffer.from(namespace + NUL + collection + NUL), keyHash]);
export const expiryHeight = (entry: Buffer): number => Number(entry.readBigUInt64BE(1));
export const undoKey = (block: number): Buffer => Buffer.concat([Buffer.from(KIND.undo), u64(block)]);
export const snapshotKey = (id: string): Buffer => Buffer.from(KIND.snapshot + id);

/** Names and key hash behind an expiry entry's prefix. */
export function splitExpiryKey(entry: Buffer): { namespace: string; collection: string; keyHash: Buffer } {
  const names = entry.subarray(9);
  const first = names.indexOf(0);
  const second = names.indexOf(0, first + 1);
  return {
    namespace: names.toString('utf8', 0, first),
    collection: names.toString('utf8', first + 1, second),
    keyHash: names.subarray(second + 1),
  };
}

/** The first key after every key with this prefix. */
export function afterPrefix(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  for (let index = end.length - 1; index >= 0; index--) {
    const byte = end[index] ?? 0;
    if (byte < 0xff) {
      end[index] = byte + 1;
      return end.subarray(0, index + 1);
    }
  }
  throw new RangeError('a prefix of 0xff bytes has no successor');
}

export function u64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
