import { crc32 } from 'node:zlib';
import { LedgerError } from './ledger-error.ts';
import { u32 } from './store-keys.ts';

/** A stored value behind a checksum over its database key and itself: a changed or moved record is noticed when it is read. */
export const seal = (key: Buffer, value: Uint8Array): Buffer => Buffer.concat([u32(checksum(key, value)), value]);

/** @throws LedgerError LEDGER_CORRUPT */
export function unseal(key: Buffer, sealed: Buffer): Buffer {
  const value = sealed.subarray(CHECKSUM_BYTES);
  if (sealed.length < CHECKSUM_BYTES || sealed.readUInt32BE(0) !== checksum(key, value)) {
    throw new LedgerError(
      'LEDGER_CORRUPT',
      `a stored record of kind '${String.fromCharCode(key[0] ?? 0)}' was changed`,
    );
  }
  return value;
}

const CHECKSUM_BYTES = 4;
const checksum = (key: Buffer, value: Uint8Array): number => crc32(value, crc32(key));
