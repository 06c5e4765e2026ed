/** Vector operations of matching-and-dedup.md parts 2 and 3. */
import { decodeNonZeroScalarL, encodeScalarL } from '../arithmetic/ristretto255.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { testRng } from '../vectors/test-rng.ts';
import type { VectorFields } from '../vectors/vector-fields.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { convergentDecrypt, convergentEncrypt, convergentKey, dedupInput } from './deduplication.ts';
import { psiFinish, psiRound1, psiRound2, psiSessionId } from './psi.ts';
import { voprfBlindWith, voprfDeriveKeyPair, voprfEvaluate, voprfFinalize, voprfVerify } from './voprf.ts';

const items = (input: VectorFields) =>
  input.objects('items').map((item) => ({ system: item.text('system'), code: item.text('code') }));
const scope = (input: VectorFields) => ({ channel: input.text('channel'), org: input.text('org') });
const rng = (input: VectorFields) => testRng(input.bytes('seed'), input.text('label'));

function validOr<T extends object>(act: () => T): T | { valid: false } {
  try {
    return act();
  } catch (error) {
    if (error instanceof CryptoError) return { valid: false };
    throw error;
  }
}

export const MATCHING_VECTORS: VectorSet = {
  spec: 'matching-and-dedup.md',
  arithmetic: 'none',
  operations: {
    sessionId: (input) => ({
      sessionId: psiSessionId({
        channel: input.text('channel'),
        consentA: input.text('consentA'),
        consentB: input.text('consentB'),
        nonceA: input.bytes('nonceA'),
        nonceB: input.bytes('nonceB'),
      }),
    }),
    psiRound1(input) {
      const { a, message1 } = psiRound1(input.bytes('sessionId'), items(input), rng(input));
      return { a: encodeScalarL(a), message: message1 };
    },
    psiRound2: (input) =>
      validOr(() => ({
        valid: true,
        message: psiRound2(input.bytes('sessionId'), items(input), input.bytes('message1'), rng(input)),
      })),
    psiFinish: (input) =>
      validOr(() => {
        const initiator = { a: decodeNonZeroScalarL(input.bytes('a')), message1: input.bytes('message1') };
        return { valid: true, cardinality: psiFinish(input.bytes('sessionId'), initiator, input.bytes('message2')) };
      }),
    voprfDerive(input) {
      const { skS, pkS } = voprfDeriveKeyPair(input.bytes('seed'), input.bytes('info'));
      return { sk: skS, pk: pkS };
    },
    voprfBlind: (input) => ({
      blinded: voprfBlindWith(input.bytes('input'), decodeNonZeroScalarL(input.bytes('blind'))),
    }),
    voprfEvaluate(input) {
      const keys = { skS: input.bytes('sk'), pkS: input.bytes('pk') };
      // a source whose one draw reduces to the proof scalar that the vector fixes
      const random = { bytes: (length: number) => padded(input.bytes('proofScalar'), length) };
      const { evaluatedElements, proof } = voprfEvaluate(keys, input.byteStrings('blinded'), random);
      return { evaluated: evaluatedElements, proof };
    },
    voprfVerify: (input) => ({
      valid: voprfVerify(
        input.bytes('pk'),
        input.byteStrings('blinded'),
        input.byteStrings('evaluated'),
        input.bytes('proof'),
      ),
    }),
    voprfFinalize: (input) => ({
      output: voprfFinalize(input.bytes('input'), input.bytes('blind'), input.bytes('evaluated')),
    }),
    dedupInput: (input) => ({ input: dedupInput(scope(input), input.bytes('plaintext')) }),
    convergentEncrypt: (input) => ({
      ...convergentKey(scope(input), input.bytes('output')),
      ...convergentEncrypt(scope(input), input.bytes('output'), input.bytes('plaintext')),
    }),
    convergentDecrypt(input) {
      const file = { ciphertext: input.bytes('ciphertext'), contentId: input.bytes('contentId') };
      const plaintext = convergentDecrypt(scope(input), input.bytes('output'), file);
      return plaintext === undefined ? { valid: false } : { valid: true, plaintext };
    },
  },
};

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const longer = new Uint8Array(length);
  longer.set(bytes);
  return longer;
}
