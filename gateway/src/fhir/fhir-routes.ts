import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Bundle, BundleEntry as ResponseEntry } from '@medplum/fhirtypes';
import { PRACTITIONER_ROLES, ZONES } from '@medquorum/chaincode/schema/codes';
import { PURPOSES_OF_USE } from '@medquorum/chaincode/schema/fhir-codes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { principalOf } from '../http/authentication.ts';
import { toFailure } from '../http/error-handler.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import { problemRow } from '../http/problem.ts';
import { Uuid } from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import { capabilityStatement } from './capability-statement.ts';
import { FhirError } from './fhir-error.ts';
import type { FhirAccess, FhirReads } from './fhir-reads.ts';
import type { FhirWriteRequest, FhirWrites } from './fhir-writes.ts';
import { toOperationOutcome } from './operation-outcome.ts';
import { type BundleRequest, type EntryFailure, readBundle } from './read-bundle.ts';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

const literals = <const T extends string>(codes: readonly T[]) => Type.Union(codes.map((code) => Type.Literal(code)));
const AnyResource = Type.Object({ resourceType: Type.String({ maxLength: 64 }) }, { additionalProperties: true });
const OnBehalfOf = Type.Optional({ ...Uuid, description: 'practitioner in whose name a hospital system acts' });
const WriteHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' })),
  'on-behalf-of': OnBehalfOf,
});
const ReadHeaders = Type.Object({
  'purpose-of-use': literals(PURPOSES_OF_USE),
  'requester-role': Type.Optional(literals(PRACTITIONER_ROLES)),
  'place-facility': Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' })),
  'place-zone': Type.Optional(literals(ZONES)),
  'on-behalf-of': OnBehalfOf,
});
const Target = Type.Object({
  type: Type.String({ pattern: '^[A-Z][A-Za-z]{1,63}$' }),
  id: Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$' }),
});

type Options = Readonly<{ writes: FhirWrites; reads: FhirReads; baseUrl: string }>;

