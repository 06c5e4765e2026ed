import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { GatewayError } from '../gateway-error.ts';
import { principalOf } from '../http/authentication.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import { Committed, EntryId, PROBLEM_RESPONSES, Uuid, WriteHeaders } from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import { accessRequest } from '../record/read-routes.ts';
import { OutcomeView, ReadManyBody } from '../record/record-bodies.ts';
import { DecisionView, decisionView } from './decision-view.ts';
import type { Decisions } from './decisions.ts';
import type { Explanations } from './explanations.ts';
import { outcomeView } from './outcome-view.ts';

type Options = Readonly<{ decisions: Decisions; explanations: Explanations; readModel: ReadModel }>;

/** Asking without reading, and why an answer is as it is. */
export const decisionRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { decisions, explanations, readModel },
) => {
  app.post('/decisions', {
    config: { access: { resource: 'DocumentReference', permission: 'r' } },
    schema: {
      operationId: 'decideAccess',
      summary: 'Ask for a decision without reading; it is written to the access log like any other',
      tags: ['Decision'],
      headers: WriteHeaders,
      body: ReadManyBody,
      response: {
        201: Type.Intersect([Committed, Type.Object({ decisionId: EntryId, outcomes: Type.Array(OutcomeView) })]),
        ...PROBLEM_RESPONSES,
      },
    },
    handler: async (request, reply) => {
      const { patient, records, ...body } = request.body;
      const principal = principalOf(request);
      ownPatientOnly(principal, patient);
      const decision = await decisions.decide(writeRequest(request), principal, accessRequest(body, patient, records));
      const { blockNumber = null, decisionId, operationId, outcomes, txId } = decision;
      return reply.code(201).send({ operationId, txId, blockNumber, decisionId, outcomes: outcomes.map(outcomeView) });
    },
  });

  app.post('/decisions/explain', {
    config: { access: { resource: 'DocumentReference', permission: 'r' } },
    schema: {
      operationId: 'explainAccess',
      summary:
        'What the decision would be now, every rule with what it compared, and what would turn it; nothing is written',
      tags: ['Decision'],
      body: ReadManyBody,
      response: {
        200: Type.Object({ explanations: Type.Array(Type.Object({ recordId: Uuid, explanation: Type.Unknown() })) }),
        ...PROBLEM_RESPONSES,
      },
    },
    handler: async (request) => {
      const { patient, records, ...body } = request.body;
      const principal = principalOf(request);
      ownPatientOnly(principal, patient);
      return { explanations: [...(await explanations.explain(principal, accessRequest(body, patient, records)))] };
    },
  });

  app.get('/patients/:patient/decisions/:decisionId', {
    config: { access: { resource: 'AuditEvent', permission: 'r' } },
    schema: {
      operationId: 'getDecision',
      tags: ['Decision'],
      params: Type.Object({ patient: Uuid, decisionId: EntryId }),
      response: { 200: DecisionView, ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { decisionId, patient } = request.params;
      ownPatientOnly(principalOf(request), patient);
      const found = await readModel.find('decision', patient, decisionId);
      if (found === undefined) throw new GatewayError('MQ_HTTP_NOT_FOUND', 'no such decision');
      return decisionView(found);
    },
  });
};
