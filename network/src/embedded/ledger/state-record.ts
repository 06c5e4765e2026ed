import { crc32 } from 'node:zlib';
import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { LedgerError } from './ledger-error.ts';
import type { MetadataEntry, Version } from './read-write-set.ts';

/**
 * A stored value with its version and metadata: block (6 bytes), transaction (4), checksum (4), length of the metadata (4),
 * metadata, value. The checksum covers the database key too, so a record moved to another key is noticed.
 */
export type StateRecord = Readonly<{ value: Buffer; metadata: readonly MetadataEntry[]; version: Version }>;

const TX_AT = 6;
const CHECKSUM_AT = 10;
const METADATA_LENGTH_AT = 14;
const HEAD_BYTES = 18;
const NO_METADATA: readonly MetadataEntry[] = [];

export function encodeRecord(
  databaseKey: Buffer,
  record: { value: Uint8Array; metadata: readonly MetadataEntry[]; version: Version },
): Buffer {
  const metadata = encodeMetadata(record.metadata);
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + metadata.length + record.value.length);
  bytes.writeUIntBE(record.version.block, 0, 6);
  bytes.writeUInt32BE(record.version.tx, TX_AT);
  bytes.writeUInt32BE(metadata.length, METADATA_LENGTH_AT);
  bytes.set(metadata, HEAD_BYTES);
  bytes.set(record.value, HEAD_BYTES + metadata.length);
  bytes.writeUInt32BE(checksum(databaseKey, bytes), CHECKSUM_AT);
  return bytes;
}

/** @throws LedgerError LEDGER_CORRUPT when the bytes are not those written for this key */
export function decodeRecord(databaseKey: Buffer, bytes: Buffer): StateRecord {
  if (bytes.length < HEAD_BYTES || bytes.readUInt32BE(CHECKSUM_AT) !== checksum(databaseKey, bytes)) {
    throw new LedgerError(
      'LEDGER_CORRUPT',
      `a stored value of kind '${String.fromCharCode(databaseKey[0] ?? 0)}' was changed`,
    );
  }
  const metadataEnd = HEAD_BYTES + bytes.readUInt32BE(METADATA_LENGTH_AT);
  return {
    version: { block: bytes.readUIntBE(0, 6), tx: bytes.readUInt32BE(TX_AT) },
    metadata: metadataEnd === HEAD_BYTES ? NO_METADATA : decodeMetadata(bytes.subarray(HEAD_BYTES, metadataEnd)),
    value: bytes.subarray(metadataEnd),
  };
}

/** Everything but the checksum itself. */
const checksum = (databaseKey: Buffer, bytes: Buffer): number =>
  crc32(bytes.subarray(METADATA_LENGTH_AT), crc32(bytes.subarray(0, CHECKSUM_AT), crc32(databaseKey)));

function encodeMetadata(entries: readonly MetadataEntry[]): Buffer {
  const writer = new WireWriter();
  for (const entry of entries) writer.message(1, (w) => w.string(1, entry.name).bytes(2, entry.value));
  return writer.finish();
}

function decodeMetadata(bytes: Buffer): MetadataEntry[] {
  const entries: MetadataEntry[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field !== 1) continue;
    const inner = new WireReader(reader.bytes());
    let name = '';
    let value: Buffer = Buffer.alloc(0);
    while (inner.next()) {
      if (inner.field === 1) name = inner.string();
      else if (inner.field === 2) value = inner.bytes();
    }
    entries.push({ name, value });
  }
  return entries;
}
