import { type Mutation, mutationsOf } from '../../testing/mutation.ts';

const TESTS = 'threshold-pre/threshold-pre.test.ts';
const SEGMENTS = 'threshold-pre/content-segments.test.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...mutationsOf('threshold-pre/capsule.ts', TESTS, [
    [
      'capsule: proof',
      'if (!mulPublic(s, RISTRETTO_BASE).equals(V.add(mulPublic(h, E)))) {',
      'if (s < 0n) {',
      'capsules are refused with any byte flipped',
    ],
    [
      'capsule: exact length',
      "reader.take(32, 's')];\n  reader.end();",
      "reader.take(32, 's')];",
      'capsules are refused with parts of another',
    ],
    [
      'capsule: key point is not the identity',
      'return isIdentity(sum) ? undefined : encodePoint(mul(a, sum));',
      'return encodePoint(a < 0n ? sum : sum);',
      'capsules whose points cancel',
    ],
  ]),
  ...mutationsOf('threshold-pre/grant.ts', TESTS, [
    [
      'grant: 1 <= t <= n <= 32',
      'if (![t, n].every(Number.isSafeInteger) || t < 1 || t > n || n > MAX_GRANT_AUTHORITIES) {',
      'if (t === -1) {',
      'fragments are made for n distinct',
    ],
  ]),
  ...mutationsOf('threshold-pre/wrapped-key.ts', TESTS, [
    [
      'data key: 32 bytes',
      'if (dataKey.length !== DATA_KEY_BYTES)',
      'if (dataKey.length < 0)',
      'data keys do not unwrap under another',
    ],
  ]),
  ...mutationsOf('threshold-pre/fragment.ts', TESTS, [
    [
      'fragments: n distinct authorities',
      'if (authorities.length !== grant.n || new Set(authorities).size !== grant.n) {',
      'if (grant.n < 0) {',
      'fragments are made for n distinct',
    ],
    [
      'fragments: by the delegator',
      'if (!mul(a, RISTRETTO_BASE).equals(A)) throw',
      'if (a < 0n) throw',
      'fragments are made for n distinct',
    ],
    [
      'fragment: public part of the ledger',
      'if (ledgerPart !== undefined && !equalBytes(fragmentPublicPart(fragment), ledgerPart)) return false;',
      '',
      'fragments must equal the public part',
    ],
    [
      'fragment: rk * U = U1',
      'return mul(decoded.rk, U).equals(decoded.U1) && verifyDelegation',
      'return verifyDelegation',
      'fragments are refused with any byte flipped',
    ],
    [
      'fragment: delegation',
      '&& verifyDelegation(decoded, parties, authority, decoded.ctx);',
      '&& authority.length > 0;',
      'fragments verify for their authority',
    ],
    [
      'delegation: hash',
      "return HL('TPRE-H4', ...hash) === z1;",
      "return HL('TPRE-H4', ...hash) >= 0n;",
      'fragments verify for their authority',
    ],
    [
      'delegation: Y is not the identity',
      'if (isIdentity(Y)) return false;',
      'if (isIdentity(Y)) return true;',
      'fragments whose commitment is the identity',
    ],
    [
      'fragment: magic',
      "  reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');",
      "  reader.take(4, 'magic');",
      'fragments are refused with any byte flipped',
    ],
    ['fragment: exact length', '  reader.end();\n', '', 'fragments are refused with any byte flipped'],
  ]),
  ...mutationsOf('threshold-pre/reencrypt.ts', TESTS, [
    [
      'result: magic',
      "  reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');",
      "  reader.take(4, 'magic');",
      'results are refused with any byte flipped',
    ],
    ['result: exact length', '  reader.end();\n', '', 'results are refused with any byte flipped'],
    [
      'result: delegation',
      ' || !verifyDelegation(decoded, parties, authority, ctx)) return',
      ' || authority.length < 0) return',
      'results verify for authority',
    ],
    ['result: rho*E = E2 + h*E1', 'return holds(E, E2, E1) && holds(V', 'return holds(V', 'results that lie in E1'],
    ['result: rho*V = V2 + h*V1', ' && holds(V, V2, V1) && ', ' && ', 'results that lie in V1'],
    ['result: rho*U = U2 + h*U1', ' && holds(U, U2, U1);', ';', 'results for a wrong rk'],
    [
      'decapsulate: TOO_FEW',
      'if (results.length < grant.t) return',
      'if (results.length < 0) return',
      'decapsulation names its errors',
    ],
    [
      'decapsulate: BAD_FRAGMENT',
      "if (checked === undefined) return { valid: false, error: 'BAD_FRAGMENT', result: position };",
      'if (checked === undefined) continue;',
      'decapsulation names its errors',
    ],
    [
      'decapsulate: WRONG_KEY',
      'if (!mul(b, RISTRETTO_BASE).equals(decodePoint(delegatee))) return',
      'if (b < 0n) return',
      'decapsulation names its errors',
    ],
    [
      'decapsulate: MIXED',
      'if (verified.some((result) => !result.XA.equals(XA))) return',
      'if (XA === undefined) return',
      'decapsulation names its errors',
    ],
    [
      'decapsulate: DUPLICATE',
      'if (new Set(sx).size !== sx.length) return',
      'if (sx.length < 0) return',
      'decapsulation names its errors',
    ],
    [
      'decapsulate: BAD_KEY_POINT',
      'if (d === 0n || isIdentity(sum)) return',
      'if (d === 0n) return',
      'capsules whose points cancel',
    ],
  ]),
  ...mutationsOf('threshold-pre/content-segments.ts', SEGMENTS, [
    [
      'content: commitment to key and context',
      'if (!equalBytes(commitment, header.commitment)) {',
      'if (commitment.length < 0) {',
      'content in segments is not read with another data key',
    ],
    [
      'content: every segment authentic at its place',
      'if (opened === undefined) throw',
      'if (opened === undefined) continue; else if (i < 0) throw',
      'content in segments accepts no flipped byte',
    ],
    [
      'content: one encoding of each',
      'i === 0 ? GCM_TAG_BYTES : GCM_TAG_BYTES + 1',
      'GCM_TAG_BYTES',
      'content in segments has one encoding',
    ],
    [
      'content: segment size, writing',
      'if (!isSegmentSize(segmentBytes)) throw new CryptoError',
      'if (segmentBytes < 0) throw new CryptoError',
      'content in segments refuses segments',
    ],
    [
      'content: data key of 32 bytes',
      'if (dataKey.length !== DATA_KEY_BYTES)',
      'if (dataKey.length < 0)',
      'content in segments is not read with another data key',
    ],
  ]),
];
