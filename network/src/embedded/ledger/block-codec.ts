import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { sha256 } from './block-hash.ts';

/** `common.Block` in parts; the five slots of its metadata are SIGNATURES, LAST_CONFIG, filter, ORDERER, COMMIT_HASH. */
export type BlockParts = Readonly<{
  number: number;
  previousHash: Uint8Array;
  dataHash: Uint8Array;
  envelopes: readonly Uint8Array[];
  signatures: Uint8Array;
  /** One validation code per envelope. */
  filter: Uint8Array;
  /** No bytes for the genesis block, which has no commit hash. */
  commitHash: Uint8Array;
}>;

const NOTHING: Uint8Array = new Uint8Array(0);

export function encodeBlock(block: BlockParts): Buffer {
  const writer = new WireWriter();
  writer.message(1, (w) => w.varint(1, block.number).bytes(2, block.previousHash).bytes(3, block.dataHash));
  writer.message(2, (w) => {
    for (const envelope of block.envelopes) w.element(1, envelope);
  });
  const commitHash = block.commitHash.length === 0 ? NOTHING : new WireWriter().bytes(1, block.commitHash).finish();
  writer.message(3, (w) => {
    for (const slot of [block.signatures, NOTHING, block.filter, NOTHING, commitHash]) w.element(1, slot);
  });
  return writer.finish();
}

/** @throws WireError */
export function decodeBlock(bytes: Uint8Array): BlockParts {
  let header: Buffer = Buffer.alloc(0);
  let data: Buffer = Buffer.alloc(0);
  let metadata: Buffer = Buffer.alloc(0);
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) header = reader.bytes();
    else if (reader.field === 2) data = reader.bytes();
    else if (reader.field === 3) metadata = reader.bytes();
  }
  const [signatures = NOTHING, , filter = NOTHING, , commitHash = NOTHING] = elements(metadata);
  return {
    ...decodeHeader(header),
    envelopes: elements(data),
    signatures,
    filter,
    commitHash: elements(commitHash)[0] ?? NOTHING,
  };
}

/**
 * SHA-256(varint(filter length), filter, deterministic bytes of the state updates, previous commit hash): equal on every peer
 * that validated alike.
 */
export function commitHash(filter: Uint8Array, updateBytes: Uint8Array, previous: Uint8Array): Buffer {
  return sha256(Buffer.concat([varint(filter.length), filter, updateBytes, previous]));
}

function decodeHeader(bytes: Buffer): Pick<BlockParts, 'number' | 'previousHash' | 'dataHash'> {
  let number = 0;
  let previousHash: Uint8Array = NOTHING;
  let dataHash: Uint8Array = NOTHING;
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) number = reader.varint();
    else if (reader.field === 2) previousHash = reader.bytes();
    else if (reader.field === 3) dataHash = reader.bytes();
  }
  return { number, previousHash, dataHash };
}

/** Values of the repeated bytes field 1. */
function elements(bytes: Uint8Array): Buffer[] {
  const values: Buffer[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) if (reader.field === 1) values.push(reader.bytes());
  return values;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
