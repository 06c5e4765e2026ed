import type { ChaincodeConnection } from '../chaincode/chaincode-definition.ts';
import { type ChaincodeMessage, encodeChaincodeMessage, MESSAGE_TYPE } from '../chaincode/chaincode-message.ts';
import { ChaincodeProcess, LaunchError } from '../chaincode/chaincode-process.ts';
import { completeEvent, decodeResponse, encodeInput } from '../chaincode/chaincode-requests.ts';
import { ExecutionError } from '../chaincode/chaincode-stream.ts';
import { LedgerRequestHandler } from '../chaincode/ledger-request-handler.ts';
import { definitionSequenceKey, LIFECYCLE_NAMESPACE } from '../chaincode/lifecycle-keys.ts';
import { encodeReadWriteSet } from '../ledger/read-write-set-codec.ts';
import { LedgerRequests } from '../simulator/ledger-requests.ts';
import { SimulationError } from '../simulator/simulation-error.ts';
import { type SimulationResult, TransactionSimulator } from '../simulator/transaction-simulator.ts';
import type { Endorser, EndorserOptions, Simulation, SimulationRequest } from './endorser.ts';
import { EndorserError, type EndorserErrorCode } from './endorser-error.ts';
import { interestOf } from './interest-of.ts';

/** A chaincode that runs longer fails the proposal. */
export const EXECUTE_TIMEOUT_MS = 30_000;
/** Keys that a transaction's log line names at most. */
export const LOGGED_KEYS = 8;
const ERROR_THRESHOLD = 400;
const NOTHING: Uint8Array = new Uint8Array(0);

/** The endorsers of all organisations, each on its own chaincode processes. Processes are dialled at once. */
export function createEndorser(options: EndorserOptions): Endorser {
  return new ProcessEndorser(options);
}

class ProcessEndorser implements Endorser {
  readonly #options: EndorserOptions;
  readonly #processes = new Map<string, ChaincodeProcess>();

  constructor(options: EndorserOptions) {
    this.#options = options;
    for (const { name, connections } of options.definitions.list()) {
      for (const mspId of connections.keys()) this.#process(mspId, name);
    }
  }

  async simulate(request: SimulationRequest): Promise<Simulation> {
    const { ledger, definitions } = this.#options;
    const definition = definitions.get(request.chaincode);
    if (definition === undefined) {
      const hint = `make sure the chaincode ${request.chaincode} has been successfully defined on channel ${request.channelId} and try again`;
      throw new EndorserError('CHAINCODE_UNKNOWN', `${hint}: chaincode ${request.chaincode} not found`);
    }
    const simulator = new TransactionSimulator({
      view: ledger.view(),
      mspId: request.mspId,
      txId: request.txId,
      findCollection: definitions.findCollection,
      hasCollections: (chaincode) => definitions.get(chaincode) !== undefined,
    });
    try {
      simulator.getState(LIFECYCLE_NAMESPACE, definitionSequenceKey(request.chaincode));
      const message = await this.#run(simulator, request, request.chaincode, request.args);
      const answer = completed(message, request);
      const result = simulator.result();
      if (result.privateWrites !== undefined) await ledger.stagePrivateWrites(request.txId, result.privateWrites);
      return { ...answer, ...outcome(result), chaincode: { name: definition.name, version: definition.version } };
    } catch (error) {
      throw simulationFailure(error, request.txId);
    } finally {
      simulator.close();
    }
  }

  isReady(mspId: string, chaincode: string): boolean {
    return this.#process(mspId, chaincode)?.isReady === true;
  }

