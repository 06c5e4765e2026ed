import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CARE_RELATION_KINDS } from '@medquorum/chaincode/schema/codes';
import { Type } from 'typebox';
import { principalOf } from '../http/authentication.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import { Committed, Instant, PROBLEM_RESPONSES, Uuid, WriteHeaders } from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import { argsOf, committedView, type Writer } from '../operation/writer.ts';
import type { Authors } from '../organization/authors.ts';
import type { ReadModel } from '../readmodel/read-model.ts';

const Params = Type.Object({ patient: Uuid });
const Relation = Type.Object({
  relationId: Uuid,
  mspId: Type.String(),
  relation: Type.String(),
  practitioner: Type.Union([Uuid, Type.Null()]),
  from: Type.String(),
  until: Type.Union([Type.String(), Type.Null()]),
});
const Opening = Type.Object(
  {
    relation: Type.Union(CARE_RELATION_KINDS.map((kind) => Type.Literal(kind))),
    practitioner: Type.Optional(Uuid),
    from: Type.Optional(Instant),
    until: Type.Optional(Instant),
  },
  { additionalProperties: false },
);
type Options = Readonly<{
  writer: Writer;
  signer: EntrySigner;
  authors: Authors;
  readModel: ReadModel;
  nowMs: () => number;
}>;

/** Care relations between patients and this organisation: what treatment purposes rest on. */
export const careRelationRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { writer, signer, authors, readModel, nowMs },
) => {
  app.post('/patients/:patient/care-relations', {
    config: {
      access: {
        resource: 'EpisodeOfCare',
        permission: 'c',
        roles: ['clinician', 'assistant', 'administrator', 'system'],
      },
    },
    schema: {
      operationId: 'openCareRelation',
      summary: 'Open a care relation of the patient with this organisation',
      tags: ['Care relation'],
      params: Params,
      headers: WriteHeaders,
      body: Opening,
      response: { 201: Type.Intersect([Committed, Type.Object({ relationId: Uuid })]), ...PROBLEM_RESPONSES },
    },
    handler: async (request, reply) => {
      const { patient } = request.params;
      const outcome = await writer.write(writeRequest(request), 'patient', 'openCareRelations', async () => {
        const { from = new Date(nowMs()).toISOString(), ...rest } = request.body;
        const args = { relationId: randomUUID(), patient, mspId: authors.mspId, from, ...rest };
        const entry = signer.sign(authors.organization(), 'patient', 'openCareRelations', args);
        return { entries: [entry], touches: [`care:${patient}:${authors.mspId}`] };
      });
      return reply
        .code(201)
        .send({ ...committedView(outcome), relationId: argsOf<{ relationId: string }>(outcome).relationId });
    },
  });

  app.post('/patients/:patient/care-relations/:relationId/close', {
    config: {
      access: {
        resource: 'EpisodeOfCare',
        permission: 'u',
        roles: ['clinician', 'assistant', 'administrator', 'system'],
      },
    },
    schema: {
      operationId: 'closeCareRelation',
      summary: 'End a care relation now',
      tags: ['Care relation'],
      params: Type.Object({ patient: Uuid, relationId: Uuid }),
      headers: WriteHeaders,
      response: { 200: Committed, ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { patient, relationId } = request.params;
      const outcome = await writer.write(writeRequest(request), 'patient', 'closeCareRelations', async () => {
        const args = { relationId, patient, mspId: authors.mspId };
        const entry = signer.sign(authors.organization(), 'patient', 'closeCareRelations', args);
        return { entries: [entry], touches: [`care:${patient}:${authors.mspId}`] };
      });
      return committedView(outcome);
    },
  });

  app.get('/patients/:patient/care-relations', {
    config: { access: { resource: 'EpisodeOfCare', permission: 's' } },
    schema: {
      operationId: 'listCareRelations',
      summary: 'Care relations of a patient with all organisations',
      tags: ['Care relation'],
      params: Params,
      response: { 200: Type.Object({ relations: Type.Array(Relation) }), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { patient } = request.params;
      ownPatientOnly(principalOf(request), patient);
      const found = await readModel.under('care', [patient]);
      const relations = found
        .filter(({ flaw }) => flaw === null)
        .flatMap(({ state }) => state.relations.map((relation) => ({ mspId: state.mspId, ...relation })));
      return { relations };
    },
  });
};
