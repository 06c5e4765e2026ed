import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { CryptoError } from '@medquorum/crypto/errors/crypto-error';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FhirError } from '../fhir/fhir-error.ts';
import { GatewayError } from '../gateway-error.ts';
import { toGatewayFailure } from '../ledger/ledger-failure.ts';
import { LedgerFault } from '../ledger/ledger-fault.ts';
import { isProblemCode, type ProblemCode, problemRow, toProblem } from './problem.ts';

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';
export type Failure = Readonly<{ code: ProblemCode; detail: string; extra: Readonly<Record<string, unknown>> }>;

/** Errors of Fastify and its plugins that a caller causes. */
const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'MQ_HTTP_BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MQ_HTTP_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MQ_HTTP_INPUT_INVALID',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MQ_HTTP_INPUT_INVALID',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MQ_HTTP_INPUT_INVALID',
  FST_ERR_VALIDATION: 'MQ_HTTP_INPUT_INVALID',
  FST_ERR_BAD_URL: 'MQ_HTTP_INPUT_INVALID',
};

/** Every failure answers problem+json with a stable code; what is not expected is logged and shows no text. */
export function setErrorHandlers(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const failure = toFailure(error);
    const { status } = problemRow(failure.code);
    if (status === 500) {
      request.log.error(
        { code: failure.code, reason: messageForLog(error), frames: framesOf(error) },
        'request failed',
      );
    } else if (status > 500) {
      request.log.warn({ code: failure.code }, 'request could not be carried out');
    } else {
      request.log.info({ code: failure.code }, 'request refused');
    }
    return sendProblem(request, reply, failure);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, { code: 'MQ_HTTP_NOT_FOUND', detail: 'there is nothing at this address', extra: {} }),
  );
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, failure: Failure): FastifyReply {
  const { status, retryAfterSeconds } = problemRow(failure.code);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  const location = failure.extra.location;
  if (typeof location === 'string') reply.header('location', location);
  return reply
    .code(status)
    .type(PROBLEM_JSON)
    .send(toProblem(failure.code, failure.detail, request.id, failure.extra));
}

/** What the caller is told of an error. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LedgerFault) return toFailure(toGatewayFailure(error));
  if (error instanceof GatewayError) return { code: error.code, detail: withoutCode(error), extra: error.extra };
  if (error instanceof MedQuorumError) return { code: error.code, detail: error.reason, extra: {} };
  if (error instanceof FhirError)
    return { code: error.code, detail: withoutCode(error), extra: { issues: error.issues } };
  if (error instanceof CryptoError) {
    const code = isProblemCode(error.code) ? error.code : 'MQ_HTTP_INPUT_INVALID';
    return { code, detail: withoutCode(error), extra: {} };
  }
  const { code, statusCode, validation, validationContext } = error as Partial<FastifyError>;
  const known = FASTIFY_CODES[code ?? ''];
  if (validation !== undefined) {
    // Where and which rule; never the value that stood there.
    const errors = validation.slice(0, 10).map(({ instancePath, keyword, params, message }) => {
      const property =
        keyword === 'additionalProperties' ? 'unknown member' : (params.missingProperty as string | undefined);
      return {
        in: validationContext,
        path: instancePath,
        rule: keyword,
        ...(property === undefined ? {} : { property }),
        message,
      };
    });
    return { code: 'MQ_HTTP_INPUT_INVALID', detail: 'the request does not fit its schema', extra: { errors } };
  }
  if (known !== undefined) return { code: known, detail: 'the request cannot be read', extra: {} };
  if (statusCode === 429)
    return { code: 'MQ_HTTP_TOO_MANY_REQUESTS', detail: 'too many requests in a minute', extra: {} };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { code: 'MQ_HTTP_INPUT_INVALID', detail: 'the request cannot be read', extra: {} };
  }
  return { code: 'MQ_INTERNAL', detail: '', extra: {} };
}

function withoutCode({ message }: Error): string {
  return message.replace(/^MQ_[A-Z0-9_]+: /, '');
}

/** Messages of database drivers may repeat the values of a statement. */
function messageForLog(error: Error): string {
  return 'severity' in error ? 'database error' : error.message;
}

/** Where it happened; the first line of a stack repeats the message. */
function framesOf({ stack = '' }: Error): readonly string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}
