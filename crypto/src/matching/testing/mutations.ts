import { type Mutation, mutationsOf } from '../../testing/mutation.ts';

const PSI = 'matching/psi.test.ts';
const VOPRF = 'matching/voprf.test.ts';
const TOPRF = 'matching/threshold-oprf.test.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...mutationsOf('matching/psi.ts', PSI, [
    [
      'session: nonces of 16 bytes',
      'if (nonceA.length !== PSI_NONCE_BYTES || nonceB.length !== PSI_NONCE_BYTES) {',
      'if (nonceA.length < 0) {',
      'intersection size refuses session identifiers',
    ],
    [
      'session: sid of 32 bytes',
      'if (sid.length !== PSI_SESSION_BYTES)',
      'if (sid.length < 0)',
      'intersection size refuses session identifiers',
    ],
    [
      'items: at most 128',
      'if (items.length > PSI_MAX_ITEMS)',
      'if (items.length < 0)',
      'intersection size refuses more than 128',
    ],
    [
      'items: lengths',
      'if (Math.max(systemBytes.length, codeBytes.length) > PSI_MAX_TEXT_BYTES) {',
      'if (systemBytes.length < 0) {',
      'intersection size refuses more than 128',
    ],
    [
      'items: no repetition',
      'if (seen.size !== items.length)',
      'if (seen.size < 0)',
      'intersection size refuses more than 128',
    ],
    [
      'first message: magic',
      "reader.expect(MAGIC_1, 'magic', 'MQ_CRYPTO_MAGIC');",
      "reader.take(4, 'magic');",
      'messages with another magic',
    ],
    [
      'first message: session',
      "reader.expect(MAGIC_1, 'magic', 'MQ_CRYPTO_MAGIC');\n  reader.expect(checkedSid(sid), 'session');",
      "reader.expect(MAGIC_1, 'magic', 'MQ_CRYPTO_MAGIC');\n  reader.take(32, 'session');",
      'messages of another session',
    ],
    [
      'answer: session',
      "reader.expect(MAGIC_2, 'magic', 'MQ_CRYPTO_MAGIC');\n  reader.expect(checkedSid(sid), 'session');",
      "reader.expect(MAGIC_2, 'magic', 'MQ_CRYPTO_MAGIC');\n  reader.take(32, 'session');",
      'messages of another session',
    ],
    [
      'answer: hash of the first message',
      "reader.expect(sha256(message1), 'hash of the first message');",
      "reader.take(32, 'hash of the first message');",
      'messages that answer another first message',
    ],
    [
      'answer: size of the first list',
      'if (first.length !== sizeOf(message1))',
      'if (first.length < 0)',
      'messages whose first list has another size',
    ],
    [
      'answer: elements of the first list',
      "for (const X of first) decodePoint(X, 'element');",
      '',
      'messages checks the elements of the first list',
    ],
    [
      'list: count',
      'if (!PSI_SIZES.some((size) => size === count))',
      'if (count < 0)',
      'messages with a count between',
    ],
    [
      'list: strictly ascending',
      "if (!ascending) throw new DecodingError('MQ_CRYPTO_FORMAT'",
      "if (count < 0) throw new DecodingError('MQ_CRYPTO_FORMAT'",
      'messages with elements out of order',
    ],
    [
      'list: no repeated element',
      'compareBytes(list[i - 1] as Uint8Array, X) < 0',
      'compareBytes(list[i - 1] as Uint8Array, X) <= 0',
      'messages with a repeated element',
    ],
  ]),
  ...mutationsOf('matching/voprf.ts', VOPRF, [
    [
      'proof: challenge',
      'return equalBytes(encodeScalarL(challenge(B, M, Z, t2, t3)), proof.subarray(0, 32));',
      'return challenge(B, M, Z, t2, t3) >= 0n;',
      'VOPRF accepts the honest batch',
    ],
    [
      'batch: equal numbers',
      ' || blindedElements.length !== evaluatedElements.length) return false;',
      ') return false;',
      'VOPRF accepts the honest batch',
    ],
    ['seed: 32 bytes', 'if (seed.length !== VOPRF_SEED_BYTES)', 'if (seed.length < 0)', 'VOPRF holds its limits'],
  ]),
  ...mutationsOf('matching/deduplication.ts', VOPRF, [
    [
      'content identifier',
      'if (!equalBytes(sha256(ciphertext), contentId)) return undefined;',
      '',
      'deduplication refuses other bytes',
    ],
    [
      'possession: nonce of 32 bytes',
      'if (serverNonce.length !== POSSESSION_NONCE_BYTES) {',
      'if (serverNonce.length < 0) {',
      'deduplication takes a proof of possession',
    ],
    [
      'possession: answer',
      'equalBytes(provePossession(serverNonce, ciphertext), answer);',
      'provePossession(serverNonce, ciphertext).length === answer.length;',
      'deduplication takes a proof of possession',
    ],
  ]),
  ...mutationsOf('matching/threshold-oprf-key.ts', TOPRF, [
    ['scope: t and n', 'if (!inRange) throw', 'if (t === undefined) throw', 'distributed key refuses'],
    [
      'scope: texts',
      'if (length < 1 || length > TOPRF_MAX_TEXT_BYTES) {',
      'if (length < 0) {',
      'distributed key refuses',
    ],
    [
      'deal: proof of knowledge',
      'encodePoint(C0), encodePoint(W)) === c;',
      'encodePoint(C0), encodePoint(W)) >= 0n;',
      'distributed key accepts honest deals',
    ],
    [
      'deal: magic',
      "  const reader = new ByteReader(deal);\n  reader.expect(MAGIC_DEAL, 'magic', 'MQ_CRYPTO_MAGIC');\n  if (reader",
      "  const reader = new ByteReader(deal);\n  reader.take(4, 'magic');\n  if (reader",
      'distributed key accepts honest deals',
    ],
    [
      'deal: index of its dealer',
      "if (reader.uint(2, 'index') !== i || !isIndex(i, scope.n)) {",
      "if (reader.uint(2, 'index') < 0) {",
      'distributed key accepts honest deals',
    ],
    [
      'deal: t',
      "if (reader.uint(2, 't') !== scope.t)",
      "if (reader.uint(2, 't') < 0)",
      'distributed key accepts honest deals',
    ],
    [
      'share: equation',
      'return mulPublic(decoded.fij, RISTRETTO_BASE).equals(commitmentAt(decoded.commitments, j));',
      'return decoded.fij >= 0n;',
      'distributed key accepts a share only',
    ],
    [
      'sum: between t and n deals',
      'if (deals.length < scope.t || deals.length > scope.n) {',
      'if (deals.length < 0) {',
      'distributed key aggregates at least t',
    ],
    [
      'sum: each dealer once',
      'if (new Set(decoded.map(({ i }) => i)).size !== deals.length) {',
      'if (deals.length < 0) {',
      'distributed key aggregates at least t',
    ],
    [
      'key share: fits the public key',
      'if (kj === 0n || !mul(kj, RISTRETTO_BASE).equals(Yj)) {',
      'if (kj === 0n) {',
      'distributed key aggregates at least t',
    ],
    [
      'public key: scope',
      "reader.expect(lp(toprfScope(scope)), 'scope');",
      "reader.take(lp(toprfScope(scope)).length, 'scope');",
      'distributed key is read back',
    ],
  ]),
  ...mutationsOf('matching/threshold-oprf.ts', TOPRF, [
    [
      'answer: proof',
      'if (!voprfVerify(encodePoint(Yj), blinded, evaluated, proof)) {',
      'if (proof.length < 0) {',
      'threshold OPRF refuses an honest proof',
    ],
    [
      'answer: magic',
      "reader.expect(MAGIC_ANSWER, 'magic', 'MQ_CRYPTO_MAGIC');",
      "reader.take(4, 'magic');",
      'threshold OPRF accepts no flipped byte',
    ],
    [
      'answer: hash of the request',
      "reader.expect(sha256(request), 'hash of the request');",
      "reader.take(32, 'hash of the request');",
      'threshold OPRF binds an answer',
    ],
    [
      'request: key',
      "reader.expect(keyId, 'key');",
      "reader.take(32, 'key');",
      'threshold OPRF refuses an honest proof',
    ],
    [
      'request: count',
      'if (count < 1 || count > TOPRF_MAX_BATCH) throw',
      'if (count < 0) throw',
      'threshold OPRF holds the limits',
    ],
    [
      'combine: TOO_FEW',
      'if (answers.length < t) return',
      'if (answers.length < 0) return',
      'threshold OPRF combines in the order',
    ],
    [
      'combine: BAD_ANSWER',
      "if (decoded === undefined) return { valid: false, error: 'BAD_ANSWER', answer: position };",
      'if (decoded === undefined) continue;',
      'threshold OPRF combines in the order',
    ],
    [
      'combine: DUPLICATE',
      'if (new Set(verified.map(({ index }) => index)).size !== t) return',
      'if (t < 0) return',
      'threshold OPRF combines in the order',
    ],
  ]),
];
