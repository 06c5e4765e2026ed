import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { acceptedFlips, fuzzDecoder } from '../testing/adversarial-bytes.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  ARGON2_MIN,
  addKeystoreSlot,
  KEYSTORE_MAX_CONTENT_BYTES,
  type KeystoreLock,
  keystoreSlots,
  openKeystore,
  type PasskeyPort,
  removeKeystoreSlot,
  sealKeystore,
} from './keystore.ts';

const random = seededRandom('keystore');
const content = new TextEncoder().encode('root seed');
/** An authenticator: a secret function of its own, as in CTAP 2.1 hmac-secret. */
const authenticator = (secret: number): PasskeyPort => ({
  evaluatePrf: async (credentialId, prfInput) => hmac(sha256, Uint8Array.from([secret, ...credentialId]), prfInput),
});
const passkey = { kind: 'passkey', credentialId: Uint8Array.of(1, 2, 3), passkey: authenticator(1) } as const;
const cheap: KeystoreLock = { kind: 'passphrase', passphrase: 'correct horse', cost: ARGON2_MIN };

const both = await sealKeystore(content, [cheap, passkey], random);

async function codeOf(opening: Promise<unknown>): Promise<string> {
  return opening.then(
    () => 'opened',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

describe('keystore', () => {
  it('opens with each of its secrets', async () => {
    expect(await openKeystore(both, cheap)).toEqual(content);
    expect(await openKeystore(both, passkey)).toEqual(content);
    expect(keystoreSlots(both)).toEqual([
      { kind: 'passphrase' },
      { kind: 'passkey', credentialId: passkey.credentialId },
    ]);
  });

  it('opens with no other secret', async () => {
    expect(await codeOf(openKeystore(both, { ...cheap, passphrase: 'correct horsf' }))).toBe('MQ_CRYPTO_CREDENTIAL');
    expect(await codeOf(openKeystore(both, { ...passkey, passkey: authenticator(2) }))).toBe('MQ_CRYPTO_CREDENTIAL');
    expect(await codeOf(openKeystore(both, { ...passkey, credentialId: Uint8Array.of(1) }))).toBe(
      'MQ_CRYPTO_CREDENTIAL',
    );
  });

  it('accepts no flipped byte, unused slots included', async () => {
    const accepted: number[] = [];
    for (let at = 0; at < both.length; at++) {
      const flipped = Uint8Array.from(both);
      flipped[at] = (flipped[at] as number) ^ 1;
      if ((await codeOf(openKeystore(flipped, passkey))) === 'opened') accepted.push(at);
    }
    expect(accepted).toEqual([]);
  });

  it('adds and removes slots', async () => {
    const second = { ...passkey, credentialId: Uint8Array.of(9) };
    const three = await addKeystoreSlot(both, passkey, second, random);
    expect(await openKeystore(three, second)).toEqual(content);
    const two = await removeKeystoreSlot(three, second, 0, random);
    expect(await codeOf(openKeystore(two, cheap))).toBe('MQ_CRYPTO_CREDENTIAL');
    expect(await openKeystore(two, passkey)).toEqual(content);
    const one = await removeKeystoreSlot(two, second, 0, random);
    expect(await codeOf(removeKeystoreSlot(one, second, 0, random))).toBe('MQ_CRYPTO_LIMIT');
    expect(await codeOf(removeKeystoreSlot(one, second, 1, random))).toBe('MQ_CRYPTO_ARGUMENT');
    expect(await codeOf(addKeystoreSlot(one, passkey, second, random))).toBe('MQ_CRYPTO_CREDENTIAL');
  });

  it('holds its limits', async () => {
    const seal = (locks: KeystoreLock[], bytes = content) => codeOf(sealKeystore(bytes, locks, random));
    expect(await seal([passkey], new Uint8Array(KEYSTORE_MAX_CONTENT_BYTES))).toBe('opened');
    expect(await seal([passkey], new Uint8Array(KEYSTORE_MAX_CONTENT_BYTES + 1))).toBe('MQ_CRYPTO_LIMIT');
    expect(await seal([passkey], new Uint8Array())).toBe('MQ_CRYPTO_LIMIT');
    expect(await seal([])).toBe('MQ_CRYPTO_LIMIT');
    expect(await seal(Array(8).fill(passkey))).toBe('opened');
    expect(await seal(Array(9).fill(passkey))).toBe('MQ_CRYPTO_LIMIT');
    expect(await seal([{ ...passkey, credentialId: new Uint8Array(1024) }])).toBe('MQ_CRYPTO_LIMIT');
    expect(await seal([{ ...cheap, passphrase: 'short' } as KeystoreLock])).toBe('MQ_CRYPTO_LIMIT');
    expect(await seal([{ ...cheap, passphrase: 'x'.repeat(1025) } as KeystoreLock])).toBe('MQ_CRYPTO_LIMIT');
    for (const cost of [{ memoryKiB: 19_455 }, { memoryKiB: 262_145 }, { passes: 11 }, { lanes: 17 }, { passes: 0 }]) {
      expect(await seal([{ ...cheap, cost: { ...ARGON2_MIN, ...cost } } as KeystoreLock])).toBe('MQ_CRYPTO_LIMIT');
    }
    const shortPrf = { evaluatePrf: async () => new Uint8Array(31) };
    expect(await seal([{ ...passkey, passkey: shortPrf }])).toBe('MQ_CRYPTO_ARGUMENT');
    expect(await codeOf(openKeystore(new Uint8Array(75_001), passkey))).toBe('MQ_CRYPTO_LIMIT');
  });

  it('decodes 100,000 strings to a value or a typed error', () => {
    const { refused } = fuzzDecoder(keystoreSlots, [both], 'keystore');
    expect(refused).toBeGreaterThan(10_000);
    expect(acceptedFlips(both.slice(0, 5), (head) => fuzzDecoder(keystoreSlots, [head], 'x', 1).decoded > 0)).toEqual(
      [],
    );
  });
});
