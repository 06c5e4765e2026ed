import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, hash, signers } from '@hyperledger/fabric-gateway';
import type { OrganizationConnection } from '@medquorum/network/connection/connection-file';

const CALL_TIMEOUT_MS = 10_000;

export type GatewayClient = Readonly<{ gateway: Gateway; close(): void }>;

/** The ordinary client, as the user whose files are given or the organisation's first one. */
export async function connectGateway(
  { mspId, endpoint, serverName, tlsCa, cert, key }: OrganizationConnection,
  user: Readonly<{ cert: string; key: string }> = { cert, key },
): Promise<GatewayClient> {
  const client = new Client(endpoint, credentials.createSsl(await readFile(tlsCa)), {
    'grpc.ssl_target_name_override': serverName,
  });
  const deadline = () => ({ deadline: Date.now() + CALL_TIMEOUT_MS });
  const gateway = connect({
    client,
    identity: { mspId, credentials: await readFile(user.cert) },
    signer: signers.newPrivateKeySigner(createPrivateKey(await readFile(user.key))),
    hash: hash.sha256,
    evaluateOptions: deadline,
    endorseOptions: deadline,
    submitOptions: deadline,
    commitStatusOptions: deadline,
  });
  return {
    gateway,
    close() {
      gateway.close();
      client.close();
    },
  };
}
