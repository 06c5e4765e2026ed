import { readFileSync } from 'node:fs';
import type { BootstrapAccount } from '../config/gateway-config.ts';
import { GatewayError } from '../gateway-error.ts';
import { type Accounts, MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS } from './accounts.ts';
import { ACCOUNT_ROLES, type AccountRole, isAccountRole } from './roles.ts';

const ADMINISTRATOR = 'admin';
const MIN_FIRST_PASSWORD_CHARS = 16;

/**
 * The first account of a gateway that has none; whoever holds its password makes the others. Once it is there the file may be deleted.
 *
 * @throws as {@link firstAdministrator}
 */
export async function createFirstAdministrator(
  accounts: Pick<Accounts, 'create' | 'exists'>,
  passwordFile: string,
): Promise<void> {
  if (await accounts.exists(ADMINISTRATOR)) return;
  await createBootstrapAccounts(accounts, [firstAdministrator(passwordFile)]);
}

/** @throws GatewayError `MQ_CONFIG_INVALID` where the file cannot be read or holds no password of a fit length */
export function firstAdministrator(passwordFile: string): BootstrapAccount {
  let password: string;
  try {
    password = readFileSync(passwordFile, 'utf8').trim();
  } catch (cause) {
    throw unusable(`${passwordFile}, which cannot be read`, { cause });
  }
  if (password.length < MIN_FIRST_PASSWORD_CHARS || password.length > MAX_PASSWORD_CHARS)
    throw unusable(`a password of ${password.length} characters`);
  return { username: ADMINISTRATOR, role: 'administrator', password };
}

const unusable = (found: string, options?: ErrorOptions) =>
  new GatewayError(
    'MQ_CONFIG_INVALID',
    `auth.administratorPasswordFile: found ${found}; allowed: a file with a password of ${MIN_FIRST_PASSWORD_CHARS} to ${MAX_PASSWORD_CHARS} characters`,
    options,
  );

/**
 * Makes the accounts that the settings name, where they are absent; an existing one keeps its password.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID`, before any is made
 */
export async function createBootstrapAccounts(
  accounts: Pick<Accounts, 'create' | 'exists'>,
  wanted: readonly BootstrapAccount[],
): Promise<void> {
  for (const { username, password, role, practitionerId, patient } of wanted.map(checked)) {
    if (await accounts.exists(username)) continue;
    await accounts.create({ username, password, role, practitionerId, patient, scopes: undefined });
  }
}

function checked(account: BootstrapAccount): BootstrapAccount & Readonly<{ role: AccountRole }> {
  const { password, role } = account;
  if (!isAccountRole(role)) throw invalid('role found another', ACCOUNT_ROLES.join(', '));
  // As everywhere else: an account with an empty password is one that nobody can ever log in to.
  if (typeof password !== 'string' || password.length < MIN_PASSWORD_CHARS || password.length > MAX_PASSWORD_CHARS)
    throw invalid(
      `password found ${typeof password === 'string' ? `${password.length} characters` : 'no text'}`,
      `${MIN_PASSWORD_CHARS} to ${MAX_PASSWORD_CHARS} characters`,
    );
  return { ...account, role };
}

function invalid(found: string, allowed: string): GatewayError {
  return new GatewayError('MQ_CONFIG_INVALID', `auth.bootstrapAccounts: ${found}; allowed: ${allowed}`);
}
