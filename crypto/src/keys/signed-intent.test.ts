import { createHash, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { base64urlDecode, base64urlEncode } from '../encoding/base64url.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { FC } from '../testing/seed.ts';
import { type Ed25519Equation, ed25519PublicKey, isEd25519PublicKey, nobleEquation, verifyEd25519 } from './ed25519.ts';
import { type Intent, intentBytes, intentMismatch, parseIntent, signIntent, verifyIntent } from './signed-intent.ts';

const seedBytes = new Uint8Array(32).fill(7);
const publicKey = base64urlEncode(ed25519PublicKey(seedBytes));
const use = {
  channel: 'ehr',
  chaincode: 'ehr',
  contract: 'consent',
  function: 'grant',
  timeMs: Date.UTC(2026, 10, 21),
};

function intent(changes: Partial<Record<keyof Intent, unknown>> = {}): Intent {
  return {
    v: 1,
    channel: 'ehr',
    chaincode: 'ehr',
    contract: 'consent',
    function: 'grant',
    args: [{ purpose: 'TREAT', labels: ['cardiology'] }],
    author: { kind: 'patient', id: 'p-7f3a', keyGeneration: 0 },
    headDigest: 'ab'.repeat(32),
    nonce: 'n_0-Z',
    notAfter: '2026-11-21T10:00:00.000Z',
    ...changes,
  } as Intent;
}

const openSsl: Ed25519Equation = (signature, message, key) => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64urlEncode(key) };
  return nodeVerify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
};

describe('signed intents', () => {
  it('signs the prefix and the canonical JSON', () => {
    expect(new TextDecoder().decode(intentBytes(intent()))).toBe(
      `MQ-INTENT-v1\n{"args":[{"labels":["cardiology"],"purpose":"TREAT"}],` +
        `"author":{"id":"p-7f3a","keyGeneration":0,"kind":"patient"},"chaincode":"ehr","channel":"ehr",` +
        `"contract":"consent","function":"grant","headDigest":"${'ab'.repeat(32)}","nonce":"n_0-Z",` +
        `"notAfter":"2026-11-21T10:00:00.000Z","v":1}`,
    );
  });

  it('verifies on both verifiers and refuses every other key', () => {
    const signature = signIntent(intent(), seedBytes);
    expect(verifyIntent(intent(), signature, publicKey)).toBe(true);
    expect(verifyIntent(intent(), signature, publicKey, openSsl)).toBe(true);
    const otherKey = base64urlEncode(ed25519PublicKey(new Uint8Array(32).fill(8)));
    expect(verifyIntent(intent(), signature, otherKey)).toBe(false);
  });

  it.each([
    { channel: 'ehr2' },
    { chaincode: 'ehr2' },
    { contract: 'record' },
    { function: 'withdraw' },
    { args: [] },
    { author: { kind: 'practitioner', id: 'p-7f3a', keyGeneration: 0 } },
    { author: { kind: 'patient', id: 'p-7f3b', keyGeneration: 0 } },
    { author: { kind: 'patient', id: 'p-7f3a', keyGeneration: 1 } },
    { headDigest: 'cd'.repeat(32) },
    { nonce: 'n' },
    { notAfter: '2026-11-21T10:00:00.001Z' },
  ])('is not valid after a change of %j', (change) => {
    const signature = signIntent(intent(), seedBytes);
    expect(verifyIntent(intent(change), signature, publicKey)).toBe(false);
  });

  it('is not valid without its head digest', () => {
    const { headDigest: _, ...first } = intent();
    expect(verifyIntent(first, signIntent(intent(), seedBytes), publicKey)).toBe(false);
    expect(verifyIntent(first, signIntent(first, seedBytes), publicKey)).toBe(true);
  });

  it.each([
    [null],
    [[]],
    ['text'],
    [intent({ v: 2 })],
    [{ ...intent(), extra: 1 }],
    [intent({ channel: '' })],
    [intent({ channel: 'a b' })],
    [intent({ channel: 'x'.repeat(129) })],
    [intent({ contract: 1 })],
    [intent({ author: { kind: 'robot', id: 'x', keyGeneration: 0 } })],
    [intent({ author: { kind: 'patient', id: '', keyGeneration: 0 } })],
    [intent({ author: { kind: 'patient', id: 'x'.repeat(257), keyGeneration: 0 } })],
    [intent({ author: { kind: 'patient', id: 'x', keyGeneration: -1 } })],
    [intent({ author: { kind: 'patient', id: 'x', keyGeneration: 2 ** 32 } })],
    [intent({ author: { kind: 'patient', id: 'x', keyGeneration: '0' } })],
    [intent({ author: { kind: 'patient', id: 'x', keyGeneration: 0, more: 1 } })],
    [intent({ author: [1, 2, 3] })],
    [intent({ headDigest: 'AB'.repeat(32) })],
    [intent({ headDigest: null })],
    [intent({ nonce: '' })],
    [intent({ nonce: 'x'.repeat(65) })],
    [intent({ nonce: 'a=' })],
    [intent({ notAfter: '2026-02-30T10:00:00.000Z' })],
    [intent({ notAfter: '2026-11-21T10:00:00Z' })],
    [intent({ notAfter: '2026-11-21T24:00:00.000Z' })],
    [intent({ notAfter: '2026-11-21T10:00:00.000+00:00' })],
    [intent({ args: 'x'.repeat(1 << 20) })],
  ])('parseIntent refuses malformed intents, case %#', (value) => {
    const refused = expect.objectContaining({ code: 'MQ_INTENT_INVALID' });
    expect(() => parseIntent(value)).toThrow(refused);
    expect(verifyIntent(value as Intent, signIntent(intent(), seedBytes), publicKey)).toBe(false);
  });

  it('refuses arguments without a canonical form', () => {
    expect(() => parseIntent(intent({ args: 0.5 }))).toThrow(CryptoError);
    expect(verifyIntent(intent({ args: 0.5 }), signIntent(intent(), seedBytes), publicKey)).toBe(false);
  });

  it.each([
    ['MQ_INTENT_CHANNEL', { channel: 'other' }],
    ['MQ_INTENT_CHAINCODE', { chaincode: 'other' }],
    ['MQ_INTENT_CONTRACT', { contract: 'other' }],
    ['MQ_INTENT_FUNCTION', { function: 'other' }],
    ['MQ_INTENT_EXPIRED', { timeMs: Date.parse('2026-11-21T10:00:00.001Z') }],
    ['MQ_INTENT_EXPIRED', { timeMs: Number.NaN }],
    [undefined, { timeMs: Date.parse('2026-11-21T10:00:00.000Z') }],
  ])('intentMismatch answers %s', (mismatch, change) => {
    expect(intentMismatch(intent(), { ...use, ...change })).toBe(mismatch);
  });

  it('accepts no flipped bit of signature or key', () => {
    const signature = base64urlDecode(signIntent(intent(), seedBytes));
    const key = base64urlDecode(publicKey);
    for (let i = 0; i < 64 + 32; i++) {
      for (const mask of [1, 0x80]) {
        const flipped = [Uint8Array.from(signature), Uint8Array.from(key)] as const;
        const [target, at] = i < 64 ? [flipped[0], i] : [flipped[1], i - 64];
        target[at] = (target[at] ?? 0) ^ mask;
        expect(verifyIntent(intent(), base64urlEncode(flipped[0]), base64urlEncode(flipped[1]))).toBe(false);
      }
    }
  });
});

