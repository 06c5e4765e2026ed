import { createHash } from 'node:crypto';
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
/** Tokens of local accounts that are not verified again while they last; other issuers may withdraw a key at any time. */
const MAX_KNOWN_TOKENS = 2000;
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const FHIR_USER = new RegExp(`(?:^|/)(Practitioner|Patient)/(${UUID})$`);

/** Checks bearer tokens (RFC 6750, RFC 9068): signature by a trusted issuer, audience, time. */
export class TokenVerifier {
  readonly #trusted: ReadonlyMap<string, Trusted>;
  readonly #clockToleranceSeconds: number;
  readonly #localIssuer: string;
  /** By the token's SHA-256; a process keeps its signing key for as long as it runs, so a signature stays good. */
  readonly #known = new Map<string, Readonly<{ principal: Principal; untilMs: number }>>();

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
    this.#localIssuer = local.issuer;
  }

  /** @throws GatewayError `MQ_AUTH_TOKEN_EXPIRED` or `MQ_AUTH_TOKEN_INVALID`; the message never repeats the token */
  async verify(token: string): Promise<Principal> {
    const digest = createHash('sha256').update(token).digest('base64url');
    const known = this.#known.get(digest);
    if (known !== undefined && Date.now() < known.untilMs) return known.principal;
    const trusted = this.#trusted.get(issuerOf(token));
    if (trusted === undefined) throw new GatewayError('MQ_AUTH_TOKEN_INVALID', 'the issuer is not trusted here');
    try {
      const { payload } = await jwtVerify(token, trusted.keys, {
        audience: trusted.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'iss', 'sub', 'aud'],
        clockTolerance: this.#clockToleranceSeconds,
      });
      const principal = principalOf(payload, trusted.rolesClaim);
      if (payload.iss === this.#localIssuer && payload.exp !== undefined) {
        this.#remember(digest, { principal, untilMs: (payload.exp + this.#clockToleranceSeconds) * 1000 });
      }
      return principal;
    } catch (cause) {
      if (cause instanceof GatewayError) throw cause;
      if (cause instanceof errors.JWTExpired) throw new GatewayError('MQ_AUTH_TOKEN_EXPIRED', 'the token has expired');
      throw new GatewayError('MQ_AUTH_TOKEN_INVALID', 'the token is not valid here', { cause });
    }
  }

  #remember(digest: string, verified: Readonly<{ principal: Principal; untilMs: number }>): void {
    const oldest = this.#known.keys().next();
    if (this.#known.size >= MAX_KNOWN_TOKENS && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(digest, verified);
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
