import { createHash } from 'node:crypto';
import { BlackHoleBlockstore } from 'blockstore-core/black-hole';
import { importBytes } from 'ipfs-unixfs-importer';
import { fixedSize } from 'ipfs-unixfs-importer/chunker';
import { balanced } from 'ipfs-unixfs-importer/layout';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { create as createDigest } from 'multiformats/hashes/digest';
import { sha256 } from 'multiformats/hashes/sha2';

/** The chunk and fan-out of `ipfs add` with its default settings. */
const CHUNK_BYTES = 262_144;
const MAX_LINKS = 174;

/**
 * The content identifier of these bytes as `ipfs add --cid-version=1 --raw-leaves` gives it: one raw leaf up to 256 KiB, a balanced
 * UnixFS tree above (https://specs.ipfs.tech/unixfs/).
 */
export async function contentIdOf(bytes: Uint8Array): Promise<string> {
  // One leaf is its own root: most records are that small, and need no importer.
  if (bytes.length > 0 && bytes.length <= CHUNK_BYTES) {
    const digest = createHash('sha256').update(bytes).digest();
    return CID.createV1(raw.code, createDigest(sha256.code, digest)).toString();
  }
  const { cid } = await importBytes(bytes, new BlackHoleBlockstore(), {
    cidVersion: 1,
    rawLeaves: true,
    reduceSingleLeafToSelf: true,
    wrapWithDirectory: false,
    chunker: fixedSize({ chunkSize: CHUNK_BYTES }),
    layout: balanced({ maxChildrenPerNode: MAX_LINKS }),
  });
  return cid.toString();
}

/** Is this the text of a CIDv1 in base32, as this project writes them? */
export function isContentId(text: string): boolean {
  try {
    const cid = CID.parse(text);
    return cid.version === 1 && cid.toString() === text;
  } catch {
    return false;
  }
}