describe('verifyEd25519', () => {
  const message = new TextEncoder().encode('m');
  const signature = ed25519.sign(message, seedBytes);
  const key = ed25519PublicKey(seedBytes);

  it('refuses other lengths', () => {
    const accepting = () => true;
    for (const length of [0, 63, 65]) {
      expect(verifyEd25519(new Uint8Array(length), message, key, accepting)).toBe(false);
    }
    expect(verifyEd25519(signature, message, key.slice(1), accepting)).toBe(false);
  });

  it('refuses S + L', () => {
    const malleated = Uint8Array.from(signature);
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + ed25519.Point.Fn.ORDER;
    malleated.set(Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse(), 32);
    expect(verifyEd25519(malleated, message, key)).toBe(false);
    expect(verifyEd25519(malleated, message, key, openSsl)).toBe(false);
  });

  it('refuses keys of small order and keys that are not canonical', () => {
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const unreduced = new Uint8Array(32).fill(0xff);
    unreduced[31] = 0x7f; // y = 2^255 - 1 = p + 18
    const order2 = ed25519.Point.fromAffine({ x: 0n, y: ed25519.Point.Fp.ORDER - 1n }).toBytes();
    // R = S*B with A of small order satisfies the bare equation for many messages.
    const forged = Uint8Array.from([...ed25519.Point.BASE.toBytes(), 1, ...new Uint8Array(31)]);
    for (const bad of [identity, unreduced, order2]) {
      expect(isEd25519PublicKey(bad)).toBe(false);
      expect(verifyEd25519(forged, message, bad)).toBe(false);
      expect(verifyEd25519(forged, message, bad, openSsl)).toBe(false);
    }
    expect(nobleEquation(forged, message, identity)).toBe(true); // so the key check is what refuses it
  });

  it('agrees with OpenSSL on signatures that differ by a point of small order', () => {
    const torsion = ed25519.Point.fromAffine({ x: 0n, y: ed25519.Point.Fp.ORDER - 1n });
    const a = ed25519.utils.getExtendedPublicKey(seedBytes).scalar;
    for (let round = 0; round < 16; round++) {
      const text = new TextEncoder().encode(`torsion ${round}`);
      const mixedKey = ed25519.Point.BASE.multiply(a).add(torsion).toBytes();
      const r = BigInt(round + 2);
      const encodedR = ed25519.Point.BASE.multiply(r)
        .add(round % 2 === 0 ? torsion : ed25519.Point.ZERO)
        .toBytes();
      const k = ed25519.Point.Fn.create(hashToInteger(encodedR, mixedKey, text));
      const s = ed25519.Point.Fn.toBytes(ed25519.Point.Fn.create(r + k * a));
      const crafted = Uint8Array.from([...encodedR, ...s]);
      expect(verifyEd25519(crafted, text, mixedKey)).toBe(verifyEd25519(crafted, text, mixedKey, openSsl));
    }
  });

  it('agrees with OpenSSL on random messages and damaged signatures', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(95), fc.boolean(), (text, position, damage) => {
        const bytes = Uint8Array.from([...ed25519.sign(text, seedBytes), ...key]);
        if (damage) bytes[position] = (bytes[position] ?? 0) ^ 1;
        const [sig, pk] = [bytes.subarray(0, 64), bytes.subarray(64)];
        expect(verifyEd25519(sig, text, pk)).toBe(!damage);
        expect(verifyEd25519(sig, text, pk, openSsl)).toBe(!damage);
      }),
      FC,
    );
  });
});

function hashToInteger(...parts: readonly Uint8Array[]): bigint {
  const digest = createHash('sha512').update(Buffer.concat(parts)).digest();
  return BigInt(`0x${digest.reverse().toString('hex')}`);
}
