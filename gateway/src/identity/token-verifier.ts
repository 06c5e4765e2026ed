import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { GatewayError } from '../gateway-error.ts';
import type { Principal } from './principal.ts';
import { isAccountRole, scopesOf } from './roles.ts';
import { parseScopes } from './scopes.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** An OpenID provider whose access tokens are accepted. */
export type OidcIssuer = Readonly<{
  issuer: string;
  audience: string;
  jwksUri: string;
  /** Claim that names the role here; `role` by default. */
  rolesClaim?: string;
}>;

type Trusted = Readonly<{ audience: string; keys: JWTVerifyGetKey; rolesClaim: string }>;

const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'PS256', 'RS256'];
const MAX_TOKEN_CHARS = 8192;
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const FHIR_USER = new RegExp(`(?:^|/)(Practitioner|Patient)/(${UUID})$`);

/** Checks bearer tokens (RFC 6750, RFC 9068): signature by a trusted issuer, audience, time. */
export class TokenVerifier {
  readonly #trusted: ReadonlyMap<string, Trusted>;
  readonly #clockToleranceSeconds: number;

  constructor(local: TokenIssuer, oidc: readonly OidcIssuer[], clockToleranceSeconds: number) {
    this.#trusted = new Map([
      [
        local.issuer,
        { audience: local.issuer, keys: createLocalJWKSet({ keys: [local.publicJwk] }), rolesClaim: 'role' },
      ],
      ...oidc.map(({ issuer, audience, jwksUri, rolesClaim = 'role' }): [string, Trusted] => [
        issuer,
        { audience, keys: createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: 5000 }), rolesClaim },
      ]),
    ]);
    this.#clockToleranceSeconds = clockToleranceSeconds;
  }

  /** @throws GatewayError `MQ_AUTH_TOKEN_EXPIRED` or `MQ_AUTH_TOKEN_INVALID`; the message never repeats the token */
  async verify(token: string): Promise<Principal> {
    const trusted = this.#trusted.get(issuerOf(token));
    if (trusted === undefined) throw new GatewayError('MQ_AUTH_TOKEN_INVALID', 'the issuer is not trusted here');
    try {
      const { payload } = await jwtVerify(token, trusted.keys, {
        audience: trusted.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'iss', 'sub', 'aud'],
        clockTolerance: this.#clockToleranceSeconds,
      });
      return principalOf(payload, trusted.rolesClaim);
    } catch (cause) {
      if (cause instanceof GatewayError) throw cause;
      if (cause instanceof errors.JWTExpired) throw new GatewayError('MQ_AUTH_TOKEN_EXPIRED', 'the token has expired');
      throw new GatewayError('MQ_AUTH_TOKEN_INVALID', 'the token is not valid here', { cause });
    }
  }
}

function issuerOf(token: string): string {
  if (token.length > MAX_TOKEN_CHARS) throw new GatewayError('MQ_AUTH_TOKEN_INVALID', 'the token is too long');
  try {
    return decodeJwt(token).iss ?? '';
  } catch (cause) {
    throw new GatewayError('MQ_AUTH_TOKEN_INVALID', 'the token cannot be read', { cause });
  }
}

function principalOf(payload: JWTPayload, rolesClaim: string): Principal {
  const role = payload[rolesClaim];
  if (!isAccountRole(role)) throw new GatewayError('MQ_AUTH_TOKEN_INVALID', 'the token names no role known here');
  const [, kind, id] = FHIR_USER.exec(typeof payload.fhirUser === 'string' ? payload.fhirUser : '') ?? [];
  const scopes = typeof payload.scope === 'string' ? parseScopes(payload.scope) : scopesOf(role);
  if (role === 'patient' && kind !== 'Patient')
    throw new GatewayError('MQ_AUTH_TOKEN_INVALID', 'the token names no patient');
  return {
    id: `${payload.iss}|${payload.sub}`,
    role,
    scopes,
    practitionerId: kind === 'Practitioner' ? id : undefined,
    patient: kind === 'Patient' ? id : undefined,
  };
}
