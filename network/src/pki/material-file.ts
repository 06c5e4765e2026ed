import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Writes a file that anybody may read, whole or not at all. */
export const writePublic = (file: string, content: string | Uint8Array) => write(file, content, 0o644);

/** Writes a key file that only its owner may read, whole or not at all. */
export const writeSecret = (file: string, content: string | Uint8Array) => write(file, content, 0o600);

/** The text of a file, or undefined where there is none; any other failure is thrown. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function write(file: string, content: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 });
  const partial = `${file}.${process.pid}.partial`;
  await writeFile(partial, content, { mode });
  await rename(partial, file);
}
