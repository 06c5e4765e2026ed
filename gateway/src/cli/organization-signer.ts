import type { GatewayConfig } from '../config/gateway-config.ts';
import { GatewayError } from '../gateway-error.ts';
import { type EntryAuthor, EntrySigner } from '../identity/entry-signer.ts';
import { KeyVault } from '../identity/key-vault.ts';
import { hasOrganizationKeys, organizationKeys } from '../identity/organization-keys.ts';
import type { Ledger } from '../ledger/ledger.ts';

/**
 * Signs in the name of the organisation, with the keys that its gateway keeps.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID` where there are none: a command makes no keys
 */
export async function organizationSigner(
  { keysDir, mspId, settings }: GatewayConfig,
  { channel, chaincode }: Pick<Ledger, 'channel' | 'chaincode'>,
): Promise<Readonly<{ signer: EntrySigner; author: EntryAuthor }>> {
  if (!hasOrganizationKeys(keysDir)) {
    throw new GatewayError('MQ_CONFIG_INVALID', `${keysDir} holds no keys: give the gateway's own dataDir or keys.dir`);
  }
  const vault = await KeyVault.open(keysDir, settings.get('keys.passphrase'));
  const { keyGeneration, signing } = organizationKeys(keysDir, mspId, vault, settings.get('keys.development'));
  const lifetimeMs = settings.get('ledger.intentSeconds') * 1000;
  const signer = new EntrySigner({ channel, chaincode, nowMs: Date.now, lifetimeMs });
  return { signer, author: { author: { kind: 'organization', id: mspId, keyGeneration }, key: signing } };
}
