import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import type { KeyVault } from './key-vault.ts';
import { SigningKey } from './signing-key.ts';

export type KeyOwner = Readonly<{ kind: 'patient' | 'practitioner'; id: string }>;
export type HeldKey = Readonly<{ keyGeneration: number; signing: SigningKey }>;

/** Signing keys held for practitioners and for patients with a custodial wallet. */
export class HeldKeys {
  readonly #db: Database;
  readonly #vault: KeyVault;
  readonly #opened = new Map<string, HeldKey>();

  constructor(db: Database, vault: KeyVault) {
    this.#db = db;
    this.#vault = vault;
  }

  /**
   * Generates a key of the given generation and stores it sealed; an existing one is returned as it is.
   *
   * @param encryptionKey X25519 private key that belongs to the same wallet
   */
  async create(owner: KeyOwner, keyGeneration: number, encryptionKey?: Uint8Array): Promise<SigningKey> {
    const { seed, key } = SigningKey.generate();
    const inserted = await this.#db
      .insertInto('signingKey')
      .values({
        ownerKind: owner.kind,
        ownerId: owner.id,
        keyGeneration,
        publicKey: key.publicKey,
        sealedSeed: this.#vault.seal(seed, contextOf(owner)),
        sealedEncryptionKey:
          encryptionKey === undefined ? null : this.#vault.seal(encryptionKey, `encryption:${contextOf(owner)}`),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return inserted.numInsertedOrUpdatedRows === 1n ? key : (await this.find(owner, keyGeneration)).signing;
  }

  /** @throws GatewayError `MQ_KEY_NOT_HELD` */
  async find(owner: KeyOwner, keyGeneration: number): Promise<HeldKey> {
    const name = `${contextOf(owner)}:${keyGeneration}`;
    const cached = this.#opened.get(name);
    if (cached !== undefined) return cached;
    const row = await this.#db
      .selectFrom('signingKey')
      .select('sealedSeed')
      .where('ownerKind', '=', owner.kind)
      .where('ownerId', '=', owner.id)
      .where('keyGeneration', '=', keyGeneration)
      .executeTakeFirst();
    if (row === undefined)
      throw new GatewayError('MQ_KEY_NOT_HELD', `no key is held here for ${owner.kind} ${owner.id}`);
    const held = { keyGeneration, signing: new SigningKey(this.#vault.open(row.sealedSeed, contextOf(owner))) };
    if (this.#opened.size >= MAX_OPENED) this.#opened.clear();
    this.#opened.set(name, held);
    return held;
  }
}

/** Opened keys kept in memory. */
const MAX_OPENED = 10_000;

function contextOf({ kind, id }: KeyOwner): string {
  return `${kind}:${id}`;
}
