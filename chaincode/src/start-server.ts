import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type ContractOptions, DEFAULT_CONTRACT_OPTIONS } from './contract/contract-options.ts';
import { noteBatchLimits } from './contract/state-batches.ts';
import { makeContracts } from './contracts.ts';
import { CHAINCODE_NAME } from './ledger/transaction.ts';
import { vetoBy } from './local-rules/local-rules.ts';
import { rulesInFile } from './local-rules/rules-file.ts';
import { logTransactions } from './log-transactions.ts';
import type { ServerSettings } from './server-settings.ts';

const writeLine = (line: string) => process.stdout.write(`${line}\n`);

type GrpcServer = {
  bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void;
  forceShutdown(): void;
};
/** What fabric-shim's own server keeps; `start` of its own would not tell the port that was taken. */
type ShimServer = { _server: GrpcServer; _credentials: unknown; connect(stream: PeerStream): void };
type PeerStream = Parameters<typeof noteBatchLimits>[0];

const require = createRequire(import.meta.url);
const { JSONSerializer } = require('fabric-contract-api');
const ChaincodeFromContract = require('fabric-shim/lib/contract-spi/chaincodefromcontract.js');
const { getLogger } = require('fabric-shim/lib/logger.js');
const ChaincodeServer: new (chaincode: unknown, options: object) => ShimServer = require('fabric-shim/lib/server.js');

class BatchingServer extends ChaincodeServer {
  override connect(stream: PeerStream): void {
    noteBatchLimits(stream);
    super.connect(stream);
  }
}

/**
 * fabric-shim formats every line for debugging, several for each message, and throws them away afterwards: an eighth
 * of the time of an endorsement. Where nobody asked for them they are not written at all.
 */
function quietShim(): void {
  for (const name of ['lib/handler.js', 'lib/stub.js']) {
    const logger: { level: string; debug: () => void } = getLogger(name);
    if (logger.level !== 'debug') logger.debug = () => {};
  }
}

export type RunningServer = Readonly<{ port: number; close: () => void }>;

/** Serves the contracts to this organisation's peer (chaincode as a service). */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const serializers = { transaction: 'jsonSerializer', serializers: { jsonSerializer: JSONSerializer } };
  const contracts = makeContracts(contractOptions(settings));
  const chaincode = new ChaincodeFromContract(contracts, serializers, {}, CHAINCODE_NAME, '1');
  quietShim();
  logTransactions(chaincode, writeLine);
  const server: ShimServer = new BatchingServer(chaincode, {
    ccid: settings.chaincodeId,
    address: settings.address,
    tlsProps: await tlsProps(settings),
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': -1,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server._server.bindAsync(settings.address, server._credentials, (error, taken) =>
      error ? reject(error) : resolve(taken),
    );
  });
  return { port, close: () => server._server.forceShutdown() };
}

function contractOptions({ consortiumFile }: ServerSettings): ContractOptions {
  if (consortiumFile === undefined) return DEFAULT_CONTRACT_OPTIONS;
  return { ...DEFAULT_CONTRACT_OPTIONS, veto: vetoBy(rulesInFile(consortiumFile)) };
}

async function tlsProps({ tls }: ServerSettings): Promise<Record<string, Buffer> | undefined> {
  if (tls === undefined) return undefined;
  const { certificateFile, keyFile, clientCaFile } = tls;
  return {
    cert: await readFile(certificateFile),
    key: await readFile(keyFile),
    ...(clientCaFile !== undefined && { clientCACerts: await readFile(clientCaFile) }),
  };
}
