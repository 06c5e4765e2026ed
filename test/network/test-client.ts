import { createPrivateKey } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import { type Contract, connect, hash, type Network, signers } from '@hyperledger/fabric-gateway';
import type { TestClient } from '@medquorum/network/embedded/start-test-network';

const CALL_TIMEOUT_MS = 15_000;

/** The ordinary client on one organisation's gateway. */
export type ConnectedClient = Readonly<{ network: Network; contract: Contract; close(): void }>;

/** Connects as the ordinary client does; the network's clock may differ, so no deadline is shorter than a test. */
export function connectTestClient(options: TestClient): ConnectedClient {
  const { mspId, endpoint, serverName, tlsRootCertificatePem, certificatePem, privateKeyPem } = options;
  const client = new Client(endpoint, credentials.createSsl(Buffer.from(tlsRootCertificatePem)), {
    'grpc.ssl_target_name_override': serverName,
  });
  const deadline = () => ({ deadline: Date.now() + CALL_TIMEOUT_MS });
  const gateway = connect({
    client,
    identity: { mspId, credentials: Buffer.from(certificatePem) },
    signer: signers.newPrivateKeySigner(createPrivateKey(privateKeyPem)),
    hash: hash.sha256,
    evaluateOptions: deadline,
    endorseOptions: deadline,
    submitOptions: deadline,
    commitStatusOptions: deadline,
  });
  const network = gateway.getNetwork('mychannel');
  return {
    network,
    contract: network.getContract('asset'),
    close() {
      gateway.close();
      client.close();
    },
  };
}
