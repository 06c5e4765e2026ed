import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../gateway-error.ts';
import type { Principal } from '../identity/principal.ts';
import type { AccountRole } from '../identity/roles.ts';
import { allows, type Permission, scopesFor } from '../identity/scopes.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import { DOCS_PREFIX } from './open-api.ts';

/** What a route asks of its caller: a scope, and where a scope says too little, one of some roles. */
export type RouteAccess =
  | 'public'
  | Readonly<{ resource: string; permission: Permission; roles?: readonly AccountRole[] }>;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    /** Set before the handler of every route that is not public. */
    principal: Principal | null;
  }
}

/** Every route names its access; one that does not is refused at start rather than left open. */
export function addAuthentication(app: FastifyInstance, verifier: TokenVerifier): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined && route.url.startsWith(DOCS_PREFIX)) {
      route.config = { ...route.config, access: 'public' }; // the documentation's own pages
    }
    if (route.config?.access === undefined)
      throw new GatewayError('MQ_CONFIG_INVALID', `route ${route.url} names no access`);
  });
  // onRequest, so that a body is read only from those who may send one.
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access === 'public') return;
    const principal = await verifier.verify(bearerToken(request));
    const { resource, permission, roles } = access;
    const { role, scopes } = principal;
    const counting = scopesFor(role === 'patient' || role === 'system' ? role : 'practitioner', scopes);
    if (!allows(counting, resource, permission) || (roles !== undefined && !roles.includes(role))) {
      throw new GatewayError('MQ_AUTH_FORBIDDEN', `this needs ${resource}.${permission}`);
    }
    request.principal = principal;
  });
}

/** @throws GatewayError `MQ_AUTH_REQUIRED` on a public route */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new GatewayError('MQ_AUTH_REQUIRED', 'a bearer token is needed');
  return request.principal;
}

function bearerToken({ headers }: FastifyRequest): string {
  const [, token] = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) throw new GatewayError('MQ_AUTH_REQUIRED', 'a bearer token is needed');
  return token;
}
