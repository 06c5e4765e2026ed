import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Account } from './accounts.ts';
import { makeKeyFile, readKeyFile } from './key-file.ts';
import { scopeTextOf } from './roles.ts';

export const TOKEN_ALGORITHM = 'EdDSA';
export type IssuedToken = Readonly<{ access_token: string; token_type: 'Bearer'; expires_in: number; scope: string }>;

/** Signs the tokens of local accounts with a key of this gateway, kept in the key folder (0600). */
export class TokenIssuer {
  readonly issuer: string;
  readonly publicJwk: JWK;
  readonly #key: CryptoKey;
  readonly #lifetimeSeconds: number;

  private constructor(issuer: string, publicJwk: JWK, key: CryptoKey, lifetimeSeconds: number) {
    this.issuer = issuer;
    this.publicJwk = publicJwk;
    this.#key = key;
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /** @throws GatewayError `MQ_CONFIG_INVALID` where its key is damaged */
  static async open(dir: string, issuer: string, lifetimeSeconds: number): Promise<TokenIssuer> {
    const file = join(dir, 'token-key.json');
    if (!existsSync(file)) {
      const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { extractable: true });
      makeKeyFile(file, JSON.stringify(await exportJWK(privateKey)));
    }
    const cure = 'delete it, and another key is made; who has logged in has to do so again';
    const { d, ...rest } = readKeyFile(file, cure, (bytes) => JSON.parse(bytes.toString()) as JWK);
    const publicJwk = { ...rest, kid: await calculateJwkThumbprint(rest), alg: TOKEN_ALGORITHM, use: 'sig' };
    const key = (await importJWK({ ...rest, d } as JWK, TOKEN_ALGORITHM)) as CryptoKey;
    return new TokenIssuer(issuer, publicJwk, key, lifetimeSeconds);
  }

  /** RFC 9068 access token; the audience is this gateway. */
  async issue(account: Account): Promise<IssuedToken> {
    const scope = account.scopes ?? scopeTextOf(account.role);
    const claims = {
      scope,
      role: account.role,
      ...(account.practitionerId === undefined ? {} : { fhirUser: `Practitioner/${account.practitionerId}` }),
      ...(account.patient === undefined ? {} : { fhirUser: `Patient/${account.patient}`, patient: account.patient }),
    };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: 'at+jwt', kid: this.publicJwk.kid ?? '' })
      .setIssuer(this.issuer)
      .setAudience(this.issuer)
      .setSubject(account.username)
      .setIssuedAt()
      .setJti(randomUUID())
      .setExpirationTime(`${this.#lifetimeSeconds}s`)
      .sign(this.#key);
    return { access_token: token, token_type: 'Bearer', expires_in: this.#lifetimeSeconds, scope };
  }
}
