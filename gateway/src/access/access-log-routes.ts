import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { KEYS } from '@medquorum/chaincode/ledger/state';
import { Type } from 'typebox';
import { principalOf } from '../http/authentication.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import { EntryId, Limit, PROBLEM_RESPONSES, Uuid } from '../http/schemas.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import { DecisionView, decisionView } from './decision-view.ts';

/** A patient's access log: every decision about his records, refusals included, newest first. */
export const accessLogRoutes: FastifyPluginAsyncTypebox<Readonly<{ readModel: ReadModel }>> = async (
  app,
  { readModel },
) => {
  app.get('/patients/:patient/access-log', {
    config: { access: { resource: 'AuditEvent', permission: 's' } },
    schema: {
      operationId: 'getAccessLog',
      summary: 'Who looked, when, why and under what; page on with `before`, the last decision id of a page',
      tags: ['Access log'],
      params: Type.Object({ patient: Uuid }),
      querystring: Type.Object({ limit: Limit, before: Type.Optional(EntryId) }, { additionalProperties: false }),
      response: {
        200: Type.Object({ entries: Type.Array(DecisionView), next: Type.Union([Type.String(), Type.Null()]) }),
        ...PROBLEM_RESPONSES,
      },
    },
    handler: async (request) => {
      const { patient } = request.params;
      const { before, limit } = request.query;
      ownPatientOnly(principalOf(request), patient);
      const last = before === undefined ? undefined : await readModel.find('decision', patient, before);
      const position =
        last === undefined
          ? {}
          : { before: { timeMs: last.timeMs, key: KEYS.decision(patient, last.state.decisionId) } };
      const found = await readModel.list('decision', { patient, limit, ...position });
      return {
        entries: found.map(decisionView),
        next: found.length === limit ? (found.at(-1)?.state.decisionId ?? null) : null,
      };
    },
  });
};
