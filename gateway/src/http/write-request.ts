import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { WriteRequest } from '../operation/operations.ts';
import { principalOf } from './authentication.ts';

/** Who asks for the write, and what makes a repetition of it the same request. */
export function writeRequest(request: FastifyRequest): WriteRequest {
  const key = request.headers['idempotency-key'];
  const said = JSON.stringify([
    request.method,
    request.routeOptions.url,
    request.params,
    request.query,
    request.body ?? null,
  ]);
  return {
    principalId: principalOf(request).id,
    idempotencyKey: typeof key === 'string' ? key : undefined,
    requestDigest: createHash('sha256').update(said).digest('hex'),
  };
}
