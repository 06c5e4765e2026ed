import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { acceptsConnections } from '../../supervisor/probe.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { listeningProcess } from './listening-process.ts';
import { isLocal, type Place } from './topology-places.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const ASK_TIMEOUT_MS = 3_000;
/** Fabric refuses messages that are 15 minutes off; at this an operator should look. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

/** Before a start: every local address of the topology must be free. */
export async function checkPortsFree(places: readonly Place[]): Promise<Finding[]> {
  const local = places.filter(({ host }) => isLocal(host));
  const taken = await Promise.all(local.map(({ host, port }) => acceptsConnections(host, port)));
  const findings = local.flatMap(({ what, host, port }, index): Finding[] => {
    if (!taken[index]) return [];
    const by = listeningProcess(port);
    const detail = `${host}:${port} is taken${by === undefined ? '' : ` by process ${by.pid} (${by.command})`}`;
    const cure = by === undefined ? 'stop what listens there' : `stop it (kill ${by.pid})`;
    return [problem('ports', what, detail, `${cure}, or change the port in the topology`)];
  });
  return findings.length > 0
    ? findings
    : [ok('ports', 'this machine', `${local.length} ports of the topology are free`)];
}

/** While it runs: peers and orderers answer, with a certificate of their organisation. */
export async function checkAnswers(places: readonly Place[], tlsRootOf: (mspId: string) => string): Promise<Finding[]> {
  return Promise.all(
    places
      .filter(({ tls }) => tls !== undefined)
      .map(async (place): Promise<Finding> => {
        const { what, host, port } = place;
        const address = `${host}:${port}`;
        const failure = await tlsFailure(place, tlsRootOf(place.tls?.mspId ?? ''));
        if (failure === undefined) return ok('connections', what, `${address} answers`);
        const { detail, cure } = failure;
        return problem('connections', what, `${address} ${detail}`, cure);
      }),
  );
}

async function tlsFailure(
  { host, port, tls, what }: Place,
  rootFile: string,
): Promise<Readonly<{ detail: string; cure: string }> | undefined> {
  if (!(await acceptsConnections(host, port)))
    return { detail: 'does not answer', cure: `start ${what} (medquorum node up), or open the way to it` };
  if (!existsSync(rootFile))
    return { detail: `cannot be checked: ${rootFile} is missing`, cure: 'get the public bundle of that organisation' };
  const root = readFileSync(rootFile);
  if (!isCertificate(root))
    return { detail: `cannot be checked: ${rootFile} is damaged`, cure: 'get the public bundle of that organisation' };
  const cause = await handshake(host, port, tls?.serverName ?? host, root);
  return cause === undefined
    ? undefined
    : {
        detail: `shows a wrong certificate: ${cause}`,
        cure: 'renew it (medquorum pki renew), or exchange public bundles anew',
      };
}

function isCertificate(pem: Buffer): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

function handshake(host: string, port: number, servername: string, ca: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, servername, ca, ALPNProtocols: ['h2'], timeout: CONNECT_TIMEOUT_MS });
    const end = (answer: string | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('secureConnect', () => end(undefined));
    socket.once('error', (error) => end(error.message));
    socket.once('timeout', () => end('no TLS handshake'));
  });
}

/** The clocks of nodes, by the date of their operations service; those that do not answer are left out. */
export async function checkClocks(places: readonly Place[]): Promise<Finding[]> {
  const asked = await Promise.all(
    places
      .filter(({ operations }) => operations)
      .map(async ({ what, host, port }) => {
        const differenceMs = await clockDifference(`http://${host}:${port}/version`);
        return { what, differenceMs };
      }),
  );
  const known = asked.filter((answer) => answer.differenceMs !== undefined);
  const wrong = known.filter(({ differenceMs = 0 }) => Math.abs(differenceMs) > MAX_CLOCK_DIFFERENCE_MS);
  if (known.length > 0 && wrong.length === 0)
    return [ok('clock', 'nodes', `${known.length} agree with this machine within ${MAX_CLOCK_DIFFERENCE_MS / 1000} s`)];
  return wrong.map(({ what, differenceMs = 0 }) =>
    problem('clock', what, `differs by ${Math.round(differenceMs / 1000)} s`, 'synchronise both machines (NTP)'),
  );
}

async function clockDifference(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    await response.arrayBuffer();
    const date = Date.parse(response.headers.get('date') ?? '');
    return Number.isNaN(date) ? undefined : date - Date.now();
  } catch {
    return undefined; // reachability is judged elsewhere
  }
}

/** A clock that runs behind what it has itself signed is wrong. */
export function checkOwnClock(newestSignatureMs: number, nowMs: number): Finding {
  if (nowMs >= newestSignatureMs) return ok('clock', 'this machine', new Date(nowMs).toISOString());
  const detail = `${new Date(nowMs).toISOString()} is before the newest certificate was made (${new Date(newestSignatureMs).toISOString()})`;
  return warning('clock', 'this machine', detail, 'synchronise the clock (NTP)');
}
