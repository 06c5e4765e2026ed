import { createHash, randomUUID } from 'node:crypto';
import AjvCompiler from '@fastify/ajv-compiler';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type FastifySchemaCompiler,
  LogController,
} from 'fastify';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import { addAuthentication } from './authentication.ts';
import { setErrorHandlers } from './error-handler.ts';
import { addOpenApi } from './open-api.ts';

export type HttpOptions = Readonly<{
  log: FastifyBaseLogger;
  verifier: TokenVerifier;
  publicUrl: string;
  /** Proxies in front, each of which adds an address to X-Forwarded-For. */
  trustedProxies: number;
  maxBodyBytes: number;
  maxRequestsPerMinute: number;
  requestTimeoutMs: number;
  /** Told every answer: route pattern, never the URL, which may carry a patient's number. */
  observe: (answered: Readonly<{ method: string; route: string; status: number; durationMs: number }>) => void;
}>;

/** The REST interface without its routes: limits, authentication, errors, documentation. */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    // Of the addresses in the header, those that the client sent itself are left of these.
    trustProxy: (_address, hop) => hop < options.trustedProxies,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler());
  setErrorHandlers(app);
  addAuthentication(app, options.verifier);
  await app.register(rateLimit, {
    max: options.maxRequestsPerMinute,
    timeWindow: '1 minute',
    keyGenerator: limitKey,
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? '(none)';
    const answered = { method, route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime * 10) / 10 };
    request.log.info(answered, 'answered');
    options.observe(answered);
  });
  await addOpenApi(app, options.publicUrl);
  return app;
}

/**
 * Per token, else per address; the token itself is kept nowhere. Where no token is asked for, one that is brought says
 * nothing: whoever tries passwords would bring another each time.
 */
function limitKey({ headers, ip, routeOptions }: FastifyRequest): string {
  const { access } = routeOptions.config;
  if (access === undefined || access === 'public' || headers.authorization === undefined) return ip;
  return createHash('sha256').update(headers.authorization).digest('base64url');
}

type Route = Readonly<{ schema: unknown; httpPart?: string }>;
type Compiler = (route: Route) => ReturnType<FastifySchemaCompiler<unknown>>;

/**
 * Unknown members are refused rather than dropped. Only what arrives as text (queries, parameters, headers) is
 * converted: in a body, "1" is not 1.
 */
function validatorCompiler(): FastifySchemaCompiler<unknown> {
  const build = AjvCompiler();
  const compiler = (coerceTypes: boolean) => {
    const customOptions = { removeAdditional: false, coerceTypes, useDefaults: true, allErrors: false, strict: false };
    return build({}, { customOptions }) as unknown as Compiler;
  };
  const [body, text] = [compiler(false), compiler(true)];
  return (route) => (route.httpPart === 'body' ? body(route) : text(route));
}
