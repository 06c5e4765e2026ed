import type { BootstrapAccount } from '../config/gateway-config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Accounts } from './accounts.ts';
import { ACCOUNT_ROLES, isAccountRole } from './roles.ts';

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
