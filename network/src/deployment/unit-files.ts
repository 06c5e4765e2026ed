import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PARTIAL } from '../pki/material-file.ts';
import { PkiError } from '../pki/pki-error.ts';
import { MOUNT_ROOT, type UnitFile } from './container-unit.ts';

/** Where containers find key material, laid out as on an operator's machine. */
export const KEYS_ROOT = `${MOUNT_ROOT}/keys`;

/**
 * The files below a folder of the key material, as a container is to find them. Secret is what holds a private key, whatever its name.
 * @throws PkiError MQ_PKI_MISSING where the folder is not there
 */
export async function materialFiles(materialDirectory: string, folder: string): Promise<readonly UnitFile[]> {
  const root = path.join(materialDirectory, folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(PARTIAL))
    .map((entry) => path.join(entry.parentPath, entry.name));
  if (files.length === 0)
    throw new PkiError(
      'MQ_PKI_MISSING',
      `there is no key material in ${root}: make it with \`medquorum pki generate\`, or give its folder with --keys`,
    );
  return Promise.all(
    files.toSorted().map(async (file) => {
      const content = await readFile(file, 'utf8');
      return {
        path: path.posix.join(KEYS_ROOT, ...path.relative(materialDirectory, file).split(path.sep)),
        content,
        secret: content.includes('PRIVATE KEY'),
      };
    }),
  );
}
