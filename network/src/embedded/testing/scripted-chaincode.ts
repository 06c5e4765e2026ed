import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';

type Message = peer.ChaincodeMessage;
const { Type } = peer.ChaincodeMessage;

/** Handles one transaction: `ask` sends a ledger request and resolves with the peer's answer. */
export type Script = (transaction: {
  input: peer.ChaincodeInput;
  ask(type: number, payload: Uint8Array): Promise<Message>;
  send(type: number, payload: Uint8Array): void;
}) => Promise<peer.Response | undefined>;

/** A chaincode server on the official messages, for what fabric-shim never sends. */
export class ScriptedChaincode {
  readonly #server = new Server();
  readonly #streams = new Set<ServerDuplexStream<Message, Message>>();
  script: Script = () => Promise.resolve(undefined);
  /** Sent first; a shim registers with its package id. */
  firstMessage = registration('scripted:1');
  port = 0;

  static async start(credentials: ServerCredentials = ServerCredentials.createInsecure()): Promise<ScriptedChaincode> {
    const chaincode = new ScriptedChaincode();
    chaincode.#server.addService(peer.ChaincodeService as never, {
      connect: (stream: ServerDuplexStream<Message, Message>) => chaincode.#connect(stream),
    });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    chaincode.#server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
    chaincode.port = await promise;
    return chaincode;
  }

  /** Ends every stream; the server goes on listening. */
  hangUp(): void {
    for (const stream of this.#streams) stream.end();
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #connect(stream: ServerDuplexStream<Message, Message>): void {
    const waiting = new Map<string, (answer: Message) => void>();
    this.#streams.add(stream);
    stream.on('error', () => undefined); // the peer hung up
    stream.on('end', () => stream.end());
    stream.on('close', () => this.#streams.delete(stream));
    stream.on('data', (message: Message) => {
      if (message.getType() === Type.TRANSACTION) void this.#run(stream, message, waiting);
      else waiting.get(message.getTxid())?.(message);
    });
    stream.write(this.firstMessage);
  }

  async #run(
    stream: ServerDuplexStream<Message, Message>,
    transaction: Message,
    waiting: Map<string, (answer: Message) => void>,
  ): Promise<void> {
    const send = (type: number, payload: Uint8Array): void => {
      const message = new peer.ChaincodeMessage();
      message.setType(type as never);
      message.setPayload(payload);
      message.setTxid(transaction.getTxid());
      message.setChannelId(transaction.getChannelId());
      stream.write(message);
    };
    const ask = (type: number, payload: Uint8Array): Promise<Message> =>
      new Promise((resolve) => {
        waiting.set(transaction.getTxid(), resolve);
        send(type, payload);
      });
    const input = peer.ChaincodeInput.deserializeBinary(transaction.getPayload_asU8());
    const response = await this.script({ input, ask, send });
    if (response !== undefined) send(Type.COMPLETED, response.serializeBinary());
  }
}

export function registration(name: string): Message {
  const id = new peer.ChaincodeID();
  id.setName(name);
  const message = new peer.ChaincodeMessage();
  message.setType(Type.REGISTER);
  message.setPayload(id.serializeBinary());
  return message;
}

export function answer(status: number, payload = ''): peer.Response {
  const response = new peer.Response();
  response.setStatus(status);
  response.setPayload(Buffer.from(payload));
  return response;
}
