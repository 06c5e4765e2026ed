import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { CONFIDENTIALITIES } from '@medquorum/chaincode/schema/codes';
import { type Static, Type } from 'typebox';
import { FhirError } from '../fhir/fhir-error.ts';
import { resourceErrors } from '../fhir/validate-resource.ts';
import { GatewayError } from '../gateway-error.ts';
import { principalOf } from '../http/authentication.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import { Committed, Limit, PROBLEM_RESPONSES, Uuid, Version, WriteHeaders } from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import { argsOf, committedView, type Writer } from '../operation/writer.ts';
import type { Authors } from '../organization/authors.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import { AmendmentBody, type ContentBody, type HeaderBody, ProposalBody } from './record-bodies.ts';
import type { RecordDrafts } from './record-drafts.ts';
import { RecordView, recordView, VersionView, versionView } from './record-views.ts';
import type { HeaderDraft } from './write-content.ts';

type Options = Readonly<{ writer: Writer; drafts: RecordDrafts; authors: Authors; readModel: ReadModel }>;
const RecordParams = Type.Object({ recordId: Uuid });
const RecordWritten = Type.Intersect([Committed, Type.Object({ recordId: Uuid, version: Type.Integer() })]);

/** Records: proposed, amended, listed. What they say is read under a decision only, see read-routes.ts. */
export const recordRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { writer, drafts, authors, readModel }) => {
  app.post('/records', {
    config: { access: { resource: 'DocumentReference', permission: 'c' } },
    schema: {
      operationId: 'proposeRecord',
      summary: 'Propose a record; other authorities attest it before it is active',
      tags: ['Record'],
      headers: WriteHeaders,
      body: ProposalBody,
      response: { 201: RecordWritten, ...PROBLEM_RESPONSES },
    },
    handler: async (request, reply) => {
      const { class: recordClass = 'clinical', content, header, onBehalfOf, patient } = request.body;
      const principal = principalOf(request);
      const outcome = await writer.write(writeRequest(request), 'record', 'propose', async () => {
        const actor = await authors.actor(principal, onBehalfOf);
        const draft = {
          patient,
          class: recordClass,
          header: headerDraft(header, content, actor.practitionerId),
          content: plaintext(content),
        };
        return drafts.propose(actor, [draft]);
      });
      const { recordId } = argsOf<{ recordId: string }>(outcome);
      return reply
        .code(201)
        .header('location', `/records/${recordId}`)
        .send({ ...committedView(outcome), recordId, version: 1 });
    },
  });

  app.post('/records/:recordId/versions', {
    config: { access: { resource: 'DocumentReference', permission: 'u' } },
    schema: {
      operationId: 'amendRecord',
      summary: 'Propose a further version; the one before stays until this one is active',
      tags: ['Record'],
      params: RecordParams,
      headers: WriteHeaders,
      body: AmendmentBody,
      response: { 201: RecordWritten, ...PROBLEM_RESPONSES },
    },
    handler: async (request, reply) => {
      const { recordId } = request.params;
      const { content, header, onBehalfOf } = request.body;
      const principal = principalOf(request);
      const outcome = await writer.write(writeRequest(request), 'record', 'amend', async () => {
        const actor = await authors.actor(principal, onBehalfOf);
        const draft = { header: headerDraft(header, content, actor.practitionerId), content: plaintext(content) };
        return drafts.amend(actor, recordId, draft);
      });
      const { version } = argsOf<{ version: number }>(outcome);
      return reply.code(201).send({ ...committedView(outcome), recordId, version });
    },
  });

  app.get('/records', {
    config: { access: { resource: 'DocumentReference', permission: 's' } },
    schema: {
      operationId: 'listRecords',
      summary: 'Record headers, newest first',
      tags: ['Record'],
      querystring: Type.Object(
        { patient: Type.Optional(Uuid), custodian: Type.Optional(Type.String({ maxLength: 64 })), limit: Limit },
        { additionalProperties: false },
      ),
      response: { 200: Type.Object({ records: Type.Array(RecordView) }), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { custodian, limit, patient } = request.query;
      const principal = principalOf(request);
      if (principal.role === 'patient' && patient === undefined)
        throw new GatewayError('MQ_AUTH_FORBIDDEN', 'name the patient');
      if (patient !== undefined) ownPatientOnly(principal, patient);
      const filter = {
        limit,
        ...(patient === undefined ? {} : { patient }),
        ...(custodian === undefined ? {} : { mspId: custodian }),
      };
      const records = await readModel.list('record', filter);
      return { records: records.map(recordView) };
    },
  });

  app.get('/records/:recordId', {
    config: { access: { resource: 'DocumentReference', permission: 's' } },
    schema: {
      operationId: 'getRecord',
      summary: 'Head of a record',
      tags: ['Record'],
      params: RecordParams,
      response: { 200: RecordView, ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const found = await headOf(request.params.recordId);
      ownPatientOnly(principalOf(request), found.state.patient ?? '');
      return recordView(found);
    },
  });

  app.get('/records/:recordId/history', {
    config: { access: { resource: 'DocumentReference', permission: 's' } },
    schema: {
      operationId: 'getRecordHistory',
      summary: "Every version with its author's signed entry and its attestations",
      tags: ['Record'],
      params: RecordParams,
      response: { 200: Type.Object({ record: RecordView, versions: Type.Array(VersionView) }), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { recordId } = request.params;
      const head = await headOf(recordId);
      ownPatientOnly(principalOf(request), head.state.patient ?? '');
      const [stored, attestations] = await Promise.all([
        readModel.under('record-version', [recordId]),
        readModel.under('attestation', [recordId]),
      ]);
      const versions = stored.map((version) => ({
        ...versionView(version, head.state.versions[version.state.version - 1]?.status ?? 'unknown'),
        attestations: attestations
          .filter(({ flaw, state }) => flaw === null && state.version === version.state.version)
          .map(({ state, txId }) => ({
            mspId: state.mspId,
            attestation: state.attestation,
            practitioner: state.practitioner,
            attestedAt: state.attestedAt,
            txId,
          })),
      }));
      return { record: recordView(head), versions };
    },
  });

  const headOf = async (recordId: string) => {
    const found = await readModel.find('record', recordId);
    if (found === undefined) throw new GatewayError('MQ_RECORD_UNKNOWN', 'no such record');
    return found;
  };
};

/** Version parameter of routes under a record. */
export const VersionParams = Type.Object({ recordId: Uuid, version: Version });

/** @throws FhirError `MQ_FHIR_INVALID` */
export function plaintext(content: Static<typeof ContentBody>): Uint8Array {
  const issues = resourceErrors(content);
  if (issues.length > 0) throw new FhirError('MQ_FHIR_INVALID', 'the content is not a valid FHIR R4 resource', issues);
  return Buffer.from(JSON.stringify(content));
}

/** What the caller did not say: normal confidentiality, no labels, the content's own type, the writer as author. */
export function headerDraft(
  said: Static<typeof HeaderBody> | undefined,
  content: Static<typeof ContentBody>,
  practitionerId: string,
): HeaderDraft {
  const {
    type = content.resourceType,
    confidentiality = NORMAL,
    labels = [],
    policies = [],
    author = practitionerId,
    code,
    date,
  } = said ?? {};
  // The ledger's own shape checks types, codes and labels; here they are only put together.
  return {
    type,
    confidentiality,
    labels,
    policies,
    author,
    ...(code === undefined ? {} : { code }),
    ...(date === undefined ? {} : { date }),
  } as HeaderDraft;
}

const NORMAL: (typeof CONFIDENTIALITIES)[number] = 'N';
