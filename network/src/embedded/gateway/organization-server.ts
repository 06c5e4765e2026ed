import { Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js';
import { gateway, peer } from '@hyperledger/fabric-protos';
import { RpcError } from '../../protocol/rpc-error.ts';
import { type BlockResponse, blockWithPrivateData, filteredBlock, fullBlock } from '../deliver/deliver-responses.ts';
import { type DeliverStream, serveDeliver } from '../deliver/serve-deliver.ts';
import { CallLimit, MAX_DELIVER_STREAMS } from './call-limit.ts';
import type { GatewayContext } from './gateway-context.ts';
import { endorserService, gatewayService, type OpenStreams, toServerError } from './gateway-service.ts';
import { strictService } from './strict-service.ts';

/** Server certificate of an organisation's peer; `clientCa` makes client certificates obligatory. */
export type ServerTls = Readonly<{ certificatePem: string; keyPem: string; clientCaPem?: string }>;

export type OrganizationServerOptions = Readonly<{
  context: GatewayContext;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Undefined: plain TCP, for tests on one machine. */
  tls: ServerTls | undefined;
  nowMs(): number;
}>;

/** Largest message, as in Fabric. */
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

/** The gRPC server of one organisation: gateway, endorser and block delivery on one port. */
export class OrganizationServer {
  readonly port: number;
  readonly #server: Server;
  readonly #streams: OpenStreams;

  private constructor(server: Server, port: number, streams: OpenStreams) {
    this.#server = server;
    this.port = port;
    this.#streams = streams;
  }

  /** Starts listening. Rejects when the port is taken. */
  static async start(options: OrganizationServerOptions): Promise<OrganizationServer> {
    const { context, host, port, tls } = options;
    const server = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    });
    const streams: OpenStreams = new Set();
    addService(server, gateway.GatewayService, gatewayService(context, streams));
    addService(server, peer.EndorserService, endorserService(context));
    addService(server, peer.DeliverService, deliverService(options, streams));
    const bound = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`${host}:${port}`, credentials(tls), (error, boundPort) =>
        error === null ? resolve(boundPort) : reject(error),
      );
    });
    return new OrganizationServer(server, bound, streams);
  }

  /** Ends every event and block stream that is open now; clients may open new ones. */
  dropStreams(): void {
    for (const stream of [...this.#streams]) stream.abort();
  }

  /** Stops listening and ends all calls. */
  async close(): Promise<void> {
    this.dropStreams();
    this.#server.forceShutdown();
  }
}

function addService(server: Server, service: unknown, handlers: object): void {
  // the generated definitions are typed for a looser compiler than ours
  server.addService(strictService(service as ServiceDefinition), handlers as Parameters<Server['addService']>[1]);
}

function deliverService({ context, nowMs }: OrganizationServerOptions, streams: OpenStreams) {
  const { channel, own, reportFault } = context;
  const limit = new CallLimit('protos.Deliver', MAX_DELIVER_STREAMS);
  const serve = async (stream: DeliverStream, toResponse: BlockResponse, signal: AbortSignal): Promise<void> => {
    if (!own.isUp) throw new RpcError(status.UNAVAILABLE, 'this organisation is down');
    const leave = limit.enter();
    try {
      await serveDeliver(stream, toResponse, { channel, mspId: own.mspId, nowMs }, signal);
    } finally {
      leave();
    }
  };
  const handler = (toResponse: BlockResponse) => (stream: DeliverStream) => {
    const ended = new AbortController();
    streams.add(ended);
    stream.on('cancelled', () => ended.abort());
    stream.on('close', () => ended.abort());
    stream.on('error', () => ended.abort());
    serve(stream, toResponse, ended.signal)
      .then(() => stream.end())
      .catch((error: unknown) => {
        if (!ended.signal.aborted) stream.emit('error', toServerError(error, reportFault));
      })
      .finally(() => streams.delete(ended));
  };
  return {
    deliver: handler(fullBlock),
    deliverFiltered: handler(filteredBlock),
    deliverWithPrivateData: handler(blockWithPrivateData),
  };
}

function credentials(tls: ServerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tls.certificatePem), private_key: Buffer.from(tls.keyPem) };
  const clientCa = tls.clientCaPem === undefined ? null : Buffer.from(tls.clientCaPem);
  return ServerCredentials.createSsl(clientCa, [pair], clientCa !== null);
}
