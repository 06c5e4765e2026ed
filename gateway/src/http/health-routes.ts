import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';

/** One thing that has to be there for the gateway to do its work. */
export type HealthCheck = Readonly<{ name: string; isReady(): Promise<boolean> }>;

const Report = Type.Object({ status: Type.String(), checks: Type.Record(Type.String(), Type.Boolean()) });

export const healthRoutes: FastifyPluginAsyncTypebox<Readonly<{ checks: readonly HealthCheck[] }>> = async (
  app,
  { checks },
) => {
  app.get('/health/live', {
    config: { access: 'public' },
    schema: {
      operationId: 'isLive',
      summary: 'The process answers',
      tags: ['Health'],
      security: [],
      response: { 200: Type.Object({ status: Type.Literal('live') }) },
    },
    handler: async () => ({ status: 'live' as const }),
  });

  app.get('/health/ready', {
    config: { access: 'public' },
    schema: {
      operationId: 'isReady',
      summary: 'Database, ledger and read model are there, and the organisation is on the ledger',
      tags: ['Health'],
      security: [],
      response: { 200: Report, 503: Report },
    },
    handler: async (_request, reply) => {
      const results = await Promise.all(
        checks.map(async ({ name, isReady }) => [name, await isReady().catch(() => false)] as const),
      );
      const ready = results.every(([, good]) => good);
      return reply
        .code(ready ? 200 : 503)
        .send({ status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(results) });
    },
  });
};
