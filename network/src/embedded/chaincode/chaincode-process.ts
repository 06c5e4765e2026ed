import { type ChannelCredentials, type ChannelOptions, Client, credentials } from '@grpc/grpc-js';
import type { ChaincodeConnection } from './chaincode-definition.ts';
import { decodeChaincodeMessage, encodeChaincodeMessage } from './chaincode-message.ts';
import { ChaincodeStream, type MessageStream } from './chaincode-stream.ts';

const CONNECT_METHOD = '/protos.Chaincode/Connect';
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;
/** How long a proposal waits for a process that is being dialled. */
export const LAUNCH_TIMEOUT_MS = 3_000;

export type ProcessLog = Readonly<{
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}>;

/** The process cannot be reached; `message` is the peer's text, `code` CHAINCODE_UNREACHABLE. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly code = 'CHAINCODE_UNREACHABLE';
}

/** An organisation's process of one chaincode: dialled at once, and again with growing pauses whenever it is gone. */
export class ChaincodeProcess {
  readonly #name: string;
  readonly #mspId: string;
  readonly #connection: ChaincodeConnection;
  readonly #log: ProcessLog | undefined;
  readonly #client: Client;
  #stream: ChaincodeStream | undefined;
  /** The dial in progress: settled by registration or by the end of the stream. */
  #attempt: PromiseWithResolvers<ChaincodeStream> = Promise.withResolvers();
  #ready: PromiseWithResolvers<ChaincodeStream> = Promise.withResolvers();
  #isReady = false;
  #retryMs = FIRST_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: { name: string; mspId: string; connection: ChaincodeConnection; log?: ProcessLog | undefined }) {
    this.#name = options.name;
    this.#mspId = options.mspId;
    this.#connection = options.connection;
    this.#log = options.log;
    this.#client = new Client(
      options.connection.address,
      credentialsOf(options.connection),
      channelOptions(options.connection),
    );
    this.#ready.promise.catch(() => undefined);
    this.#dial();
  }

  get connection(): ChaincodeConnection {
    return this.#connection;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when the process has registered; rejects when it is closed. */
  async whenReady(): Promise<void> {
    await this.#ready.promise;
  }

  /** The stream of the process, dialling again when there is none. @throws LaunchError */
  async launch(): Promise<ChaincodeStream> {
    if (this.#isReady && this.#stream !== undefined) return this.#stream;
    if (this.#retry !== undefined) this.#dial();
    return this.#attempt.promise;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    const gone = new LaunchError(`could not launch chaincode ${this.#name}: the network is closing`);
    this.#attempt.reject(gone);
    this.#ready.reject(gone);
    this.#stream?.close();
    this.#client.close();
  }

  #dial(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const attempt: PromiseWithResolvers<ChaincodeStream> = Promise.withResolvers();
    attempt.promise.catch(() => undefined); // whoever launches meanwhile hears of it
    this.#attempt = attempt;
    const raw: MessageStream = this.#client.makeBidiStreamRequest(
      CONNECT_METHOD,
      encodeChaincodeMessage,
      decodeChaincodeMessage,
      { deadline: Number.POSITIVE_INFINITY },
    );
    const timer = setTimeout(() => raw.cancel(), LAUNCH_TIMEOUT_MS);
    const stream = new ChaincodeStream(
      raw,
      (registeredAs) => {
        clearTimeout(timer);
        this.#connected(stream, registeredAs);
        attempt.resolve(stream);
      },
      (error) => {
        clearTimeout(timer);
        attempt.reject(this.#launchError(error));
        this.#ended(error);
      },
    );
    this.#stream = stream;
  }

  #connected(stream: ChaincodeStream, registeredAs: string): void {
    this.#isReady = true;
    this.#retryMs = FIRST_RETRY_MS;
    this.#ready.resolve(stream);
    this.#log?.info(
      { chaincode: this.#name, mspId: this.#mspId, address: this.#connection.address, registeredAs },
      'chaincode connected',
    );
  }

  #ended(error: Error | undefined): void {
    if (this.#isReady) {
      this.#log?.warn(
        { chaincode: this.#name, mspId: this.#mspId, reason: error?.message },
        'chaincode connection lost',
      );
      this.#ready = Promise.withResolvers();
      this.#ready.promise.catch(() => undefined);
    }
    this.#isReady = false;
    this.#stream = undefined;
    if (this.#closed) return;
    this.#retry = setTimeout(() => this.#dial(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
  }

  #launchError(error: Error | undefined): LaunchError {
    const why =
      error === undefined
        ? 'terminated'
        : /ECONNREFUSED|UNAVAILABLE/.test(error.message)
          ? 'connection refused'
          : error.message;
    return new LaunchError(
      `could not launch chaincode ${this.#name}: connection to ${this.#connection.address} failed: ${why}`,
      {
        cause: error,
      },
    );
  }
}

function credentialsOf({ tls }: ChaincodeConnection): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  return credentials.createSsl(pem(tls.rootCertPem), pem(tls.clientKeyPem), pem(tls.clientCertPem));
}

/** Messages of any size, no keepalive pings (fabric-shim ends on a keepalive message), no channel shared between organisations. */
function channelOptions({ tls }: ChaincodeConnection): ChannelOptions {
  return {
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': FIRST_RETRY_MS,
    'grpc.max_reconnect_backoff_ms': MAX_RETRY_MS,
    'grpc.enable_http_proxy': 0,
    ...(tls?.serverName === undefined
      ? {}
      : { 'grpc.ssl_target_name_override': tls.serverName, 'grpc.default_authority': tls.serverName }),
  };
}
