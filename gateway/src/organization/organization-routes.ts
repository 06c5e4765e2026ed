import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { OrganizationState } from '@medquorum/chaincode/registry/registry-state';
import { Type } from 'typebox';
import { GatewayError } from '../gateway-error.ts';
import { MspId, PROBLEM_RESPONSES } from '../http/schemas.ts';
import type { ReadModel, Seen } from '../readmodel/read-model.ts';

const OrganizationView = Type.Object({
  mspId: Type.String(),
  kind: Type.String(),
  displayName: Type.String(),
  facilities: Type.Array(Type.Object({ id: Type.String(), zones: Type.Array(Type.String()) })),
  signingKey: Type.String(),
  keyGeneration: Type.Integer(),
  status: Type.String(),
});
type Options = Readonly<{ readModel: ReadModel; displayNames: ReadonlyMap<string, string> }>;

const MAX_ORGANIZATIONS = 64;

export const organizationRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { readModel, displayNames }) => {
  const view = ({ state }: Seen<OrganizationState>) => {
    const { mspId, organizationKind, facilities, signingKey, keyGeneration, status } = state;
    const displayName = displayNames.get(mspId) ?? mspId;
    return {
      mspId,
      kind: organizationKind,
      displayName,
      facilities: [...facilities].map(({ id, zones }) => ({ id, zones: [...zones] })),
      signingKey,
      keyGeneration,
      status,
    };
  };

  app.get('/organizations', {
    config: { access: { resource: 'Organization', permission: 's' } },
    schema: {
      operationId: 'listOrganizations',
      summary: 'Organisations on the ledger',
      tags: ['Organisation'],
      response: { 200: Type.Object({ organizations: Type.Array(OrganizationView) }), ...PROBLEM_RESPONSES },
    },
    handler: async () => {
      const found = await readModel.list('organization', { limit: MAX_ORGANIZATIONS });
      const organizations = found.filter(({ flaw }) => flaw === null).map(view);
      return { organizations: organizations.sort((a, b) => (a.mspId < b.mspId ? -1 : 1)) };
    },
  });

  app.get('/organizations/:mspId', {
    config: { access: { resource: 'Organization', permission: 'r' } },
    schema: {
      operationId: 'getOrganization',
      tags: ['Organisation'],
      params: Type.Object({ mspId: MspId }),
      response: { 200: OrganizationView, ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const found = await readModel.find('organization', request.params.mspId);
      if (found === undefined || found.flaw !== null)
        throw new GatewayError('MQ_HTTP_NOT_FOUND', 'no such organisation');
      return view(found);
    },
  });
};
