// node client.mjs CONNECTION_FILE: the ordinary client of Hyperledger Fabric against whatever network the file describes.
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';

const { channel, organizations } = JSON.parse(await readFile(process.argv[2], 'utf8'));
const [{ mspId, endpoint, serverName, tlsCa, cert, key }] = organizations;

const client = new Client(endpoint, credentials.createSsl(await readFile(tlsCa)), {
  'grpc.ssl_target_name_override': serverName,
});
const gateway = connect({
  client,
  identity: { mspId, credentials: await readFile(cert) },
  signer: signers.newPrivateKeySigner(createPrivateKey(await readFile(key))),
  hash: hash.sha256,
});
const contract = gateway.getNetwork(channel).getContract('asset');
const text = (bytes) => Buffer.from(bytes).toString();

await contract.submit('create', { arguments: ['car', 'alice'], transientData: { price: '9000' } });
console.log(text(await contract.submitTransaction('transfer', 'car', 'bob')));
console.log(text(await contract.evaluateTransaction('read', 'car')));
console.log(text(await contract.evaluateTransaction('price', 'car')));
gateway.close();
client.close();
