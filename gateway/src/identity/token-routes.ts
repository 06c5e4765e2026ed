import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { GatewayError } from '../gateway-error.ts';
import { PROBLEM_RESPONSES } from '../http/schemas.ts';
import { type Accounts, MAX_PASSWORD_CHARS } from './accounts.ts';
import type { TokenIssuer } from './token-issuer.ts';

const Username = Type.String({ minLength: 1, maxLength: 64 });
const Password = Type.String({ minLength: 1, maxLength: MAX_PASSWORD_CHARS });
const Grant = Type.Union([
  Type.Object(
    { grant_type: Type.Literal('password'), username: Username, password: Password },
    { additionalProperties: false },
  ),
  Type.Object(
    { grant_type: Type.Literal('client_credentials'), client_id: Username, client_secret: Password },
    { additionalProperties: false },
  ),
]);
type Options = Readonly<{ accounts: Accounts; issuer: TokenIssuer; maxLoginsPerMinute: number }>;

/** Tokens for local accounts (OAuth 2.0, RFC 6749 sections 4.3 and 4.4), for sites without an identity provider. */
export const tokenRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { accounts, issuer, maxLoginsPerMinute },
) => {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });

  app.post('/oauth/token', {
    config: { access: 'public', rateLimit: { max: maxLoginsPerMinute, timeWindow: '1 minute' } },
    schema: {
      operationId: 'issueToken',
      summary: 'A short-lived access token for a local account',
      tags: ['Authentication'],
      security: [],
      consumes: ['application/json', 'application/x-www-form-urlencoded'],
      body: Grant,
      response: {
        200: Type.Object({
          access_token: Type.String(),
          token_type: Type.Literal('Bearer'),
          expires_in: Type.Integer(),
          scope: Type.String(),
        }),
        ...PROBLEM_RESPONSES,
      },
    },
    handler: async (request, reply) => {
      const { body } = request;
      const isSystem = body.grant_type === 'client_credentials';
      const account = await accounts.authenticate(
        isSystem ? body.client_id : body.username,
        isSystem ? body.client_secret : body.password,
      );
      if (isSystem !== (account.role === 'system'))
        throw new GatewayError('MQ_CREDENTIALS_INVALID', 'the grant does not fit the account');
      reply.header('cache-control', 'no-store');
      return issuer.issue(account);
    },
  });

  app.get('/.well-known/jwks.json', {
    config: { access: 'public' },
    schema: {
      operationId: 'getTokenKeys',
      summary: 'Keys that this gateway signs tokens with',
      tags: ['Authentication'],
      security: [],
    },
    handler: async () => ({ keys: [issuer.publicJwk] }),
  });

  app.get('/.well-known/smart-configuration', {
    config: { access: 'public' },
    schema: {
      operationId: 'getSmartConfiguration',
      summary: 'SMART App Launch discovery',
      tags: ['Authentication'],
      security: [],
    },
    handler: async () => ({
      issuer: issuer.issuer,
      jwks_uri: `${issuer.issuer}/.well-known/jwks.json`,
      token_endpoint: `${issuer.issuer}/oauth/token`,
      grant_types_supported: ['password', 'client_credentials'],
      capabilities: ['permission-v2'],
    }),
  });
};
