import { crc32 } from 'node:zlib';
import { LedgerError } from './ledger-error.ts';
import { u32, u64 } from './store-keys.ts';

/** Where the chain stands; written with every block. */
export type LedgerHead = Readonly<{ height: number; headerHash: Buffer; commitHash: Buffer }>;

export const EMPTY_HEAD: LedgerHead = { height: 0, headerHash: Buffer.alloc(0), commitHash: Buffer.alloc(0) };
const HASH_BYTES = 32;
const HEAD_BYTES = 8 + HASH_BYTES;

/** Height, header hash, commit hash (absent after the genesis block alone), checksum. */
export function encodeHead(head: LedgerHead): Buffer {
  const bytes = Buffer.concat([u64(head.height), head.headerHash, head.commitHash]);
  return Buffer.concat([bytes, u32(crc32(bytes))]);
}

/** @throws LedgerError LEDGER_CORRUPT */
export function decodeHead(bytes: Buffer): LedgerHead {
  const content = bytes.subarray(0, -4);
  if (bytes.length < HEAD_BYTES + 4 || bytes.readUInt32BE(content.length) !== crc32(content)) {
    throw new LedgerError('LEDGER_CORRUPT', 'the record of the chain height was changed');
  }
  return {
    height: Number(content.readBigUInt64BE(0)),
    headerHash: Buffer.from(content.subarray(8, HEAD_BYTES)),
    commitHash: Buffer.from(content.subarray(HEAD_BYTES)),
  };
}
