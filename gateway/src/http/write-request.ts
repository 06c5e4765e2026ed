import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { WriteRequest } from '../operation/operations.ts';
import { principalOf } from './authentication.ts';

/** Headers that say what is asked for, where FHIR has no place for it in the body. */
const SAYING_HEADERS = ['on-behalf-of', 'purpose-of-use', 'requester-role', 'place-facility', 'place-zone'] as const;

/** Who asks for the write, and what makes a repetition of it the same request. */
export function writeRequest(request: FastifyRequest): WriteRequest {
  const key = request.headers['idempotency-key'];
  const said = JSON.stringify([
    request.method,
    request.routeOptions.url,
    request.params,
    request.query,
    request.body ?? null,
    ...SAYING_HEADERS.flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])),
  ]);
  return {
    principalId: principalOf(request).id,
    idempotencyKey: typeof key === 'string' ? key : undefined,
    requestDigest: createHash('sha256').update(said).digest('hex'),
  };
}
