import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { GatewayError } from '../gateway-error.ts';

/**
 * Makes a file of keys, readable by its owner alone: whole or not at all, since one cut short (a full disk, a crash) would be
 * taken for good ever after.
 *
 * @throws what kept it from being written; `EEXIST` where there is one already, which is left alone
 */
export function makeKeyFile(file: string, content: string | Uint8Array): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}.new`;
  try {
    writeFileSync(aside, content, { mode: 0o600, flag: 'wx', flush: true });
    linkSync(aside, file); // a rename would replace what another process has made meanwhile
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * Reads a file of keys.
 *
 * @param cure what to do where it is damaged
 * @param parse throws where it is
 * @throws GatewayError `MQ_CONFIG_INVALID`, which says nothing of what the file holds
 */
export function readKeyFile<T>(file: string, cure: string, parse: (bytes: Buffer) => T): T {
  const bytes = readFileSync(file);
  try {
    return parse(bytes);
  } catch {
    // Without its cause: a parser's words quote what it read, which is a key.
    throw new GatewayError('MQ_CONFIG_INVALID', `${file} is damaged (${bytes.length} bytes): ${cure}`);
  }
}
