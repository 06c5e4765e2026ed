import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { principalOf } from '../http/authentication.ts';
import { PROBLEM_RESPONSES } from '../http/schemas.ts';
import type { Operations } from './operations.ts';

const OperationView = Type.Object({
  operationId: Type.String(),
  state: Type.Union([Type.Literal('planned'), Type.Literal('committed'), Type.Literal('failed')]),
  txId: Type.Union([Type.String(), Type.Null()]),
  blockNumber: Type.Union([Type.Integer(), Type.Null()]),
  code: Type.Union([Type.String(), Type.Null()]),
});

/** Where an answer of 202 leads: what became of a write. */
export const operationRoutes: FastifyPluginAsyncTypebox<Readonly<{ operations: Operations }>> = async (
  app,
  { operations },
) => {
  app.get('/operations/:operationId', {
    config: { access: { resource: 'AuditEvent', permission: 's' } },
    schema: {
      operationId: 'getOperation',
      summary: 'What became of a write whose outcome was not known',
      tags: ['Operation'],
      params: Type.Object({ operationId: Type.String({ pattern: '^[0-9a-f-]{36}$' }) }),
      response: { 200: OperationView, ...PROBLEM_RESPONSES },
    },
    handler: (request) => operations.view(request.params.operationId, principalOf(request).id),
  });
};
