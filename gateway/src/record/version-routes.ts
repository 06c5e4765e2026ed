import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { stateDigest } from '@medquorum/chaincode/ledger/state';
import { ERROR_REASONS } from '@medquorum/chaincode/schema/codes';
import { Type } from 'typebox';
import { principalOf } from '../http/authentication.ts';
import { Committed, EntryId, PROBLEM_RESPONSES, Uuid, Version, WriteHeaders } from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import { committedView, type Writer } from '../operation/writer.ts';
import type { Authors } from '../organization/authors.ts';
import type { Attestations } from './attestations.ts';
import type { RecordDrafts } from './record-drafts.ts';

type Options = Readonly<{
  attestations: Attestations;
  authors: Authors;
  drafts: RecordDrafts;
  signer: EntrySigner;
  writer: Writer;
}>;
const RecordParams = Type.Object({ recordId: Uuid });

/** What happens to a version after it was proposed. */
export const versionRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { attestations, authors, drafts, signer, writer },
) => {
  app.post('/records/:recordId/attestations', {
    config: { access: { resource: 'Provenance', permission: 'c', roles: ['clinician', 'verifier', 'system'] } },
    schema: {
      operationId: 'attestRecord',
      summary:
        'Vouch for a version: automatically after machine checks, or clinically under the decision that released it',
      tags: ['Record'],
      params: RecordParams,
      headers: WriteHeaders,
      body: Type.Union([
        Type.Object({ version: Version, attestation: Type.Literal('automatic') }, { additionalProperties: false }),
        Type.Object(
          {
            version: Version,
            attestation: Type.Literal('clinical'),
            decision: EntryId,
            onBehalfOf: Type.Optional(Uuid),
          },
          { additionalProperties: false },
        ),
      ]),
      response: { 201: Committed, ...PROBLEM_RESPONSES },
    },
    handler: async (request, reply) => {
      const { recordId } = request.params;
      const { body } = request;
      const write = writeRequest(request);
      const outcome =
        body.attestation === 'automatic'
          ? await attestations.attestAutomatically(write, recordId, body.version)
          : await attestations.attestClinically(
              write,
              await authors.actor(principalOf(request), body.onBehalfOf),
              recordId,
              body.version,
              body.decision,
            );
      return reply.code(201).send(committedView(outcome));
    },
  });

  app.post('/records/:recordId/activate', {
    config: { access: { resource: 'DocumentReference', permission: 'u' } },
    schema: {
      operationId: 'activateRecord',
      summary: 'Make an attested version the active one; automatic where the attester runs',
      tags: ['Record'],
      params: RecordParams,
      headers: WriteHeaders,
      body: Type.Object({ version: Version }, { additionalProperties: false }),
      response: { 200: Committed, ...PROBLEM_RESPONSES },
    },
    handler: async (request) =>
      committedView(await attestations.activate(writeRequest(request), request.params.recordId, request.body.version)),
  });

  app.post('/records/:recordId/entered-in-error', {
    config: { access: { resource: 'DocumentReference', permission: 'u' } },
    schema: {
      operationId: 'markEnteredInError',
      summary: 'Mark a version that should never have been; it is served no more',
      tags: ['Record'],
      params: RecordParams,
      headers: WriteHeaders,
      body: Type.Object(
        {
          version: Version,
          reason: Type.Union(ERROR_REASONS.map((reason) => Type.Literal(reason))),
          onBehalfOf: Type.Optional(Uuid),
        },
        { additionalProperties: false },
      ),
      response: { 200: Committed, ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { recordId } = request.params;
      const { onBehalfOf: named, reason, version } = request.body;
      const principal = principalOf(request);
      const outcome = await writer.write(writeRequest(request), 'record', 'markEnteredInError', async () => {
        const { entryAuthor, onBehalfOf } = await authors.actor(principal, named);
        const head = await drafts.head(recordId);
        const args = { recordId, version, reason, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
        const entry = signer.sign(entryAuthor, 'record', 'markEnteredInError', args, stateDigest(head));
        return { entries: [entry], touches: [`record:${recordId}`], policy: head.class ?? '' };
      });
      return committedView(outcome);
    },
  });
};
