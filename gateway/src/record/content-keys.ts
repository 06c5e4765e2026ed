import type { Database } from '../database/open-database.ts';
import type { ContentKeyTable } from '../database/tables.ts';
import { Together } from '../database/together.ts';
import { GatewayError } from '../gateway-error.ts';
import type { KeyVault } from '../identity/key-vault.ts';

/** Keys of the content that this organisation is custodian of. They never leave it unwrapped. */
export class ContentKeys {
  readonly #db: Database;
  readonly #vault: KeyVault;
  readonly #storing: Together<ContentKeyTable, ContentKeyTable>;

  constructor(db: Database, vault: KeyVault) {
    this.#db = db;
    this.#storing = new Together((rows) => storeRows(db, rows));
    this.#vault = vault;
  }

  /**
   * Stored durably before the record is on the ledger: a key that came later could be lost with a record that stays.
   * Several may be stored for one version, since requests race for it; the content that the ledger names tells them apart.
   */
  async store(recordId: string, version: number, cid: string, key: Uint8Array): Promise<void> {
    const sealedKey = this.#vault.seal(key, contextOf(recordId, version));
    await this.#storing.do({ recordId, version, cid, sealedKey });
  }

  /** @throws GatewayError `MQ_KEY_NOT_HELD` */
  async find(recordId: string, version: number, cid: string): Promise<Buffer> {
    const row = await this.#db
      .selectFrom('contentKey')
      .select('sealedKey')
      .where('recordId', '=', recordId)
      .where('version', '=', version)
      .where('cid', 'in', [cid, OF_ANY_CONTENT])
      .orderBy('cid', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined)
      throw new GatewayError('MQ_KEY_NOT_HELD', `no content key of ${recordId} version ${version}`);
    return this.#vault.open(row.sealedKey, contextOf(recordId, version));
  }
}

/** Rows from before contents were told apart. */
const OF_ANY_CONTENT = '';

async function storeRows(db: Database, rows: readonly ContentKeyTable[]): Promise<readonly ContentKeyTable[]> {
  await db
    .insertInto('contentKey')
    .values([...rows])
    .onConflict((conflict) => conflict.columns(['recordId', 'version', 'cid']).doNothing())
    .execute();
  return rows;
}

function contextOf(recordId: string, version: number): string {
  return `content:${recordId}:${version}`;
}
