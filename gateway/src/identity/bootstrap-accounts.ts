import { readFileSync } from 'node:fs';
import type { BootstrapAccount } from '../config/gateway-config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Accounts } from './accounts.ts';
import { ACCOUNT_ROLES, isAccountRole } from './roles.ts';

const ADMINISTRATOR = 'admin';
const MIN_PASSWORD_LENGTH = 16;

/**
 * The first account of a gateway that has none; whoever holds its password makes the others.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID` where the file cannot be read or its password is short
 */
export function firstAdministrator(passwordFile: string): BootstrapAccount {
  let password: string;
  try {
    password = readFileSync(passwordFile, 'utf8').trim();
  } catch (cause) {
    throw unusable(`${passwordFile}, which cannot be read`, { cause });
  }
  if (password.length < MIN_PASSWORD_LENGTH) throw unusable('a shorter password');
  return { username: ADMINISTRATOR, role: 'administrator', password };
}

const unusable = (found: string, options?: ErrorOptions) =>
  new GatewayError(
    'MQ_CONFIG_INVALID',
    `auth.administratorPasswordFile: found ${found}; allowed: a file with a password of at least ${MIN_PASSWORD_LENGTH} characters`,
    options,
  );

/** Makes the accounts that the settings name, where they are absent; an existing one keeps its password. */
export async function createBootstrapAccounts(accounts: Accounts, wanted: readonly BootstrapAccount[]): Promise<void> {
  for (const { username, password, role, practitionerId, patient } of wanted) {
    if (!isAccountRole(role)) {
      throw new GatewayError(
        'MQ_CONFIG_INVALID',
        `auth.bootstrapAccounts: role found another; allowed: ${ACCOUNT_ROLES.join(', ')}`,
      );
    }
    if (await accounts.exists(username)) continue;
    await accounts.create({ username, password, role, practitionerId, patient, scopes: undefined });
  }
}
