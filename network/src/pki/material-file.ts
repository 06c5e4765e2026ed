import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** End of the name of what has not taken its place: only a process that is killed leaves it, and nobody is to read it. */
export const PARTIAL = '.partial';

const PUBLIC_MODE = 0o644;
const SECRET_MODE = 0o600;

/** Folders of an MSP of which every file is read, whatever its name, by Fabric too. */
const READ_WHOLE = new Set(['cacerts', 'tlscacerts', 'crls', 'signcerts', 'keystore']);

/** Writes a file that anybody may read, whole or not at all. */
export const writePublic = async (file: string, content: string | Uint8Array) =>
  putInPlace(await writeAside(file, content, PUBLIC_MODE));

/** Writes a key file that only its owner may read, whole or not at all. */
export const writeSecret = async (file: string, content: string | Uint8Array) =>
  putInPlace(await writeAside(file, content, SECRET_MODE));

/** Files of a private key and its certificate, or their texts. */
export type KeyAndCertificate = Readonly<{ key: string; certificate: string }>;

/**
 * Writes a key and its certificate. Both are written before either takes its place, so that a full disk leaves the pair that was there; only being
 * killed between the two renames leaves a key without its certificate.
 */
export async function writeKeyAndCertificate(files: KeyAndCertificate, texts: KeyAndCertificate): Promise<void> {
  const key = await writeAside(files.key, texts.key, SECRET_MODE);
  const certificate = await writeAside(files.certificate, texts.certificate, PUBLIC_MODE).catch(async (cause) => {
    await rm(key.partial);
    throw cause;
  });
  await putInPlace(key);
  await putInPlace(certificate);
}

/** The text of a file, or undefined where there is none; any other failure is thrown. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

type Aside = Readonly<{ partial: string; file: string }>;

/** What is cut short stays beside the file, or above a folder that is read whole. */
async function writeAside(file: string, content: string | Uint8Array, mode: number): Promise<Aside> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: mode === SECRET_MODE ? 0o700 : 0o755 });
  const isReadWhole = READ_WHOLE.has(path.basename(folder));
  const partial = `${isReadWhole ? `${folder}-${path.basename(file)}` : file}.${process.pid}${PARTIAL}`;
  await writeFile(partial, content, { mode }).catch(async (cause) => {
    await rm(partial, { force: true }).catch(() => {}); // what failed first is what to tell
    throw cause;
  });
  return { partial, file };
}

const putInPlace = ({ partial, file }: Aside) => rename(partial, file);
