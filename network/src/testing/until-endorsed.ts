import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';
import { connectionFile } from '../connection/connection-file.ts';
import { until } from '../operations/until.ts';
import type { Topology } from '../topology/topology.ts';
import type { NetworkUnderTestOptions } from './network-under-test.ts';

/** Waits until the gateway service of every organisation has a call endorsed by all: peers hear of each other by gossip. */
export async function untilEndorsed(
  topology: Topology,
  materialDirectory: string,
  { chaincode, functionName }: NetworkUnderTestOptions['harmlessCall'],
): Promise<void> {
  const { organizations } = connectionFile(topology, materialDirectory, { engine: '', endpoints: new Map() });
  const everybody = organizations.map(({ mspId }) => mspId);
  await Promise.all(
    organizations.map(async ({ mspId, endpoint, serverName, tlsCa, cert, key }) => {
      const client = new Client(endpoint, credentials.createSsl(await readFile(tlsCa)), {
        'grpc.ssl_target_name_override': serverName,
      });
      const gateway = connect({
        client,
        identity: { mspId, credentials: await readFile(cert) },
        signer: signers.newPrivateKeySigner(createPrivateKey(await readFile(key))),
        hash: hash.sha256,
      });
      try {
        const contract = gateway.getNetwork(topology.channel.name).getContract(chaincode);
        await until(`${mspId} finds endorsers everywhere`, () =>
          contract.newProposal(functionName, { endorsingOrganizations: everybody }).endorse(),
        );
      } finally {
        gateway.close();
        client.close();
      }
    }),
  );
}
