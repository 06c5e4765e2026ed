import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { GatewayError } from '../gateway-error.ts';
import type { PemSource } from '../ledger/fabric-ledger.ts';

/** `<user>.id` of a file system wallet, as Fabric's client libraries write it. */
const WalletIdentity = Type.Object({
  type: Type.Literal('X.509'),
  version: Type.Literal(1),
  mspId: Type.String(),
  credentials: Type.Object({ certificate: Type.String(), privateKey: Type.String() }),
});

export type ClientIdentity = Readonly<{ certificate: PemSource; privateKey: PemSource }>;

/**
 * Certificate and key of a wallet's user.
 * @throws GatewayError `MQ_CONFIG_INVALID`, also where the user is of another organisation; no key material in the message
 */
export function readWalletIdentity(walletDir: string, user: string, mspId: string): ClientIdentity {
  if (!/^[^/\\]{1,128}$/.test(user)) throw invalid('ledger.walletUser', 'a path', 'the name of a user');
  const file = join(walletDir, `${user}.id`);
  let identity: unknown;
  try {
    identity = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // A parser's message quotes the text, here a private key.
    throw invalid('ledger.walletDir', `no readable JSON in ${file}`, 'an identity of a wallet');
  }
  if (!Value.Check(WalletIdentity, identity)) {
    const [first] = Value.Errors(WalletIdentity, identity);
    const place = first?.instancePath || '(the whole file)';
    throw invalid('ledger.walletDir', `${file}: ${place}: ${first?.message ?? 'not valid'}`, 'an X.509 identity');
  }
  if (identity.mspId !== mspId) throw invalid('ledger.walletUser', `a user of ${identity.mspId}`, `one of ${mspId}`);
  const { certificate, privateKey } = identity.credentials;
  return { certificate: { pem: certificate }, privateKey: { pem: privateKey } };
}

function invalid(name: string, found: string, allowed: string): GatewayError {
  return new GatewayError('MQ_CONFIG_INVALID', `${name}: found ${found}; allowed: ${allowed}`);
}
