import { type Mutation, mutationsOf } from '../../testing/mutation.ts';

const JSON_TESTS = 'encoding/canonical-json.test.ts';
const BASE64URL = 'encoding/base64url.test.ts';
const RISTRETTO = 'arithmetic/ristretto255.test.ts';
const HPKE = 'keys/hpke.test.ts';
const INTENT = 'keys/signed-intent.test.ts';

/** Checks of what the schemes share: texts, ristretto255, sealing, signatures. */
export const MUTATIONS: readonly Mutation[] = [
  ...mutationsOf('encoding/canonical-json.ts', JSON_TESTS, [
    [
      'JSON: canonical text',
      'if (canonicalJson(value) !== text) {',
      'if (text.length < 0) {',
      'parseCanonicalJson refuses',
    ],
    ['JSON: depth', 'if (depth > MAX_JSON_DEPTH) {', 'if (depth > 1e9) {', 'canonicalJson refuses'],
    [
      'JSON: plain objects only',
      'if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {',
      'if (prototype === undefined) {',
      'canonicalJson refuses',
    ],
    ['JSON: well-formed strings', 'if (!value.isWellFormed()) {', 'if (value.length < 0) {', 'canonicalJson refuses'],
    [
      'JSON: safe integers',
      'if (!Number.isSafeInteger(value)) {',
      'if (value === undefined) {',
      'canonicalJson refuses',
    ],
  ]),
  ...mutationsOf('encoding/base64url.ts', BASE64URL, [
    ['base64url: alphabet', 'if (sextet === undefined) throw', 'if (text.length < 0) throw', 'base64url refuses'],
    ['base64url: length', 'if (text.length % 4 === 1) throw', 'if (text.length < 0) throw', 'base64url refuses'],
    [
      'base64url: unused bits',
      'if ((word & ((1 << bits) - 1)) !== 0) throw',
      'if (word < 0) throw',
      'base64url refuses',
    ],
  ]),
  ...mutationsOf('arithmetic/ristretto255.ts', RISTRETTO, [
    [
      'ristretto255: the identity is refused',
      "if (isIdentity(point)) throw new DecodingError('MQ_CRYPTO_IDENTITY'",
      "if (bytes.length < 0) throw new DecodingError('MQ_CRYPTO_IDENTITY'",
      'ristretto255 refuses the identity',
    ],
    [
      'ristretto255: scalars below L',
      'if (scalar >= RISTRETTO_ORDER) throw',
      'if (scalar < 0n) throw',
      'ristretto255 refuses the identity',
    ],
    [
      'ristretto255: scalars of 32 bytes',
      'if (bytes.length !== RISTRETTO_SCALAR_BYTES) {',
      'if (bytes.length < 0) {',
      'ristretto255 refuses the identity',
    ],
    [
      'ristretto255: non-zero scalars',
      'if (scalar === 0n) throw',
      'if (scalar < 0n) throw',
      'ristretto255 refuses the identity',
    ],
  ]),
  ...mutationsOf('keys/hpke.ts', HPKE, [
    [
      'HPKE: all-zero shared secret, sealing',
      "if (dh === undefined) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'recipient key is not a usable X25519 key');",
      'if (dh === undefined) return enc;',
      'HPKE refuses keys of small order',
    ],
    [
      'HPKE: all-zero shared secret, opening',
      'if (dh === undefined) return undefined;',
      'if (dh === undefined) return enc;',
      'HPKE refuses keys of small order',
    ],
    [
      'HPKE: info',
      "labeledExtract(HPKE_SUITE, EMPTY, 'info_hash', info),",
      "labeledExtract(HPKE_SUITE, EMPTY, 'info_hash', info.subarray(0, 0)),",
      'HPKE opens with the same key',
    ],
    [
      'HPKE: associated data, opening and sealing',
      'return nobleAesGcm.open(key, baseNonce, aad, sealed',
      'return nobleAesGcm.open(key, baseNonce, utf8("aad"), sealed',
      'HPKE opens with the same key',
    ],
  ]),
  ...mutationsOf('keys/ed25519.ts', INTENT, [
    [
      'Ed25519: canonical S',
      'const s = Fn.fromBytes(signature.subarray(32, 64)); // refuses S >= L',
      'const s = Fn.create(littleEndian(signature.subarray(32, 64)));',
      'verifyEd25519 refuses S + L',
    ],
    [
      'Ed25519: equation',
      'return R.every((byte, i) => byte === encodedR[i]);',
      'return R.length === encodedR.length;',
      'signed intents is not valid after a change',
    ],
    [
      'Ed25519: signature of 64 bytes',
      'if (signature.length !== ED25519_SIGNATURE_BYTES) return false;',
      '',
      'verifyEd25519 refuses other lengths',
    ],
  ]),
];
