import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { decodeScalarL, encodeScalarL, RISTRETTO_ORDER } from '../arithmetic/ristretto255.ts';
import { acceptedFlips, fuzzDecoder, succeeds } from '../testing/adversarial-bytes.ts';
import { runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  convergentDecrypt,
  convergentEncrypt,
  convergentKey,
  dedupInput,
  dedupServerKey,
  provePossession,
  verifyPossession,
} from './deduplication.ts';
import { VOPRF_MAX_BATCH, voprfBlind, voprfDeriveKeyPair, voprfEvaluate, voprfFinalize, voprfVerify } from './voprf.ts';

const random = seededRandom('voprf');
const keys = dedupServerKey(random.bytes(32), 'clinic-north');
const otherKeys = dedupServerKey(random.bytes(32), 'clinic-north');
const reference = ristretto255_oprf.voprf;

const inputs = ['a', 'b', 'c'].map((text) => new TextEncoder().encode(text));
const blinded = inputs.map((input) => voprfBlind(input, random));
const elements = blinded.map(({ blindedElement }) => blindedElement);
const { evaluatedElements, proof } = voprfEvaluate(keys, elements, random);

describe('VOPRF', () => {
  it('agrees with @noble/curves on keys, evaluations, proofs and outputs', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 40 }), (seed, input) => {
        const { skS, pkS } = voprfDeriveKeyPair(seed, input);
        const want = reference.deriveKeyPair(seed, input);
        expect([skS, pkS]).toEqual([want.secretKey, want.publicKey]);
        const { blind, blindedElement } = voprfBlind(input, random);
        const evaluation = voprfEvaluate({ skS, pkS }, [blindedElement], random);
        const evaluated = evaluation.evaluatedElements[0] as Uint8Array;
        const output = voprfFinalize(input, blind, evaluated);
        expect(reference.finalize(input, blind, evaluated, blindedElement, pkS, evaluation.proof)).toEqual(output);
        const theirs = reference.blindEvaluateBatch(skS, pkS, [blindedElement]);
        expect(voprfVerify(pkS, [blindedElement], theirs.evaluated, theirs.proof)).toBe(true);
        expect(theirs.evaluated[0]).toEqual(evaluated);
      }),
      runs(10),
    );
  });

  it('does not depend on the blind', () => {
    const again = voprfBlind(inputs[0] as Uint8Array, random);
    const other = voprfEvaluate(keys, [again.blindedElement], random).evaluatedElements[0] as Uint8Array;
    expect(voprfFinalize(inputs[0] as Uint8Array, again.blind, other)).toEqual(
      voprfFinalize(inputs[0] as Uint8Array, blinded[0]?.blind as Uint8Array, evaluatedElements[0] as Uint8Array),
    );
  });

  it('accepts the honest batch and nothing else', () => {
    const [e0, e1, e2] = evaluatedElements as [Uint8Array, Uint8Array, Uint8Array];
    expect(voprfVerify(keys.pkS, elements, evaluatedElements, proof)).toBe(true);
    expect(voprfVerify(otherKeys.pkS, elements, evaluatedElements, proof)).toBe(false);
    expect(voprfVerify(keys.pkS, elements, [e1, e0, e2], proof)).toBe(false);
    expect(voprfVerify(keys.pkS, elements, [e0, e1], proof)).toBe(false);
    expect(voprfVerify(keys.pkS, elements.slice(0, 2), [e0, e1], proof)).toBe(false);
    expect(voprfVerify(keys.pkS, [], [], proof)).toBe(false);
    expect(voprfVerify(keys.pkS, elements, evaluatedElements, proof.subarray(1))).toBe(false);
    expect(voprfVerify(keys.pkS, elements, [e0, e1, new Uint8Array(32)], proof)).toBe(false);
    const bigger = encodeLe(decodeScalarL(proof.subarray(32)) + RISTRETTO_ORDER);
    expect(
      voprfVerify(keys.pkS, elements, evaluatedElements, Uint8Array.from([...proof.slice(0, 32), ...bigger])),
    ).toBe(false);
    const biggerC = encodeLe(decodeScalarL(proof.subarray(0, 32)) + RISTRETTO_ORDER);
    expect(voprfVerify(keys.pkS, elements, evaluatedElements, Uint8Array.from([...biggerC, ...proof.slice(32)]))).toBe(
      false,
    );
  });

  it('accepts no flipped byte of proof, key or elements', () => {
    const verify = (part: Partial<{ pk: Uint8Array; C: Uint8Array; D: Uint8Array; proof: Uint8Array }>) =>
      voprfVerify(
        part.pk ?? keys.pkS,
        [part.C ?? (elements[0] as Uint8Array), ...elements.slice(1)],
        [part.D ?? (evaluatedElements[0] as Uint8Array), ...evaluatedElements.slice(1)],
        part.proof ?? proof,
      );
    expect(acceptedFlips(proof, (bytes) => verify({ proof: bytes }))).toEqual([]);
    expect(acceptedFlips(keys.pkS, (pk) => verify({ pk }))).toEqual([]);
    expect(acceptedFlips(elements[0] as Uint8Array, (C) => verify({ C }))).toEqual([]);
    expect(acceptedFlips(evaluatedElements[0] as Uint8Array, (D) => verify({ D }))).toEqual([]);
  });

  it('holds its limits', () => {
    expect(() => voprfEvaluate(keys, [], random)).toThrow('MQ_CRYPTO_LIMIT');
    const many = Array.from({ length: VOPRF_MAX_BATCH + 1 }, () => elements[0] as Uint8Array);
    expect(() => voprfEvaluate(keys, many, random)).toThrow('MQ_CRYPTO_LIMIT');
    expect(voprfVerify(keys.pkS, many, many, proof)).toBe(false);
    expect(() => voprfBlind(new Uint8Array(0x10000), random)).toThrow('MQ_CRYPTO_LIMIT');
    expect(() => voprfFinalize(new Uint8Array(0x10000), keys.skS, keys.pkS)).toThrow('MQ_CRYPTO_LIMIT');
    expect(succeeds(() => voprfBlind(new Uint8Array(0xffff), random))).toBe(true);
    expect(() => voprfDeriveKeyPair(new Uint8Array(31), inputs[0] as Uint8Array)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => voprfDeriveKeyPair(new Uint8Array(32), new Uint8Array(0x10000))).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('answers strings around valid elements and proofs with a value or a typed error', () => {
    const [element] = elements as [Uint8Array];
    fuzzDecoder((bytes) => voprfEvaluate(keys, [bytes], random), [element], 'voprf-evaluate', 2000);
    const verify = (bytes: Uint8Array) => voprfVerify(keys.pkS, elements, evaluatedElements, bytes);
    expect(fuzzDecoder(verify, [proof], 'voprf-verify', 2000).refused).toBe(0);
    fuzzDecoder((bytes) => voprfFinalize(bytes, keys.skS, bytes), [element], 'voprf-finalize', 2000);
  }, 180_000);
});

