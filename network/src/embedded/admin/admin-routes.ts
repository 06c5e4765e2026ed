import { Ajv, type ValidateFunction } from 'ajv';
import type { BatchSettings } from '../../topology/topology.ts';
import type { EmbeddedNetwork } from '../embedded-network.ts';
import type { OrganizationFaults } from '../gateway/endorser-faults.ts';
import type { CutMode } from '../orderer/orderer.ts';
import { AdminError } from './admin-error.ts';

/** Longest fault or clock shift: a week, and ten years. */
const MAX_DELAY_MS = 7 * 24 * 3600 * 1000;
const MAX_SHIFT_MS = 10 * 366 * 24 * 3600 * 1000;
const MAX_CONFLICTS = 100_000;

type Handler = (network: EmbeddedNetwork, parameter: string, body: unknown) => Promise<unknown> | unknown;

/** One thing a developer can do to a running network. */
export type AdminRoute = Readonly<{ method: string; path: RegExp; body: ValidateFunction | undefined; run: Handler }>;

const ajv = new Ajv();
const object = (properties: object, required: readonly string[] = []): ValidateFunction =>
  ajv.compile({ type: 'object', properties, required, additionalProperties: false });
const count = { type: 'integer', minimum: 1 };

const CUTTING = object(
  {
    mode: { enum: ['eager', 'timeout', 'manual'] },
    maxMessageCount: count,
    preferredMaxBytes: count,
    timeoutMs: count,
  },
  ['mode'],
);
const CLOCK = object({ shiftMs: { type: 'integer', minimum: -MAX_SHIFT_MS, maximum: MAX_SHIFT_MS } }, ['shiftMs']);
const FAULTS = object({
  down: { type: 'boolean' },
  delayMs: { type: 'integer', minimum: 0, maximum: MAX_DELAY_MS },
  lie: { enum: ['no', 'result', 'signature'] },
});
const DROP = object({ mspId: { type: 'string' } });
const CONFLICTS = object({ count: { type: 'integer', minimum: 0, maximum: MAX_CONFLICTS } }, ['count']);

/** Everything the administration service offers; `path` captures at most one parameter. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  route('GET', /^\/$/, undefined, (network) => describeNetwork(network)),
  route('GET', /^\/snapshots$/, undefined, (network) => network.snapshots()),
  route('POST', /^\/snapshots$/, undefined, (network) => network.snapshot()),
  route('POST', /^\/snapshots\/([^/]+)\/revert$/, undefined, async (network, id) => {
    await network.revert(id);
    return { height: network.height };
  }),
  route('POST', /^\/reset$/, undefined, async (network) => {
    await network.reset();
    return { height: network.height };
  }),
  route('POST', /^\/cut$/, undefined, async (network) => {
    await network.cut();
    return { height: network.height };
  }),
  route('PUT', /^\/cutting$/, CUTTING, (network, _, body) => {
    const { mode, ...batch } = body as { mode: CutMode } & Partial<BatchSettings>;
    network.setCutting(mode, batch);
    return network.cutting;
  }),
  route('PUT', /^\/clock$/, CLOCK, (network, _, body) => {
    network.shiftClock((body as { shiftMs: number }).shiftMs);
    return { shiftMs: network.clockShiftMs };
  }),
  route('PUT', /^\/organizations\/([^/]+)\/faults$/, FAULTS, (network, mspId, body) =>
    network.setFaults(mspId, body as Partial<OrganizationFaults>),
  ),
  route('POST', /^\/streams\/drop$/, DROP, (network, _, body) => {
    network.dropStreams((body as { mspId?: string }).mspId);
    return {};
  }),
  route('PUT', /^\/conflicts$/, CONFLICTS, (network, _, body) => {
    network.forceConflicts((body as { count: number }).count);
    return body;
  }),
  route('DELETE', /^\/faults$/, undefined, (network) => {
    network.clearFaults();
    return describeNetwork(network);
  }),
];

/** Finds and runs what a request asks for. Throws AdminError or the network's own errors. */
export async function runAdminRoute(
  network: EmbeddedNetwork,
  request: Readonly<{ method: string; path: string; body: unknown }>,
): Promise<unknown> {
  const matching = ADMIN_ROUTES.filter(({ path }) => path.test(request.path));
  if (matching.length === 0) throw new AdminError('MQ_ADMIN_ROUTE', `there is no ${request.path}`);
  const found = matching.find(({ method }) => method === request.method);
  if (found === undefined) {
    const allowed = matching.map(({ method }) => method).join(', ');
    throw new AdminError('MQ_ADMIN_METHOD', `${request.path} takes ${allowed}`);
  }
  const body = request.body ?? {};
  if (found.body !== undefined && !found.body(body)) {
    throw new AdminError('MQ_ADMIN_BODY', ajv.errorsText(found.body.errors, { dataVar: 'body' }));
  }
  const [, parameter = ''] = found.path.exec(request.path) ?? [];
  return found.run(network, decodeParameter(parameter), body);
}

function route(method: string, path: RegExp, body: ValidateFunction | undefined, run: Handler): AdminRoute {
  return { method, path, body, run };
}

function decodeParameter(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    throw new AdminError('MQ_ADMIN_ROUTE', 'the path is not well formed');
  }
}

function describeNetwork(network: EmbeddedNetwork): object {
  return {
    channelId: network.channelId,
    height: network.height,
    cutting: network.cutting,
    clockShiftMs: network.clockShiftMs,
    snapshots: network.snapshots(),
    organizations: network.organizations.map(({ mspId, address }) => ({
      mspId,
      address,
      faults: network.faults(mspId),
    })),
  };
}