  async ready(signal: AbortSignal): Promise<void> {
    const all = Promise.all([...this.#processes.values()].map((process) => process.whenReady()));
    signal.throwIfAborted();
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([all, promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    for (const process of this.#processes.values()) process.close();
    this.#processes.clear();
  }

  async #run(
    simulator: TransactionSimulator,
    request: SimulationRequest,
    chaincode: string,
    args: readonly Uint8Array[],
  ): Promise<ChaincodeMessage> {
    const { ledger, definitions, executeTimeoutMs = EXECUTE_TIMEOUT_MS } = this.#options;
    const process = this.#process(request.mspId, chaincode);
    if (process === undefined) {
      throw new LaunchError(
        `could not launch chaincode ${chaincode}: chaincode is not installed on a peer of ${request.mspId}`,
      );
    }
    const requests = new LedgerRequests({
      simulator,
      channelId: request.channelId,
      namespace: chaincode,
      creatorMspId: request.creatorMspId,
      findCollection: definitions.findCollection,
      history: (namespace, key) => ledger.history(namespace, key, simulator.view.height),
    });
    const handler = new LedgerRequestHandler(requests, chaincode, (callee, channelId, calleeArgs) =>
      this.#invoke(simulator, request, callee, channelId, calleeArgs),
    );
    const stream = await process.launch();
    return stream.execute({
      txId: request.txId,
      channelId: request.channelId,
      input: encodeInput(args),
      signedProposal: request.signedProposal,
      handler,
      timeoutMs: executeTimeoutMs,
      signal: request.signal,
    });
  }

  /** A called chaincode adds to the caller's read-write set, whatever it answers; its event is dropped by the caller's peer. */
  async #invoke(
    simulator: TransactionSimulator,
    request: SimulationRequest,
    callee: string,
    channelId: string,
    args: readonly Uint8Array[],
  ): Promise<Uint8Array> {
    if (channelId !== '' && channelId !== request.channelId) {
      throw new SimulationError(`Failed to get policy manager for channel [${channelId}]`);
    }
    simulator.getState(LIFECYCLE_NAMESPACE, definitionSequenceKey(callee));
    if (this.#options.definitions.get(callee) === undefined) {
      const where = `[channel ${request.channelId}] failed to get chaincode container info for ${callee}`;
      throw new SimulationError(`execute failed: invalid invocation: ${where}: chaincode ${callee} not found`);
    }
    try {
      return encodeChaincodeMessage(await this.#run(simulator, request, callee, args));
    } catch (error) {
      throw new SimulationError(`execute failed: ${executionText(error)}`, { cause: error });
    }
  }

  /** The process for the definition as it is now; a changed address closes the old connection. */
  #process(mspId: string, chaincode: string): ChaincodeProcess | undefined {
    const connection = this.#options.definitions.get(chaincode)?.connections.get(mspId);
    const id = `${mspId}\0${chaincode}`;
    const known = this.#processes.get(id);
    if (known !== undefined && sameConnection(known.connection, connection)) return known;
    known?.close();
    this.#processes.delete(id);
    if (connection === undefined) return undefined;
    const started = new ChaincodeProcess({ name: chaincode, mspId, connection, log: this.#options.log });
    this.#processes.set(id, started);
    return started;
  }
}

function completed(message: ChaincodeMessage, request: SimulationRequest): Pick<Simulation, 'response' | 'event'> {
  if (message.type === MESSAGE_TYPE.ERROR) {
    throw new SimulationError(`transaction returned with failure: ${Buffer.from(message.payload).toString()}`);
  }
  const response = decodeResponse(message.payload);
  const keepsEvent = message.event.length > 0 && response.status < ERROR_THRESHOLD;
  return { response, event: keepsEvent ? completeEvent(message.event, request.chaincode, request.txId) : NOTHING };
}

function outcome(result: SimulationResult): Pick<Simulation, 'results' | 'privateWrites' | 'interest' | 'writtenKeys'> {
  return {
    results: encodeReadWriteSet(result.publicSet),
    privateWrites: result.privateWrites,
    interest: interestOf(result),
    writtenKeys: result.writtenKeys
      .slice(0, LOGGED_KEYS)
      .map(({ namespace, collection, key }) =>
        collection === '' ? `${namespace}/${key}` : `${namespace}/${collection}/#`,
      ),
  };
}

/** The text of an execution that brought no answer. */
function executionText(error: unknown): string {
  if (error instanceof ExecutionError) return `error sending: ${error.message}`;
  return error instanceof Error ? error.message : 'fault';
}

function simulationFailure(error: unknown, txId: string): EndorserError {
  if (error instanceof EndorserError) return error;
  const failed = (code: EndorserErrorCode): EndorserError =>
    new EndorserError(code, `error in simulation: failed to execute transaction ${txId}: ${executionText(error)}`, {
      cause: error,
    });
  if (error instanceof LaunchError) return failed('CHAINCODE_UNAVAILABLE');
  if (error instanceof ExecutionError) {
    if (error.code === 'EXECUTION_TIMEOUT') return failed('CHAINCODE_TIMEOUT');
    if (error.code === 'STREAM_TERMINATED') return failed('CHAINCODE_UNAVAILABLE');
    return failed(error.code === 'EXECUTION_CANCELLED' ? 'SIMULATION_CANCELLED' : 'SIMULATION_FAILED');
  }
  const why = error instanceof Error ? error.message : 'fault';
  return new EndorserError('SIMULATION_FAILED', `error in simulation: ${why}`, { cause: error });
}

const sameConnection = (a: ChaincodeConnection, b: ChaincodeConnection | undefined): boolean =>
  a === b || (b !== undefined && a.address === b.address && JSON.stringify(a.tls) === JSON.stringify(b.tls));