describe('deduplication', () => {
  const scope = { channel: 'ehr', org: 'clinic-north' };
  const plaintext = new TextEncoder().encode('a letter');
  const outputOf = (bytes: Uint8Array, at = scope) => {
    const input = dedupInput(at, bytes);
    const { blind, blindedElement } = voprfBlind(input, random);
    return voprfFinalize(
      input,
      blind,
      voprfEvaluate(keys, [blindedElement], random).evaluatedElements[0] as Uint8Array,
    );
  };

  it('gives equal files equal ciphertexts, others and other organisations none', () => {
    const file = convergentEncrypt(scope, outputOf(plaintext), plaintext);
    expect(convergentEncrypt(scope, outputOf(plaintext), plaintext)).toEqual(file);
    const elsewhere = { channel: 'ehr', org: 'clinic-south' };
    expect(convergentEncrypt(elsewhere, outputOf(plaintext, elsewhere), plaintext).contentId).not.toEqual(
      file.contentId,
    );
    expect(convergentDecrypt(scope, outputOf(plaintext), file)).toEqual(plaintext);
    expect(convergentDecrypt(elsewhere, outputOf(plaintext), file)).toBeUndefined();
    expect(convergentDecrypt({ ...scope, channel: 'x' }, outputOf(plaintext), file)).toBeUndefined();
    expect(convergentDecrypt(scope, outputOf(inputs[0] as Uint8Array), file)).toBeUndefined();
    expect(() => convergentKey(scope, new Uint8Array(63))).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('refuses other bytes under a content identifier, and other identifiers', () => {
    const output = outputOf(plaintext);
    const file = convergentEncrypt(scope, output, plaintext);
    const opens = (change: Partial<typeof file>) =>
      convergentDecrypt(scope, output, { ...file, ...change }) !== undefined;
    expect(acceptedFlips(file.ciphertext, (ciphertext) => opens({ ciphertext }))).toEqual([]);
    expect(acceptedFlips(file.contentId, (contentId) => opens({ contentId }))).toEqual([]);
  });

  it('takes a proof of possession for one nonce and one file', () => {
    const nonce = random.bytes(32);
    const answer = provePossession(nonce, plaintext);
    expect(verifyPossession(nonce, plaintext, answer)).toBe(true);
    expect(verifyPossession(random.bytes(32), plaintext, answer)).toBe(false);
    expect(verifyPossession(nonce, plaintext.subarray(1), answer)).toBe(false);
    expect(acceptedFlips(answer, (bytes) => verifyPossession(nonce, plaintext, bytes))).toEqual([]);
    expect(() => provePossession(nonce.subarray(1), plaintext)).toThrow('MQ_CRYPTO_ARGUMENT');
  });
});

const encodeLe = (value: bigint) => {
  const bytes = encodeScalarL(value % RISTRETTO_ORDER);
  return value < RISTRETTO_ORDER
    ? bytes
    : Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse());
};
