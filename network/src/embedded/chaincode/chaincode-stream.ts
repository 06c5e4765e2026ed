import type { ClientDuplexStream } from '@grpc/grpc-js';
import { type ChaincodeMessage, chaincodeMessage, MESSAGE_TYPE } from './chaincode-message.ts';
import { decodeRegistration, encodePeerCapabilities } from './chaincode-requests.ts';
import { type LedgerRequestHandler, refusalText } from './ledger-request-handler.ts';

export type MessageStream = ClientDuplexStream<ChaincodeMessage, ChaincodeMessage>;

/** Keys of one batch that a chaincode may ask for; the value of Fabric's own core.yaml. */
const MAX_BATCH_KEYS = 1000;

/** Texts of a Fabric peer for an execution that brought no answer. */
export const EXECUTION_TIMEOUT = 'timeout expired while executing transaction';
export const STREAM_TERMINATED = 'chaincode stream terminated';

/** An execution without an answer of the chaincode; `message` is the peer's text. */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError';
  readonly code: 'EXECUTION_TIMEOUT' | 'STREAM_TERMINATED' | 'TRANSACTION_EXISTS' | 'EXECUTION_CANCELLED';
  constructor(code: ExecutionError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export type Execution = Readonly<{
  txId: string;
  channelId: string;
  /** `protos.ChaincodeInput` bytes */
  input: Uint8Array;
  /** `protos.SignedProposal` bytes */
  signedProposal: Uint8Array;
  handler: LedgerRequestHandler;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}>;

type Running = {
  readonly handler: LedgerRequestHandler;
  finish(answer: ChaincodeMessage | ExecutionError): void;
  busy: boolean;
};

/**
 * One stream to a chaincode process, on which many transactions run at once. The process registers, then answers each TRANSACTION
 * with COMPLETED after any number of ledger requests, of which a transaction has one open at a time.
 */
export class ChaincodeStream {
  readonly #stream: MessageStream;
  readonly #onReady: (registeredAs: string) => void;
  readonly #running = new Map<string, Running>();
  #state: 'created' | 'ready' | 'closed' = 'created';

  /**
   * @param onReady called once, with the package id that the process registered under
   * @param onEnd called once, when the stream is over
   */
  constructor(
    stream: MessageStream,
    onReady: (registeredAs: string) => void,
    onEnd: (error: Error | undefined) => void,
  ) {
    this.#stream = stream;
    this.#onReady = onReady;
    let ended = false;
    const end = (error?: Error): void => {
      if (ended) return;
      ended = true;
      this.#state = 'closed';
      this.#failAll();
      onEnd(error);
    };
    stream.on('data', (message: ChaincodeMessage) => this.#receive(message));
    stream.on('error', end);
    stream.on('end', () => end());
    stream.on('close', () => end());
  }

  /** Transactions in execution. */
  get load(): number {
    return this.#running.size;
  }

  /** The chaincode's COMPLETED or ERROR message. @throws ExecutionError */
  execute(execution: Execution): Promise<ChaincodeMessage> {
    const { txId, channelId, handler, timeoutMs, signal } = execution;
    const id = channelId + txId;
    if (this.#running.has(id)) {
      return Promise.reject(new ExecutionError('TRANSACTION_EXISTS', `txid: ${txId}(${channelId}) exists`));
    }
    if (this.#state !== 'ready') return Promise.reject(new ExecutionError('STREAM_TERMINATED', STREAM_TERMINATED));
    const { promise, resolve, reject } = Promise.withResolvers<ChaincodeMessage>();
    const finish = (answer: ChaincodeMessage | ExecutionError): void => {
      if (!this.#running.delete(id)) return;
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      void handler.closeQueries();
      if (answer instanceof ExecutionError) reject(answer);
      else resolve(answer);
    };
    const timer = setTimeout(() => finish(new ExecutionError('EXECUTION_TIMEOUT', EXECUTION_TIMEOUT)), timeoutMs);
    const cancel = (): void => finish(new ExecutionError('EXECUTION_CANCELLED', 'context canceled'));
    signal?.addEventListener('abort', cancel, { once: true });
    this.#running.set(id, { handler, finish, busy: false });
    this.#stream.write({
      ...chaincodeMessage(MESSAGE_TYPE.TRANSACTION, txId, channelId, execution.input),
      proposal: execution.signedProposal,
    });
    return promise;
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#failAll();
    this.#stream.end();
    this.#stream.cancel();
  }

  #receive(message: ChaincodeMessage): void {
    if (this.#state === 'created') {
      if (message.type === MESSAGE_TYPE.REGISTER) this.#register(message);
      else this.close();
      return;
    }
    switch (message.type) {
      case MESSAGE_TYPE.KEEPALIVE:
        return;
      case MESSAGE_TYPE.COMPLETED:
      case MESSAGE_TYPE.ERROR:
        this.#running.get(message.channelId + message.txId)?.finish(message);
        return;
      default:
        void this.#answer(message);
    }
  }

  #register(message: ChaincodeMessage): void {
    const registeredAs = registeredName(message.payload);
    if (registeredAs === '') {
      this.close();
      return;
    }
    this.#stream.write(chaincodeMessage(MESSAGE_TYPE.REGISTERED, '', ''));
    this.#stream.write(chaincodeMessage(MESSAGE_TYPE.READY, '', '', encodePeerCapabilities(MAX_BATCH_KEYS)));
    this.#state = 'ready';
    this.#onReady(registeredAs);
  }

  async #answer({ type, txId, channelId, payload }: ChaincodeMessage): Promise<void> {
    const running = this.#running.get(channelId + txId);
    if (running === undefined) {
      this.#refuse(type, txId, channelId, new Error('no ledger context'));
      return;
    }
    if (running.busy) return; // as a peer: a second request of the transaction is dropped
    running.busy = true;
    try {
      const answered = running.handler.handle(type, payload);
      const answer = answered instanceof Promise ? await answered : answered;
      running.busy = false;
      this.#stream.write(chaincodeMessage(MESSAGE_TYPE.RESPONSE, txId, channelId, answer));
    } catch (error) {
      running.busy = false;
      this.#refuse(type, txId, channelId, error);
    }
  }

  #refuse(type: number, txId: string, channelId: string, error: unknown): void {
    const text = Buffer.from(refusalText(type, txId, error));
    this.#stream.write(chaincodeMessage(MESSAGE_TYPE.ERROR, txId, channelId, text));
  }

  #failAll(): void {
    for (const running of [...this.#running.values()])
      running.finish(new ExecutionError('STREAM_TERMINATED', STREAM_TERMINATED));
  }
}

/** No name for a registration that cannot be read. */
function registeredName(payload: Uint8Array): string {
  try {
    return decodeRegistration(payload);
  } catch {
    return '';
  }
}
