import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { principalOf } from '../http/authentication.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import {
  Committed,
  Limit,
  optionalBody,
  PROBLEM_RESPONSES,
  Sha256,
  Uuid,
  Version,
  WriteHeaders,
} from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { RecordAudit } from './record-audit.ts';

const Verdict = Type.Union([Type.Literal('intact'), Type.Literal('altered'), Type.Literal('missing')]);
const VerdictView = Type.Object({
  version: Type.Integer(),
  mspId: Type.String(),
  check: Type.String(),
  verdict: Verdict,
  observedSha256: Type.Union([Sha256, Type.Null()]),
  reportedAt: Type.String(),
  txId: Type.String(),
});

/** Audit of stored content against the ledger. */
export const auditRoutes: FastifyPluginAsyncTypebox<Readonly<{ audit: RecordAudit; readModel: ReadModel }>> = async (
  app,
  { audit, readModel },
) => {
  app.post('/records/:recordId/audit', {
    config: { access: { resource: 'AuditEvent', permission: 'c' } },
    schema: {
      operationId: 'auditRecord',
      summary: "Compare the custodian's ciphertext with the ledger; the verdict goes on the ledger",
      tags: ['Audit'],
      params: Type.Object({ recordId: Uuid }),
      headers: WriteHeaders,
      body: optionalBody(Type.Object({ version: Type.Optional(Version) }, { additionalProperties: false })),
      response: {
        201: Type.Intersect([
          Committed,
          Type.Object({
            recordId: Uuid,
            version: Type.Integer(),
            verdict: Verdict,
            expectedSha256: Sha256,
            observedSha256: Type.Union([Sha256, Type.Null()]),
          }),
        ]),
        ...PROBLEM_RESPONSES,
      },
    },
    handler: async (request, reply) => {
      const { recordId } = request.params;
      await ownRecordOnly(request, recordId);
      return reply.code(201).send(await audit.audit(writeRequest(request), recordId, request.body?.version));
    },
  });

  app.get('/records/:recordId/verdicts', {
    config: { access: { resource: 'AuditEvent', permission: 's' } },
    schema: {
      operationId: 'listVerdicts',
      summary: "What organisations found of a record's content, newest first",
      tags: ['Audit'],
      params: Type.Object({ recordId: Uuid }),
      querystring: Type.Object({ limit: Limit }, { additionalProperties: false }),
      response: { 200: Type.Object({ verdicts: Type.Array(VerdictView) }), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { recordId } = request.params;
      await ownRecordOnly(request, recordId);
      const found = await readModel.list('verdict', { recordId, limit: request.query.limit });
      const verdicts = found
        .filter(({ flaw }) => flaw === null)
        .map(({ state, txId }) => {
          const { check, mspId, observedSha256, reportedAt, verdict, version } = state;
          return { version, mspId, check, verdict, observedSha256, reportedAt, txId };
        });
      return { verdicts };
    },
  });

  /** A patient's account has the records of that patient audited, and no others. */
  const ownRecordOnly = async (request: FastifyRequest, recordId: string) => {
    const head = await readModel.find('record', recordId);
    ownPatientOnly(principalOf(request), head?.state.patient ?? '');
  };
};
