import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { PractitionerState } from '@medquorum/chaincode/registry/registry-state';
import { PRACTITIONER_ROLES } from '@medquorum/chaincode/schema/codes';
import { Type } from 'typebox';
import { GatewayError } from '../gateway-error.ts';
import { Committed, Limit, PROBLEM_RESPONSES, Uuid, WriteHeaders } from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import { MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS } from '../identity/accounts.ts';
import type { Practitioners } from './practitioners.ts';

const Role = Type.Union(PRACTITIONER_ROLES.map((role) => Type.Literal(role)));
const FacilityId = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' });
const Registration = Type.Object(
  {
    practitionerId: Type.Optional(Uuid),
    roles: Type.Array(
      Type.Object(
        { role: Role, facilities: Type.Optional(Type.Array(FacilityId, { minItems: 1, maxItems: 16 })) },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 16 },
    ),
    account: Type.Optional(
      Type.Object(
        {
          username: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$' }),
          password: Type.String({ minLength: MIN_PASSWORD_CHARS, maxLength: MAX_PASSWORD_CHARS }),
          role: Role,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
const PractitionerView = Type.Object({
  practitionerId: Uuid,
  mspId: Type.String(),
  roles: Type.Array(Type.Object({ id: Uuid, role: Type.String() })),
  status: Type.String(),
});

export const practitionerRoutes: FastifyPluginAsyncTypebox<Readonly<{ practitioners: Practitioners }>> = async (
  app,
  { practitioners },
) => {
  app.post('/practitioners', {
    config: { access: { resource: 'Practitioner', permission: 'c', roles: ['administrator', 'system'] } },
    schema: {
      operationId: 'registerPractitioner',
      summary: 'Register a practitioner of this organisation, with a local account if wanted',
      tags: ['Practitioner'],
      headers: WriteHeaders,
      body: Registration,
      response: { 201: Type.Intersect([Committed, Type.Object({ practitionerId: Uuid })]), ...PROBLEM_RESPONSES },
    },
    handler: async (request, reply) =>
      reply.code(201).send(await practitioners.register(writeRequest(request), request.body)),
  });

  app.get('/practitioners', {
    config: { access: { resource: 'Practitioner', permission: 's' } },
    schema: {
      operationId: 'listPractitioners',
      summary: 'Practitioners of this organisation',
      tags: ['Practitioner'],
      querystring: Type.Object({ limit: Limit }, { additionalProperties: false }),
      response: { 200: Type.Object({ practitioners: Type.Array(PractitionerView) }), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => ({ practitioners: (await practitioners.own(request.query.limit)).map(view) }),
  });

  app.get('/practitioners/:practitionerId', {
    config: { access: { resource: 'Practitioner', permission: 'r' } },
    schema: {
      operationId: 'getPractitioner',
      tags: ['Practitioner'],
      params: Type.Object({ practitionerId: Uuid }),
      response: { 200: PractitionerView, ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const found = await practitioners.find(request.params.practitionerId);
      if (found === undefined) throw new GatewayError('MQ_HTTP_NOT_FOUND', 'no such practitioner');
      return view(found);
    },
  });
};

function view({ practitionerId, mspId, roles, status }: PractitionerState) {
  return { practitionerId, mspId, roles: roles.map(({ id, role }) => ({ id, role })), status };
}
