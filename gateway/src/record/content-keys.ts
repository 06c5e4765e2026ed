import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import type { KeyVault } from '../identity/key-vault.ts';

/** Keys of the content that this organisation is custodian of. They never leave it unwrapped. */
export class ContentKeys {
  readonly #db: Database;
  readonly #vault: KeyVault;

  constructor(db: Database, vault: KeyVault) {
    this.#db = db;
    this.#vault = vault;
  }

  /** Stored durably before the record is on the ledger: a key that came later could be lost with a record that stays. */
  async store(recordId: string, version: number, key: Uint8Array): Promise<void> {
    const sealedKey = this.#vault.seal(key, contextOf(recordId, version));
    await this.#db
      .insertInto('contentKey')
      .values({ recordId, version, sealedKey })
      .onConflict((conflict) => conflict.columns(['recordId', 'version']).doUpdateSet({ sealedKey }))
      .execute();
  }

  /** @throws GatewayError `MQ_KEY_NOT_HELD` */
  async find(recordId: string, version: number): Promise<Buffer> {
    const row = await this.#db
      .selectFrom('contentKey')
      .select('sealedKey')
      .where('recordId', '=', recordId)
      .where('version', '=', version)
      .executeTakeFirst();
    if (row === undefined)
      throw new GatewayError('MQ_KEY_NOT_HELD', `no content key of ${recordId} version ${version}`);
    return this.#vault.open(row.sealedKey, contextOf(recordId, version));
  }
}

function contextOf(recordId: string, version: number): string {
  return `content:${recordId}:${version}`;
}
