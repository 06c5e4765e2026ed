// A network inside a test's own process: start, use, take a snapshot, go back, close.
import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';
import { startTestNetwork } from '@medquorum/network/embedded/start-test-network';

const organizations = ['Org1MSP', 'Org2MSP'];

// One process of the chaincode per organisation, as on a real network.
const addresses = Object.fromEntries(
  await Promise.all(organizations.map(async (mspId) => [mspId, `127.0.0.1:${await freePort()}`])),
);
const chaincodes = Object.values(addresses).map((address) =>
  spawn(process.execPath, [fileURLToPath(new URL('asset-chaincode.cjs', import.meta.url))], {
    env: { ...process.env, CHAINCODE_ID: 'asset', CHAINCODE_SERVER_ADDRESS: address },
    stdio: 'ignore',
  }),
);

const { network, client, close } = await startTestNetwork({
  organizations,
  chaincodes: [{ name: 'asset', endorsementPolicy: "AND('Org1MSP.peer', 'Org2MSP.peer')", addresses }],
  users: ['alice'],
});
try {
  const alice = contractOf(client('Org1MSP', 'alice'));
  await alice.submitTransaction('create', 'car', 'alice');
  const { id } = await network.snapshot();
  await alice.submitTransaction('transfer', 'car', 'bob');
  console.log(`after the transfer: ${await read(alice)}`);
  await network.revert(id);
  console.log(`after going back: ${await read(alice)}`);
} finally {
  await close();
  for (const chaincode of chaincodes) chaincode.kill();
}
process.exit(0); // the client's connections would keep the process

async function read(contract) {
  return JSON.parse(Buffer.from(await contract.evaluateTransaction('read', 'car')).toString()).owner;
}

function contractOf({ mspId, endpoint, serverName, tlsRootCertificatePem, certificatePem, privateKeyPem }) {
  const tls = credentials.createSsl(Buffer.from(tlsRootCertificatePem));
  const gateway = connect({
    client: new Client(endpoint, tls, { 'grpc.ssl_target_name_override': serverName }),
    identity: { mspId, credentials: Buffer.from(certificatePem) },
    signer: signers.newPrivateKeySigner(createPrivateKey(privateKeyPem)),
    hash: hash.sha256,
  });
  return gateway.getNetwork('mychannel').getContract('asset');
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
