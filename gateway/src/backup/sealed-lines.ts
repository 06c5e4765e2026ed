import { createCipheriv, createDecipheriv } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BackupError } from './backup-error.ts';

/** AES-256-GCM (NIST SP 800-38D). The key is used for one file only, so the nonce need not differ. */
const NONCE = Buffer.alloc(12);
const TAG_BYTES = 16;

/** Writes lines of text, compressed and encrypted: ciphertext, then the tag. @param key 32 bytes, for this file alone */
export async function writeSealedLines(file: string, key: Uint8Array, lines: AsyncIterable<string>): Promise<void> {
  const cipher = createCipheriv('aes-256-gcm', key, NONCE);
  const withTag = new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush(done) {
      this.push(cipher.getAuthTag());
      done();
    },
  });
  await pipeline(
    Readable.from(ended(lines), { objectMode: false }),
    createGzip(),
    cipher,
    withTag,
    createWriteStream(file, { mode: 0o600, flags: 'wx' }),
  );
}

/**
 * Lines as they come out of the file. What stands in them is authentic only once the last one has been read.
 *
 * @throws BackupError `MQ_BACKUP_DAMAGED` at the end, or earlier, for any changed byte or another key
 */
export async function* readSealedLines(file: string, key: Uint8Array): AsyncIterable<string> {
  const { size } = await stat(file);
  if (size < TAG_BYTES) throw new BackupError('MQ_BACKUP_DAMAGED', `${file} is cut short; use another backup`);
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(await lastBytes(file, size));
  const source = size === TAG_BYTES ? Readable.from([]) : createReadStream(file, { end: size - TAG_BYTES - 1 });
  const output = new PassThrough({ encoding: 'utf8' });
  const done = pipeline(source, decipher, createGunzip(), output);
  done.catch(() => {}); // whoever reads is told
  try {
    let rest = '';
    for await (const chunk of output as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    await done;
  } catch (cause) {
    throw new BackupError('MQ_BACKUP_DAMAGED', `${file} does not open under these keys; use another backup`, { cause });
  }
}

async function* ended(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield `${line}\n`;
}

async function lastBytes(file: string, size: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    return (await handle.read(Buffer.alloc(TAG_BYTES), 0, TAG_BYTES, size - TAG_BYTES)).buffer;
  } finally {
    await handle.close();
  }
}
