import { verifyIntent } from '@medquorum/crypto/keys/signed-intent';
import { EntrySigner } from './entry-signer.ts';
import { SigningKey } from './signing-key.ts';

const NOW_MS = 1_700_000_000_000;

describe('EntrySigner', () => {
  const { key } = SigningKey.generate();
  const author = { author: { kind: 'organization' as const, id: 'CityHospitalMSP', keyGeneration: 1 }, key };
  const signer = new EntrySigner({ channel: 'medquorum', chaincode: 'ehr', lifetimeMs: 60_000, nowMs: () => NOW_MS });
  const args = { patient: '6c1f2c1e-5a0f-4b57-9f2e-0d9a2f8d1b11', consentId: '0b7a1a52-2f7c-4a53-8a3e-3a1c2b4d5e6f' };
  const entry = signer.sign(author, 'consent', 'withdraw', args);

  it('signs an entry of its own again under another nonce', () => {
    const again = signer.withNonce(entry, 'first-nonce');
    expect(again.intent).toEqual({ ...entry.intent, nonce: 'first-nonce' });
    expect(verifyIntent(again.intent, again.signature, key.publicKey)).toBe(true);
    expect(signer.withNonce(again, 'second-nonce').intent.nonce).toBe('second-nonce');
  });

  it('leaves an entry that somebody else has signed as it is', () => {
    const brought = structuredClone(entry);
    expect(signer.withNonce(brought, 'first-nonce')).toBe(brought);
  });
});
