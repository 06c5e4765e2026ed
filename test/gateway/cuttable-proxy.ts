import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a peer that can be cut: every connection is lost without a word, new ones are let through. */
export class CuttableProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async start(target: string): Promise<CuttableProxy> {
    const at = target.lastIndexOf(':');
    const [host, port] = [target.slice(0, at), Number(target.slice(at + 1))];
    const proxy = new CuttableProxy((client) => {
      const peer = connect({ host, port });
      client.pipe(peer).pipe(client);
      return peer;
    });
    proxy.#server.listen({ host: '127.0.0.1', port: 0 });
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(reach: (client: Socket) => Socket) {
    this.#server = createServer((client) => {
      for (const socket of [client, reach(client)]) {
        this.#sockets.add(socket);
        socket.on('error', () => {}); // of the other half that was cut
        socket.on('close', () => this.#sockets.delete(socket));
      }
    });
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }
}
