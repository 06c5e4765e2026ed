import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmbeddedNetwork } from '../embedded-network.ts';
import { AdminError } from './admin-error.ts';
import { runAdminRoute } from './admin-routes.ts';

/** The only interface the service listens on: whoever reaches it can do everything to the network. */
const LOOPBACK = '127.0.0.1';
const MAX_BODY_BYTES = 64 * 1024;

/** HTTP statuses of expected failures, by code; anything else is 500 without its text. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['MQ_ADMIN_BODY', 400],
  ['MQ_ADMIN_FOREIGN', 403],
  ['MQ_ADMIN_ROUTE', 404],
  ['MQ_NETWORK_OPTIONS', 404],
  ['LEDGER_SNAPSHOT_UNKNOWN', 404],
  ['MQ_ADMIN_METHOD', 405],
  ['MQ_ADMIN_TOO_LARGE', 413],
]);

/** A running administration service. */
export type AdminService = Readonly<{ url: string; close(): Promise<void> }>;

/** Serves the administration of a network as JSON over HTTP on the loopback interface. Port 0 takes any free one. */
export async function serveAdmin(network: EmbeddedNetwork, port: number): Promise<AdminService> {
  const server = createServer((request, response) => {
    void answer(network, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(`${JSON.stringify(body)}\n`);
    });
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening'); // rejects with the error that `listen` reports
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://${LOOPBACK}:${bound}`, close: () => close(server) };
}

async function answer(network: EmbeddedNetwork, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  try {
    refuseForeign(request);
    const { pathname } = new URL(request.url ?? '/', `http://${LOOPBACK}`);
    const body = await readBody(request);
    return {
      status: 200,
      body: await runAdminRoute(network, { method: request.method ?? 'GET', path: pathname, body }),
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const status = STATUSES.get(code);
    if (status === undefined) return { status: 500, body: { code: 'MQ_ADMIN_FAULT', message: 'internal fault' } };
    return { status, body: { code, message: (error as Error).message } };
  }
}

/** A page in a developer's browser can send requests here too, under its own origin or a name it has had resolved to us. */
function refuseForeign({ headers }: IncomingMessage): void {
  const name = (headers.host ?? '').replace(/:\d+$/, '');
  if (headers.origin !== undefined || (name !== LOOPBACK && name !== 'localhost')) {
    throw new AdminError('MQ_ADMIN_FOREIGN', 'only programs on this machine may ask, by its loopback address');
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new AdminError('MQ_ADMIN_TOO_LARGE', `a body has at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new AdminError('MQ_ADMIN_BODY', 'the body is not JSON');
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
