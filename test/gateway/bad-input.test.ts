import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FabricLedger } from '@medquorum/gateway/ledger/fabric-ledger';
import { CITY, REGULATOR, START_TIMEOUT_MS, TestConsortium, until } from '@medquorum/gateway/testing/test-consortium';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const OBSERVATION = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
const AUDIENCE = 'http://city-hospital.test';

describe('bad input', () => {
  let consortium: TestConsortium;
  let ledger: FabricLedger;
  let patient: string;
  let clinician: string;
  let verifier: string;
  let identityProvider: Server;
  let issuer: string;
  let issue: (claims: Record<string, unknown>, options?: { expiresIn?: string; audience?: string }) => Promise<string>;

  beforeAll(async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
    identityProvider = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => identityProvider.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(identityProvider.address() as AddressInfo).port}`;
    issue = (claims, { expiresIn = '5m', audience = AUDIENCE } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('someone')
        .setIssuedAt()
        .setExpirationTime(expiresIn)
        .sign(privateKey);
    consortium = await TestConsortium.start();
    ledger = await consortium.ledger(CITY);
    const oidc = JSON.stringify([{ issuer, audience: AUDIENCE, jwksUri: issuer }]);
    await Promise.all([
      consortium.gateway(REGULATOR, { 'attest.automatic': false }),
      consortium.gateway(CITY, { 'attest.automatic': false, 'auth.oidcIssuers': oidc, 'http.maxBodyBytes': 100_000 }),
    ]);
    clinician = await consortium.practitioner(CITY, 'clinician');
    verifier = await consortium.practitioner(CITY, 'verifier');
    patient = (await consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' })).json().pseudonym;
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    ledger.close();
    await consortium.close();
    identityProvider.close();
  }, START_TIMEOUT_MS);

  /** Every refusal is a problem with a code, and leaves the ledger as it was. */
  async function refused(
    status: number,
    code: string,
    ask: () => Promise<{ statusCode: number; body: string; headers: Record<string, unknown> }>,
  ) {
    const before = await ledger.height();
    const response = await ask();
    expect(JSON.parse(response.body)).toMatchObject({
      code,
      status,
      instance: expect.stringMatching(/^urn:medquorum:request:/),
    });
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/(problem|fhir)\+json/);
    expect(await ledger.height()).toBe(before);
    return JSON.parse(response.body);
  }
  const raw = async (payload: string, headers: Record<string, string>, url = '/records') => {
    const app = consortium.app(CITY);
    return app.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${await consortium.token(CITY, 'clinician')}`, ...headers },
    });
  };
  const withToken = (token: string) =>
    consortium
      .app(CITY)
      .inject({ method: 'GET', url: '/organizations', headers: { authorization: `Bearer ${token}` } });

  it('refuses malformed JSON', () =>
    refused(400, 'MQ_HTTP_INPUT_INVALID', () => raw('{"patient": ', { 'content-type': 'application/json' })));

  it('refuses a media type it does not know', () =>
    refused(415, 'MQ_HTTP_MEDIA_TYPE', () => raw('<Patient/>', { 'content-type': 'application/xml' })));

  it('refuses a body over the limit', () =>
    refused(413, 'MQ_HTTP_BODY_TOO_LARGE', () =>
      raw(JSON.stringify({ x: 'y'.repeat(100_000) }), { 'content-type': 'application/json' }),
    ));

  it('refuses unknown members and wrong types, and names the place but not the value', async () => {
    const secret = 'Jane Roe';
    const unknown = await refused(400, 'MQ_HTTP_INPUT_INVALID', () =>
      consortium.as(CITY, 'clinician', 'POST', '/records', { patient, content: OBSERVATION, patientName: secret }),
    );
    expect(unknown.errors).toEqual([expect.objectContaining({ in: 'body', rule: 'additionalProperties' })]);
    const wrong = await refused(400, 'MQ_HTTP_INPUT_INVALID', () =>
      consortium.as(CITY, 'clinician', 'POST', `/records/${randomUUID()}/activate`, { version: '1' }),
    );
    expect(wrong.errors[0]).toMatchObject({ path: '/version', rule: 'type' });
    expect(JSON.stringify([unknown, wrong])).not.toContain(secret);
  });

  it('refuses content that is not valid FHIR', async () => {
    const problem = await refused(422, 'MQ_FHIR_INVALID', () =>
      consortium.as(CITY, 'clinician', 'POST', '/records', {
        patient,
        content: { resourceType: 'Observation', status: 'perhaps' },
      }),
    );
    expect(problem.issues.length).toBeGreaterThan(0);
  });

  it('refuses a record of a patient nobody has registered', () =>
    refused(404, 'MQ_PATIENT_NOT_FOUND', () =>
      consortium.as(CITY, 'clinician', 'POST', '/records', { patient: randomUUID(), content: OBSERVATION }),
    ));

  it('refuses a class and a label that do not exist', async () => {
    await refused(400, 'MQ_RECORD_CLASS_UNKNOWN', () =>
      consortium.as(CITY, 'clinician', 'POST', '/records', { patient, class: 'gossip', content: OBSERVATION }),
    );
    await refused(400, 'MQ_INPUT_INVALID', () =>
      consortium.as(CITY, 'clinician', 'POST', '/records', {
        patient,
        header: { labels: ['NOSUCHLABEL'] },
        content: OBSERVATION,
      }),
    );
  });

  it('refuses who has not the role', async () => {
    await refused(403, 'MQ_AUTH_FORBIDDEN', () =>
      consortium.as(CITY, 'verifier', 'POST', '/patients', { wallet: 'custodial' }),
    );
    await refused(403, 'MQ_AUTH_FORBIDDEN', () =>
      consortium.as(CITY, 'clinician', 'POST', '/practitioners', { roles: [{ role: 'clinician' }] }),
    );
    await refused(403, 'MQ_AUTH_FORBIDDEN', () =>
      consortium.as(CITY, 'auditor', 'POST', `/patients/${patient}/consents`, { consent: {} }),
    );
  });

  it('refuses missing, forged, expired and foreign tokens', async () => {
    const open = consortium.app(CITY);
    await refused(401, 'MQ_AUTH_REQUIRED', () => open.inject({ method: 'GET', url: '/organizations' }));
    const own = await consortium.token(CITY, 'clinician');
    const [header, body] = own.split('.');
    const { privateKey } = generateKeyPairSync('ed25519');
    const forged = sign(null, Buffer.from(`${header}.${body}`), privateKey).toString('base64url');
    await refused(401, 'MQ_AUTH_TOKEN_INVALID', () => withToken(`${header}.${body}.${forged}`));
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    await refused(401, 'MQ_AUTH_TOKEN_INVALID', () => withToken(`${none}.${body}.`));
    // A token that the other gateway signed for itself.
    await refused(401, 'MQ_AUTH_TOKEN_INVALID', async () => withToken(await consortium.token(REGULATOR, 'admin')));
    await refused(401, 'MQ_AUTH_TOKEN_EXPIRED', async () =>
      withToken(await issue({ role: 'clinician' }, { expiresIn: '-2m' })),
    );
    await refused(401, 'MQ_AUTH_TOKEN_INVALID', async () =>
      withToken(await issue({ role: 'clinician' }, { audience: 'https://another' })),
    );
    await refused(401, 'MQ_AUTH_TOKEN_INVALID', async () => withToken(await issue({ role: 'emperor' })));
    await refused(401, 'MQ_AUTH_TOKEN_INVALID', () => withToken('not-a-token'));
  });

  it('accepts tokens of a trusted OpenID provider, within their scopes', async () => {
    expect((await withToken(await issue({ role: 'clinician' }))).statusCode).toBe(200);
    await refused(403, 'MQ_AUTH_FORBIDDEN', async () =>
      withToken(await issue({ role: 'clinician', scope: 'user/Patient.r openid' })),
    );
    // Of one patient, or for a machine: neither is what a clinician may do here.
    for (const scope of ['patient/*.rs', 'system/*.rs']) {
      await refused(403, 'MQ_AUTH_FORBIDDEN', async () => withToken(await issue({ role: 'clinician', scope })));
    }
  });

  it('answers a wrong password and an unknown account alike', async () => {
    const ask = (username: string, password: string) => () =>
      consortium
        .app(CITY)
        .inject({ method: 'POST', url: '/oauth/token', payload: { grant_type: 'password', username, password } });
    const wrong = await refused(401, 'MQ_CREDENTIALS_INVALID', ask('admin', 'a wrong password'));
    const unknown = await refused(401, 'MQ_CREDENTIALS_INVALID', ask('nobody', 'a wrong password'));
    expect({ ...unknown, instance: '' }).toEqual({ ...wrong, instance: '' });
  });

  it('commits a repeated key once, and refuses the key for another request', async () => {
    const headers = { 'idempotency-key': 'bad-input-1' };
    const post = (mrn: string) =>
      consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial', mrn }, headers);
    const [one, two] = await Promise.all([post('A'), post('A')]);
    expect([one?.statusCode, two?.statusCode]).toEqual([201, 201]);
    expect(two?.json()).toEqual(one?.json());
    await refused(422, 'MQ_IDEMPOTENCY_KEY_REUSED', () => post('B'));
    await refused(409, 'MQ_MRN_TAKEN', () =>
      consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial', mrn: 'A' }),
    );
  });

  it('takes the same key with other headers that say what is asked for another request', async () => {
    const post = (onBehalfOf: string) =>
      consortium.as(
        CITY,
        'his',
        'POST',
        '/fhir/Observation',
        { ...OBSERVATION, subject: { reference: `Patient/${patient}` } },
        { 'idempotency-key': 'bad-input-2', 'on-behalf-of': onBehalfOf },
      );
    expect((await post(clinician)).statusCode).toBe(201);
    expect((await post(verifier)).body).toContain('MQ_IDEMPOTENCY_KEY_REUSED');
  });

  it('lets a patient audit his own records only', async () => {
    const proposed = await consortium.as(CITY, 'clinician', 'POST', '/records', { patient, content: OBSERVATION });
    const { recordId } = proposed.json();
    const token = await issue({ role: 'patient', fhirUser: `Patient/${randomUUID()}` });
    const headers = { authorization: `Bearer ${token}` };
    const app = consortium.app(CITY);
    await refused(403, 'MQ_AUTH_FORBIDDEN', () =>
      app.inject({ method: 'POST', url: `/records/${recordId}/audit`, headers }),
    );
    await refused(403, 'MQ_AUTH_FORBIDDEN', () =>
      app.inject({ method: 'GET', url: `/records/${recordId}/verdicts`, headers }),
    );
  });

  it('refuses an intent that was used before', async () => {
    const consent = { resourceType: 'Consent' };
    await refused(400, 'MQ_INPUT_INVALID', () =>
      consortium.as(CITY, 'clinician', 'POST', `/patients/${patient}/consents`, { consent }),
    );
    const granted = await consortium.as(CITY, 'clinician', 'POST', `/patients/${patient}/consents`, {
      consent: consortium.consent(patient, CITY),
    });
    expect(granted.statusCode).toBe(201);
    const [row] = await consortium.query(
      CITY,
      "select entries from operation where function_name = 'grant' and state = 'committed'",
      [],
    );
    const [entry] = JSON.parse(String(row?.entries));
    await refused(409, 'MQ_INTENT_REPLAYED', () =>
      consortium.as(CITY, 'clinician', 'POST', `/patients/${patient}/consents`, { entry }),
    );
    const altered = { ...entry, intent: { ...entry.intent, nonce: 'A'.repeat(32) } };
    await refused(400, 'MQ_SIGNATURE_INVALID', () =>
      consortium.as(CITY, 'clinician', 'POST', `/patients/${patient}/consents`, { entry: altered }),
    );
    const elsewhere = { ...entry, intent: { ...entry.intent, channel: 'another' } };
    await refused(400, 'MQ_INTENT_CHANNEL', () =>
      consortium.as(CITY, 'clinician', 'POST', `/patients/${patient}/consents`, { entry: elsewhere }),
    );
  });

  it('limits requests and logins', async () => {
    await consortium.closeGateway(REGULATOR);
    await consortium.gateway(REGULATOR, { 'attest.automatic': false, 'http.maxLoginsPerMinute': 2 });
    const login = (headers: Record<string, string> = {}) =>
      consortium.app(REGULATOR).inject({
        method: 'POST',
        headers,
        url: '/oauth/token',
        payload: { grant_type: 'password', username: 'admin', password: 'wrong password' },
      });
    expect((await login()).statusCode).toBe(401);
    expect((await login()).statusCode).toBe(401);
    const limited = await login();
    expect(limited.json()).toMatchObject({ code: 'MQ_HTTP_TOO_MANY_REQUESTS' });
    // A token that nobody asked for makes no new caller.
    const disguised = await login({ authorization: `Bearer ${randomUUID()}` });
    expect(disguised.json()).toMatchObject({ code: 'MQ_HTTP_TOO_MANY_REQUESTS' });
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('answers an address that is not there, and documents the ones that are', async () => {
    await refused(404, 'MQ_HTTP_NOT_FOUND', () => consortium.as(CITY, 'clinician', 'GET', '/no-such-thing'));
    const app = consortium.app(CITY);
    const openApi = (await app.inject({ method: 'GET', url: '/openapi.json' })).json();
    expect(openApi.openapi).toBe('3.1.0');
    expect(Object.keys(openApi.paths)).toEqual(
      expect.arrayContaining(['/records', '/patients/{patient}/consents', '/fhir/']),
    );
    const page = await until('the page', async () => {
      const response = await app.inject({ method: 'GET', url: '/docs/' });
      return response.statusCode === 200 ? response : undefined;
    });
    expect(page.body).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect((await app.inject({ method: 'GET', url: '/metrics' })).body).toContain('medquorum_http_request_seconds');
    expect((await app.inject({ method: 'GET', url: '/health/ready' })).json()).toMatchObject({ status: 'ready' });
  });
});
