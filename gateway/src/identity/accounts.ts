import { hash, verify } from '@node-rs/argon2';
import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import { type AccountRole, isAccountRole } from './roles.ts';

export type Account = Readonly<{
  username: string;
  role: AccountRole;
  practitionerId: string | undefined;
  patient: string | undefined;
  /** Narrower scopes than the role's, or undefined. */
  scopes: string | undefined;
}>;
export type NewAccount = Account & Readonly<{ password: string }>;

/** `Algorithm.Argon2id` of @node-rs/argon2. OWASP password storage cheat sheet: 19 MiB, two passes, one lane. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
export const MIN_PASSWORD_CHARS = 10;
export const MAX_PASSWORD_CHARS = 256;

/** Local accounts, for sites without an identity provider. */
export class Accounts {
  readonly #db: Database;
  /** Checked for unknown names too, so that the time of the answer does not tell who has an account. */
  readonly #decoy: Promise<string>;

  constructor(db: Database) {
    this.#db = db;
    this.#decoy = hash('no account has this password', COST);
  }

  /** @throws GatewayError `MQ_ACCOUNT_EXISTS` */
  async create(account: NewAccount): Promise<void> {
    const { username, password, role } = account;
    const inserted = await this.#db
      .insertInto('account')
      .values({
        username,
        role,
        passwordHash: await hash(password, COST),
        practitionerId: account.practitionerId ?? null,
        patient: account.patient ?? null,
        scopes: account.scopes ?? null,
      })
      .onConflict((conflict) => conflict.column('username').doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows !== 1n) throw new GatewayError('MQ_ACCOUNT_EXISTS', 'the username is taken');
  }

  async exists(username: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('account')
      .select('username')
      .where('username', '=', username)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** @throws GatewayError `MQ_CREDENTIALS_INVALID`: one answer for an unknown name, a wrong password and a closed account */
  async authenticate(username: string, password: string): Promise<Account> {
    const row = await this.#db.selectFrom('account').selectAll().where('username', '=', username).executeTakeFirst();
    const matches = await verify(row?.passwordHash ?? (await this.#decoy), password);
    if (row === undefined || !matches || row.disabled || !isAccountRole(row.role)) {
      throw new GatewayError('MQ_CREDENTIALS_INVALID', 'username or password is wrong');
    }
    return {
      username: row.username,
      role: row.role,
      practitionerId: row.practitionerId ?? undefined,
      patient: row.patient ?? undefined,
      scopes: row.scopes ?? undefined,
    };
  }
}
