import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import { TokenIssuer } from './token-issuer.ts';
import { TokenVerifier } from './token-verifier.ts';

const LIFETIME_SECONDS = 600;
const TOLERANCE_SECONDS = 5;
const dir = mkdtempSync(path.join(tmpdir(), 'medquorum-tokens-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
afterEach(() => jest.useRealTimers());

async function opened() {
  const issuer = await TokenIssuer.open(dir, 'http://127.0.0.1:8081', LIFETIME_SECONDS);
  const account = { username: 'clinician', role: 'clinician', practitionerId: 'a5e6b1f0-0000-4000-8000-000000000000' };
  const { access_token: token } = await issuer.issue(account as Parameters<TokenIssuer['issue']>[0]);
  return { token, verifier: new TokenVerifier(issuer, [], TOLERANCE_SECONDS) };
}

describe('TokenVerifier', () => {
  it('knows a token again, and no other that looks like it', async () => {
    const { token, verifier } = await opened();
    const principal = await verifier.verify(token);
    expect(await verifier.verify(token)).toEqual(principal);
    const other = token.slice(0, -2) + (token.endsWith('AA') ? 'BB' : 'AA');
    await expect(verifier.verify(other)).rejects.toMatchObject({ code: 'MQ_AUTH_TOKEN_INVALID' });
  });

  it('accepts a token that it knows for as long as one that it does not, and no longer', async () => {
    const { token, verifier } = await opened();
    await verifier.verify(token);
    const { exp = 0 } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: number };
    const lastMs = (exp + TOLERANCE_SECONDS) * 1000 - 1;
    for (const at of [verifier, (await opened()).verifier]) {
      jest.useFakeTimers({ now: lastMs, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout'] });
      await expect(at.verify(token)).resolves.toMatchObject({ role: 'clinician' });
      jest.setSystemTime(lastMs + 1);
      await expect(at.verify(token)).rejects.toMatchObject({ code: 'MQ_AUTH_TOKEN_EXPIRED' });
      jest.useRealTimers();
    }
  });
});
