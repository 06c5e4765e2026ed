import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hashRaw } from '@node-rs/argon2';
import { GatewayError } from '../gateway-error.ts';
import { makeKeyFile, readKeyFile } from './key-file.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;
const PROBE = Buffer.from('vault');
const PROBE_BYTES = 1 + NONCE_BYTES + PROBE.length + TAG_BYTES;
const FROM_BACKUP = 'put it back from a backup of this key folder';
/** `Algorithm.Argon2id` of @node-rs/argon2: an ambient const enum, which isolated modules cannot read. */
const ARGON2ID = 2;
/** RFC 9106 section 4, second recommended option. */
const PASSPHRASE_COST = { memoryCost: 65_536, timeCost: 3, parallelism: 4 } as const;

/** Encrypts what this organisation holds for others (private keys, content keys) before it reaches a disk. */
export class KeyVault {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /**
   * Opens the vault of a key folder, made on first use: its key comes from the passphrase and a stored salt, or is a
   * file readable by the owner alone. A backup of the sealed values is worthless without either.
   *
   * @throws GatewayError `MQ_CONFIG_INVALID` when the passphrase is not the one the vault was made with, or a file is damaged
   */
  static async open(dir: string, passphrase: string | undefined): Promise<KeyVault> {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const file = vaultKeyFile(dir, passphrase);
    if (!existsSync(file)) makeKeyFile(file, randomBytes(KEY_BYTES));
    const stored = readKeyFile(file, FROM_BACKUP, (bytes) => ofLength(bytes, KEY_BYTES));
    const key = passphrase === undefined ? stored : await fromPassphrase(passphrase, stored);
    const vault = new KeyVault(key);
    vault.#checkProbe(join(dir, 'vault.probe'));
    return vault;
  }

  /**
   * Opens a vault that was made before, as {@link open} does; makes none.
   *
   * @throws GatewayError `MQ_CONFIG_INVALID`
   */
  static async openExisting(dir: string, passphrase: string | undefined): Promise<KeyVault> {
    if (!existsSync(vaultKeyFile(dir, passphrase))) {
      const found = passphrase === undefined ? 'no key (is there a keys.passphrase?)' : 'no vault with a passphrase';
      throw new GatewayError(
        'MQ_CONFIG_INVALID',
        `keys.dir: found ${found} in ${dir}; allowed: the gateway's key folder`,
      );
    }
    return KeyVault.open(dir, passphrase);
  }

  /** A secret of 32 bytes for one purpose, the same at every start; it tells nothing of the vault's key (HMAC-SHA256). */
  derive(purpose: string): Buffer {
    return createHmac('sha256', this.#key).update(`MQ-VAULT-DERIVE-v1\n${purpose}`).digest();
  }

  /** AES-256-GCM under a fresh nonce; `context` (owner, purpose) is authenticated, so values cannot be swapped. */
  seal(plaintext: Uint8Array, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(Buffer.from(context));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION]), nonce, ciphertext, cipher.getAuthTag()]);
  }

  /** @throws GatewayError `MQ_KEY_NOT_HELD` for bytes that this vault did not seal under this context */
  open(sealed: Uint8Array, context: string): Buffer {
    const bytes = Buffer.from(sealed);
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
    try {
      if (bytes[0] !== VERSION) throw new Error('version');
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce);
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new GatewayError('MQ_KEY_NOT_HELD', 'a stored key cannot be opened', { cause });
    }
  }

  #checkProbe(file: string): void {
    if (!existsSync(file)) makeKeyFile(file, this.seal(PROBE, 'probe'));
    const probe = readKeyFile(file, FROM_BACKUP, (bytes) => ofLength(bytes, PROBE_BYTES));
    try {
      this.open(probe, 'probe');
    } catch (cause) {
      throw new GatewayError('MQ_CONFIG_INVALID', 'keys.passphrase is not the one of this key folder', { cause });
    }
  }
}

/** The file without which there is no vault: its key, or the salt of its passphrase. */
export function vaultKeyFile(dir: string, passphrase: string | undefined): string {
  return join(dir, passphrase === undefined ? 'vault.key' : 'vault.salt');
}

function ofLength(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new Error('length');
  return bytes;
}

async function fromPassphrase(passphrase: string, salt: Buffer): Promise<Buffer> {
  return hashRaw(passphrase, { algorithm: ARGON2ID, salt, outputLen: KEY_BYTES, ...PASSPHRASE_COST });
}
