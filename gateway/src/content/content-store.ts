import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { contentIdOf, isContentId } from './content-id.ts';

/** Ciphertext by its content identifier. What comes back is checked by the reader against the ledger's digest, not trusted here. */
export interface ContentStore {
  /** Stores the bytes and returns their CID; storing the same bytes again changes nothing. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes as they are stored now, or nothing. */
  get(cid: string): Promise<Uint8Array | undefined>;
  /** Forgets the bytes; absent is fine. */
  delete(cid: string): Promise<void>;
  /** CIDs of what is stored, in no order; what is stored or deleted meanwhile may be among them or not. */
  list(): AsyncIterable<string>;
}

export class MemoryContentStore implements ContentStore {
  readonly #contents = new Map<string, Uint8Array>();

  async put(bytes: Uint8Array): Promise<string> {
    const cid = await contentIdOf(bytes);
    this.#contents.set(cid, Uint8Array.from(bytes));
    return cid;
  }

  async get(cid: string): Promise<Uint8Array | undefined> {
    const bytes = this.#contents.get(cid);
    return bytes === undefined ? undefined : Uint8Array.from(bytes);
  }

  async delete(cid: string): Promise<void> {
    this.#contents.delete(cid);
  }

  async *list(): AsyncIterable<string> {
    yield* [...this.#contents.keys()];
  }
}

/** One file a CID, in folders by its last two characters (the first are the same for all). Written aside, synced, then renamed. */
export class FileContentStore implements ContentStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const cid = await contentIdOf(bytes);
    const file = this.#fileOf(cid);
    await mkdir(path.dirname(file), { recursive: true });
    const partial = `${file}.${process.pid}.${performance.now()}`;
    const handle = await open(partial, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
    await syncFolder(path.dirname(file));
    return cid;
  }

  async get(cid: string): Promise<Uint8Array | undefined> {
    if (!isContentId(cid)) return undefined;
    try {
      return await readFile(this.#fileOf(cid));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw cause;
    }
  }

  async delete(cid: string): Promise<void> {
    if (isContentId(cid)) await rm(this.#fileOf(cid), { force: true });
  }

  async *list(): AsyncIterable<string> {
    for (const folder of await namesIn(this.#directory)) {
      // What is being written, or was left by a process that was killed, is no CID.
      for (const name of await namesIn(path.join(this.#directory, folder))) if (isContentId(name)) yield name;
    }
  }

  #fileOf(cid: string): string {
    return path.join(this.#directory, cid.slice(-2), cid);
  }
}

/** Names in a folder; none where there is no such folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw cause;
  }
}

/** The rename itself is durable only when its folder is; Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