/** FHIR R4 over REST. Failures are OperationOutcomes; the same codes as elsewhere stand in them. */
export const fhirRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { writes, reads, baseUrl }) => {
  app.addContentTypeParser('application/fhir+json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  app.setErrorHandler((error, request, reply) => sendOutcome(error, request, reply));

  app.get('/metadata', {
    config: { access: 'public' },
    schema: {
      operationId: 'getCapabilities',
      summary: 'What this FHIR interface can do',
      tags: ['FHIR'],
      security: [],
    },
    handler: async (_request, reply) => reply.type(FHIR_JSON).send(capabilityStatement(`${baseUrl}/fhir`)),
  });

  app.post('/', {
    config: { access: { resource: 'Bundle', permission: 'c' } },
    schema: {
      operationId: 'postBundle',
      summary: 'A transaction (a chart, all or nothing; or staff and places) or a batch (entry by entry)',
      tags: ['FHIR'],
      headers: WriteHeaders,
      body: AnyResource,
    },
    handler: async (request, reply) => {
      const bundle = readBundle(request.body);
      const from = origin(request, request.headers['on-behalf-of']);
      const answer =
        bundle.type === 'transaction' ? await transaction(writes, from, bundle) : await batch(writes, from, bundle);
      return reply.type(FHIR_JSON).send(answer);
    },
  });

  app.post('/:type', {
    config: { access: { resource: 'Bundle', permission: 'c' } },
    schema: {
      operationId: 'createResource',
      summary: 'Create one resource: staff, a place, or a record of a known patient',
      tags: ['FHIR'],
      headers: WriteHeaders,
      params: Type.Pick(Target, ['type']),
      body: AnyResource,
    },
    handler: async (request, reply) => {
      const { type } = request.params;
      const entry = { resource: request.body, request: { method: 'POST', url: type } };
      const { entries, failures } = readBundle({ resourceType: 'Bundle', type: 'batch', entry: [entry] });
      const [failure] = failures;
      if (failure !== undefined) throw failure.error;
      const [only] = entries;
      const { response } =
        only === undefined ? {} : await writes.single(origin(request, request.headers['on-behalf-of']), only);
      return reply
        .code(response?.status?.startsWith('200') ? 200 : 201)
        .header('location', `/fhir/${response?.location}`)
        .header('etag', response?.etag)
        .type(FHIR_JSON)
        .send({ resourceType: 'OperationOutcome', issue: [{ severity: 'information', code: 'informational' }] });
    },
  });

  app.get('/DocumentReference', {
    config: { access: { resource: 'DocumentReference', permission: 's' } },
    schema: {
      operationId: 'searchDocuments',
      summary: "A patient's documents by what the ledger says of them",
      tags: ['FHIR'],
      querystring: Type.Object(
        { patient: Type.String({ pattern: '^(Patient/)?[0-9a-f-]{36}$' }) },
        { additionalProperties: false },
      ),
    },
    handler: async (request, reply) => {
      const patient = request.query.patient.replace('Patient/', '');
      ownPatientOnly(principalOf(request), patient);
      return reply.type(FHIR_JSON).send(await reads.documents(patient));
    },
  });

  app.get('/DocumentReference/:id/$content', {
    config: { access: { resource: 'DocumentReference', permission: 'r' } },
    schema: {
      operationId: 'readDocumentContent',
      summary: 'Everything in the record of a document, after the decision is committed',
      tags: ['FHIR'],
      headers: ReadHeaders,
      params: Type.Pick(Target, ['id']),
    },
    handler: async (request, reply) => {
      const content = await reads.document(
        writeRequest(request),
        principalOf(request),
        request.params.id,
        access(request.headers),
      );
      return reply.type(FHIR_JSON).send(content);
    },
  });

  app.get('/:type/:id', {
    config: { access: { resource: 'DocumentReference', permission: 'r' } },
    schema: {
      operationId: 'readResource',
      summary: "Read a resource; a patient's only after the decision is committed",
      tags: ['FHIR'],
      headers: Type.Partial(ReadHeaders),
      params: Target,
    },
    handler: async (request, reply) => {
      const { type, id } = request.params;
      const resource = await reads.read(writeRequest(request), principalOf(request), type, id, access(request.headers));
      return reply.type(FHIR_JSON).send(resource);
    },
  });
};

function origin(request: FastifyRequest, onBehalfOf: string | undefined): FhirWriteRequest {
  return { write: writeRequest(request), principal: principalOf(request), onBehalfOf };
}

/** A missing purpose is no purpose that anybody consented to: the decision says so. */
function access(headers: Partial<Static<typeof ReadHeaders>>): FhirAccess {
  const {
    'place-facility': facility,
    'place-zone': zone,
    'requester-role': role,
    'on-behalf-of': onBehalfOf,
  } = headers;
  return {
    purpose: headers['purpose-of-use'] ?? 'PurposeOfUse',
    action: 'access',
    ...(role === undefined ? {} : { role }),
    ...(facility === undefined || zone === undefined ? {} : { place: { facility, zone } }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  };
}

async function transaction(
  writes: FhirWrites,
  from: FhirWriteRequest,
  bundle: BundleRequest & Readonly<{ failures: readonly EntryFailure[] }>,
): Promise<Bundle> {
  const [first] = bundle.failures;
  if (first !== undefined) {
    const { code, message } = first.error;
    throw new FhirError(
      code,
      message.slice(code.length + 2),
      bundle.failures.flatMap(({ error }) => error.issues),
    );
  }
  return writes.transaction(from, bundle);
}

/** Entry by entry, each with its own outcome, in the order of the request. */
async function batch(
  writes: FhirWrites,
  { write, ...from }: FhirWriteRequest,
  { entries, failures }: BundleRequest & Readonly<{ failures: readonly EntryFailure[] }>,
): Promise<Bundle> {
  const responses: ResponseEntry[] = [];
  for (const { index, error } of failures) responses[index] = failed(error);
  for (const entry of entries) {
    const { idempotencyKey } = write;
    const own = {
      ...write,
      ...(idempotencyKey !== undefined && { idempotencyKey: `${idempotencyKey}#${entry.index}` }),
    };
    try {
      responses[entry.index] = await writes.single({ ...from, write: own }, entry);
    } catch (error) {
      responses[entry.index] = failed(error);
    }
  }
  return { resourceType: 'Bundle', type: 'batch-response', entry: responses };
}

function failed(error: unknown): ResponseEntry {
  const failure = toFailure(error);
  const { status, title } = problemRow(failure.code);
  return { response: { status: `${status} ${title}`, outcome: toOperationOutcome(failure) } };
}

function sendOutcome(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = toFailure(error);
  const { status, retryAfterSeconds } = problemRow(failure.code);
  if (status >= 500) request.log.error({ code: failure.code, err: { type: (error as Error).name } }, 'request failed');
  else request.log.info({ code: failure.code }, 'request refused');
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (typeof failure.extra.location === 'string') reply.header('location', failure.extra.location);
  return reply.code(status).type(FHIR_JSON).send(toOperationOutcome(failure));
}
