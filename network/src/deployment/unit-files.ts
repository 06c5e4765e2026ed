import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PkiError } from '../pki/pki-error.ts';
import { MOUNT_ROOT, type UnitFile } from './container-unit.ts';

/** Where containers find key material, laid out as on an operator's machine. */
export const KEYS_ROOT = `${MOUNT_ROOT}/keys`;

/** Names of files in a key folder that are private keys (see the layout of key material). */
const PRIVATE_FILES: ReadonlySet<string> = new Set(['key.pem', 'tls.key', 'ca.key']);

/**
 * The files below a folder of the key material, as a container is to find them.
 * @throws PkiError MQ_PKI_MISSING where the folder is not there
 */
export async function materialFiles(materialDirectory: string, folder: string): Promise<readonly UnitFile[]> {
  const root = path.join(materialDirectory, folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  if (files.length === 0)
    throw new PkiError(
      'MQ_PKI_MISSING',
      `there is no key material in ${root}: make it with \`medquorum pki generate\`, or give its folder with --keys`,
    );
  return Promise.all(
    files.toSorted().map(async (file) => ({
      path: path.posix.join(KEYS_ROOT, ...path.relative(materialDirectory, file).split(path.sep)),
      content: await readFile(file, 'utf8'),
      secret: PRIVATE_FILES.has(path.basename(file)),
    })),
  );
}
