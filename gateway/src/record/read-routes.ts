import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { AccessRequest } from '../access/decisions.ts';
import { outcomeView } from '../access/outcome-view.ts';
import { GatewayError } from '../gateway-error.ts';
import { principalOf } from '../http/authentication.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import { Committed, PROBLEM_RESPONSES, Uuid, WriteHeaders } from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { ReadAnswer, ReadItem, RecordReader } from './read-records.ts';
import { OutcomeView, ReadManyBody, ReadOneBody } from './record-bodies.ts';

type Options = Readonly<{ reader: RecordReader; readModel: ReadModel }>;
const AnyJson = Type.Unknown({ description: 'FHIR R4 content, after the obligations of the decision' });
const DecisionRef = Type.Intersect([Committed, Type.Object({ decisionId: Type.String() })]);
const Item = Type.Intersect([
  OutcomeView,
  Type.Object({
    standing: Type.Union([Type.Literal('active'), Type.Literal('preliminary')]),
    content: Type.Optional(AnyJson),
    failure: Type.Optional(Type.String()),
  }),
]);

/** Reading is a write first: the decision is on the ledger before a byte of content is returned. Hence POST. */
export const readRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { reader, readModel }) => {
  app.post('/records/:recordId/read', {
    config: { access: { resource: 'DocumentReference', permission: 'r' } },
    schema: {
      operationId: 'readRecord',
      summary: 'Read a record: decision on the ledger, then content; a refusal is 403 with its reasons',
      tags: ['Record'],
      params: Type.Object({ recordId: Uuid }),
      headers: WriteHeaders,
      body: ReadOneBody,
      response: { 200: Type.Intersect([DecisionRef, Item]), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { recordId } = request.params;
      const principal = principalOf(request);
      const head = await readModel.find('record', recordId);
      if (head?.state.patient == null) throw new GatewayError('MQ_RECORD_UNKNOWN', 'no such record');
      ownPatientOnly(principal, head.state.patient);
      const asked = accessRequest(request.body, head.state.patient, [recordId]);
      const answer = await reader.read(writeRequest(request), principal, asked);
      const [item] = answer.items;
      if (item === undefined) throw new GatewayError('MQ_RECORD_UNKNOWN', 'no such record');
      const ref = decisionRef(answer);
      if (item.effect === 'deny') {
        const { decisionId, txId } = ref;
        const extra = { decisionId, txId, reasons: outcomeView(item).reasons };
        throw new GatewayError('MQ_ACCESS_DENIED', item.reasons.join(', '), { extra });
      }
      if (item.failure !== undefined) throw failureOf(item, ref.decisionId);
      return { ...ref, ...itemView(item) };
    },
  });

  app.post('/records/read', {
    config: { access: { resource: 'DocumentReference', permission: 'r' } },
    schema: {
      operationId: 'readRecords',
      summary: 'Read several records of one patient under one decision, each answered for itself',
      tags: ['Record'],
      headers: WriteHeaders,
      body: ReadManyBody,
      response: { 200: Type.Intersect([DecisionRef, Type.Object({ items: Type.Array(Item) })]), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { patient, records, ...body } = request.body;
      const principal = principalOf(request);
      ownPatientOnly(principal, patient);
      const answer = await reader.read(writeRequest(request), principal, accessRequest(body, patient, records));
      return { ...decisionRef(answer), items: answer.items.map(itemView) };
    },
  });
};

/** The purpose is checked against the code system by the ledger's own shape. */
export function accessRequest(
  body: Static<typeof ReadOneBody>,
  patient: string,
  records: readonly string[],
): AccessRequest {
  const { action = 'access', ...rest } = body;
  return { ...rest, action, patient, records } as AccessRequest;
}

function decisionRef({ decision }: ReadAnswer) {
  const { blockNumber, decisionId, operationId, txId } = decision;
  return { decisionId, operationId, txId, blockNumber: blockNumber ?? null };
}

function itemView(item: ReadItem) {
  const { content, failure, standing } = item;
  const rest = { ...(content === undefined ? {} : { content }), ...(failure === undefined ? {} : { failure }) };
  return { ...outcomeView(item), standing, ...rest };
}

function failureOf({ failure }: ReadItem, decisionId: string): GatewayError {
  const code = failure as GatewayError['code'];
  return new GatewayError(code, 'permitted, but the content could not be returned', { extra: { decisionId } });
}
