import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { FabricError } from './fabric-error.ts';
import type { OfficialRelease } from './official-releases.ts';

/** Silence on the connection after which a download counts as broken; what has come is kept for the next try. */
const IDLE_TIMEOUT_MS = 30_000;
/** The official archives are some 125 MB. */
const MAX_ARCHIVE_BYTES = 1_073_741_824;

export type InstallOptions = Readonly<{
  release: OfficialRelease;
  /** `.fabric`: `bin/` and `config/` of the archive go in here, as the official layout has them. */
  directory: string;
  /** Bytes so far and, where the server tells, in all. */
  onProgress?(receivedBytes: number, totalBytes: number | undefined): void;
  idleTimeoutMs?: number;
}>;

/**
 * Downloads an official release, checks it against its pinned SHA-256 and unpacks it. A download that was cut short goes on where it stopped.
 * Nothing of an archive with another hash is unpacked.
 * @returns the folder of the programs
 * @throws FabricError `MQ_FABRIC_DOWNLOAD_FAILED`, `MQ_FABRIC_ARCHIVE_WRONG`
 */
export async function installRelease(options: InstallOptions): Promise<string> {
  const { release, directory } = options;
  await mkdir(directory, { recursive: true });
  const archive = path.join(directory, path.basename(new URL(release.url).pathname));
  if ((await sizeOf(archive)) === 0) await download(options, `${archive}.part`, archive);
  const found = await sha256Of(archive);
  if (found !== release.sha256) {
    await rm(archive);
    throw new FabricError(
      'MQ_FABRIC_ARCHIVE_WRONG',
      `the archive from ${release.url} has SHA-256 ${found}, pinned is ${release.sha256}; it was deleted, try again or another mirror`,
    );
  }
  await unpack(archive, directory);
  await rm(archive);
  return path.join(directory, 'bin');
}

async function download(
  { release, onProgress, idleTimeoutMs }: InstallOptions,
  part: string,
  archive: string,
): Promise<void> {
  const already = await sizeOf(part);
  const idle = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stillAlive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(new Error('the connection is silent')), idleTimeoutMs ?? IDLE_TIMEOUT_MS);
  };
  stillAlive();
  try {
    const headers = already > 0 ? { range: `bytes=${already}-` } : {};
    const response = await fetch(release.url, { headers, signal: idle.signal });
    // 416: the part is the whole file already, or longer than it; the hash will tell.
    if (response.status === 416) return await rename(part, archive);
    if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
    const resumed = response.status === 206;
    let received = resumed ? already : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isNaN(length) ? undefined : received + length;
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        stillAlive();
        received += chunk.length;
        if (received > MAX_ARCHIVE_BYTES) throw new Error(`more than ${MAX_ARCHIVE_BYTES} bytes`);
        onProgress?.(received, total);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body), counted, createWriteStream(part, { flags: resumed ? 'a' : 'w' }));
    if (total !== undefined && received < total) throw new Error(`${received} of ${total} bytes came`);
    await rename(part, archive);
  } catch (cause) {
    const { message, cause: reason } = cause as Error;
    const why = reason instanceof Error ? `${message}: ${reason.message}` : message;
    throw new FabricError(
      'MQ_FABRIC_DOWNLOAD_FAILED',
      `${release.url}: ${why}; what has come is kept, run the command again to go on, or unpack the archive by hand and set FABRIC_BIN`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}

async function unpack(archive: string, directory: string): Promise<void> {
  const entries = extract();
  const writing = (async () => {
    for await (const entry of entries) {
      const target = path.resolve(directory, entry.header.name);
      const inside = target.startsWith(path.resolve(directory) + path.sep);
      if (entry.header.type === 'file' && inside) {
        await mkdir(path.dirname(target), { recursive: true });
        await pipeline(entry, createWriteStream(target));
        if ((entry.header.mode ?? 0) & 0o100) await chmod(target, 0o755);
      } else entry.resume();
    }
  })();
  await Promise.all([pipeline(createReadStream(archive), createGunzip(), entries), writing]);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw cause;
  }
}
