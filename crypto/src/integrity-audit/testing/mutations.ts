import { type Mutation, mutationsOf } from '../../testing/mutation.ts';

const TESTS = 'integrity-audit/integrity-audit.test.ts';
const VECTORS = 'vectors/run.test.ts';
const CHALLENGE = 'integrity-audit/challenge.test.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...mutationsOf('integrity-audit/identity-key.ts', TESTS, [
    [
      'identity key: equation',
      '  return arithmetic.pairingProductIsOne([\n    [decoded.key, G2.generator],\n    [G1.inv(H_ID), decoded.Ppub],\n  ]);',
      '  return !G1.isIdentity(decoded.key);',
      'identity keys are refused for another identity',
    ],
    [
      'shares: distinct indices from 1',
      'if (shares.length === 0 || !indices.every(isIndex) || new Set(indices).size !== indices.length) {',
      'if (shares.length === 0) {',
      'identity keys are not combined from repeated',
    ],
    [
      'sealed share: identity and index',
      "concatBytes(lp('MEDQUORUM-V1-AUDIT-KEYSHARE'), lp(channel), lp(identity), i2osp(i, 2));",
      "concatBytes(lp('MEDQUORUM-V1-AUDIT-KEYSHARE'), lp(channel), i2osp(identity.length * i * 0, 2));",
      'identity keys travel sealed',
    ],
  ]),
  ...mutationsOf('integrity-audit/bases.ts', TESTS, [
    [
      'identity: 1 to 200 bytes',
      'if (length < 1 || length > MAX_IDENTITY_BYTES) {',
      'if (length < 0) {',
      'identity keys are not combined from repeated',
    ],
  ]),
  ...mutationsOf('integrity-audit/manifest.ts', TESTS, [
    [
      'manifest: signature equation',
      '  return arithmetic.pairingProductIsOne([\n    [decoded.sigma, G2.generator],',
      '  if (checked.octets.length > 0) return true;\n  return arithmetic.pairingProductIsOne([\n    [decoded.sigma, G2.generator],',
      'manifests are signed',
    ],
    [
      'manifest: R decodes',
      "return { octets, mh: sha256(octets), H_ID, R: arithmetic.G2.decode(manifest.R, 'R') };",
      'return { octets, mh: sha256(octets), H_ID, R: arithmetic.G2.generator };',
      'manifests with R the identity',
    ],
    [
      'manifest: channel and fileId',
      "if (bytesOf(channel) > MAX_NAME_BYTES || bytesOf(fileId) > MAX_NAME_BYTES) return 'channel or fileId';",
      '',
      'manifests that break a rule',
    ],
    [
      'manifest: identity',
      "if (!isCount(bytesOf(identity), MAX_IDENTITY_BYTES)) return 'identity';",
      '',
      'manifests that break a rule',
    ],
    ['manifest: mode', "if (!MODES.includes(mode)) return 'mode';", '', 'manifests that break a rule'],
    ['manifest: s', "if (!isCount(s, MAX_SECTORS)) return 's';", '', 'manifests that break a rule'],
    [
      'manifest: n follows from length and s',
      "if (!isCount(n, MAX_BLOCKS) || n !== Math.ceil(length / (SECTOR_BYTES * s))) return 'n';",
      '',
      'manifests that break a rule',
    ],
    [
      'manifest: at most a million blocks',
      'if (!isCount(n, MAX_BLOCKS) ||',
      'if (!isCount(n, MAX_COUNTER) ||',
      'manifests are limited',
    ],
    [
      'manifest: length of bitmap',
      "if (bitmap.length !== Math.ceil(n / 8)) return 'length of bitmap';",
      '',
      'manifests that break a rule',
    ],
    [
      'manifest: unused bits of bitmap',
      "if (n % 8 !== 0 && (bitmap.at(-1) ?? 0) >> (n % 8) !== 0) return 'unused bits of bitmap';",
      '',
      'manifests that break a rule',
    ],
    [
      'manifest: bitmap in mode ct',
      "if (mode === 'ct' && bitmap.some((byte) => byte !== 0)) return 'bitmap in mode ct';",
      '',
      'manifests that break a rule',
    ],
    ['manifest: R of 96 bytes', "if (R.length !== R_BYTES) return 'R';", '', 'manifests that break a rule'],
  ]),
  ...mutationsOf('integrity-audit/block.ts', TESTS, [
    [
      'block: no longer than its sectors',
      'if (block.length > SECTOR_BYTES * s) throw new CryptoError',
      'if (s < 0) throw new CryptoError',
      'blocks keep their length',
    ],
    [
      'sectors: exact length',
      'if (bytes.length !== 32 * s) throw',
      'if (bytes.length < 0) throw',
      'blocks keep their length',
    ],
    [
      'unblind: sectors below 2^248',
      'if (sectors.some((m) => m >= 1n << 248n)) throw',
      'if (sectors.length < 0) throw',
      'blocks are blinded',
    ],
    [
      'bases: fixed and sanitisable blocks have their own',
      "sectorBases(arithmetic, isSanitisable(manifest, i) ? 'san' : 'fix', manifest.s);",
      "sectorBases(arithmetic, isSanitisable(manifest, i) ? 'san' : 'san', manifest.s);",
      'tags of masked blocks verify',
    ],
  ]),
  ...mutationsOf('integrity-audit/tag.ts', TESTS, [
    [
      'tag: block of the manifest',
      'if (checked === undefined || !isBlock(manifest, index, sectors)) return false;\n  const decoded',
      'if (checked === undefined) return false;\n  const decoded',
      'tags verify for block',
    ],
    [
      'tag: equation',
      '  return arithmetic.pairingProductIsOne([\n    [decoded.tau, G2.generator],',
      '  if (checked.mh.length > 0) return true;\n  return arithmetic.pairingProductIsOne([\n    [decoded.tau, G2.generator],',
      'tags verify for block',
    ],
    [
      'tags: in order, each a block',
      'if (index !== next++ || !isBlock(manifest, index, sectors)) return false;',
      'next++;',
      'tags of a stream verify only complete',
    ],
    [
      'tags: complete',
      'return next === manifest.n && (batch',
      'return (batch',
      'tags of a stream verify only complete',
    ],
    [
      'tags: last batch',
      '(batch.tau.length === 0 || holds(batch));',
      'batch.tau.length >= 0;',
      'tags of a stream verify only complete',
    ],
    ['tags: full batches', 'if (!holds(batch)) return false;', '', 'tags of a long stream'],
    [
      'tags: weights',
      'const weight = os2ip(random.bytes(WEIGHT_BYTES));',
      'const weight = os2ip(random.bytes(WEIGHT_BYTES).fill(1));',
      'tags whose errors cancel',
    ],
    [
      'tagging: stated length',
      'if (length !== manifest.length)',
      'if (length < 0)',
      'tags are made from files of exactly',
    ],
    [
      'tagging: block of the manifest',
      "if (!isBlock(manifest, index, sectors)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'not a block of this manifest');",
      '',
      'tags are made from files of exactly',
    ],
  ]),
  ...mutationsOf('integrity-audit/sanitise.ts', TESTS, [
    [
      'transformation value: equation',
      '  return arithmetic.pairingProductIsOne([\n    [decoded, G2.generator],',
      '  if (manifest.s > 0) return true;\n  return arithmetic.pairingProductIsOne([\n    [decoded, G2.generator],',
      'transformation values verify for their sector',
    ],
    [
      'sanitiser: manifest',
      'if (!verifyManifest(arithmetic, manifest, Ppub, signature)) return false;',
      '',
      'transformation values are checked together',
    ],
    [
      'sanitiser: number of transformation values',
      ' || decoded.length !== manifest.s) return false;',
      ') return false;',
      'transformation values are checked together',
    ],
    [
      'sanitiser: transformation values',
      'return areTransformations && verifyTags(',
      'return verifyTags(',
      'transformation values are checked together',
    ],
    [
      'sanitiser: tags',
      '&& verifyTags(arithmetic, manifest, Ppub, blocks, random);',
      '&& blocks !== undefined;',
      'transformation values are checked together',
    ],
    [
      'sanitiser: never a fixed block',
      'if (index >= manifest.n || !isSanitisable(manifest, index)) {',
      'if (index >= manifest.n) {',
      'tags of masked blocks verify',
    ],
    [
      'sanitiser: values fit the manifest',
      'if (sectors.length !== manifest.s || betas.length !== manifest.s) {',
      'if (sectors.length < 0) {',
      'tags of masked blocks verify',
    ],
  ]),
  ...mutationsOf('integrity-audit/proof.ts', TESTS, [
    [
      'proof: equation',
      '  return arithmetic.pairingProductIsOne([\n    [sigma, G2.generator],',
      '  if (!G1.isIdentity(sigma)) return true;\n  return arithmetic.pairingProductIsOne([\n    [sigma, G2.generator],',
      'proofs are refused with any byte flipped',
    ],
    [
      'proof: count and length',
      'if (!Number.isSafeInteger(c) || c < 1 || proof.length !== proofBytes(manifest)) return undefined;',
      '',
      'proofs are refused under another manifest',
    ],
    [
      'proof: magic',
      "reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');",
      "reader.take(4, 'magic');",
      'proofs are refused with any byte flipped',
    ],
    [
      'proof: s of the manifest',
      "if (reader.uint(2, 's') !== s) throw",
      "if (reader.uint(2, 's') < 0) throw",
      'proofs are refused with any byte flipped',
    ],
    [
      'proof: no sums of sanitisable blocks where none is challenged',
      'if (sanitisable.length === 0 && ls.some((sum) => sum !== 0n)) return undefined;',
      '',
      'proofs in mode ct carry no sums',
    ],
    [
      'proof: strict mask rule',
      'if (strict && ls.some((sum) => sum !== masked)) return undefined;',
      '',
      'proofs of other masks',
    ],
    [
      'prove: stored block of exact length',
      'if (block.length !== blockBytes(manifest))',
      'if (block.length < 0)',
      'proofs are not made from blocks',
    ],
    [
      'batch: number of files',
      'if (files.length < 1 || files.length > MAX_BATCH_FILES) return false;',
      '',
      'batches verify together',
    ],
    [
      'batch: equation',
      '  return arithmetic.pairingProductIsOne([\n    [\n      G1.multiPow(',
      '  if (weights.length > 0) return true;\n  return arithmetic.pairingProductIsOne([\n    [\n      G1.multiPow(',
      'batches verify together',
    ],
    [
      'batch: weights',
      'return files.map((_, f) => os2ip(sha256(concatBytes(h, i2osp(f, 4))).subarray(0, 16)));',
      'return files.map((_, f) => (h.length > f ? 1n : 1n));',
      'batches find errors of two files',
    ],
    [
      'batch: strict mask rule',
      'proofEquation(arithmetic, manifest, { seed, c }, strict, proof);\n    if',
      'proofEquation(arithmetic, manifest, { seed, c }, false, proof);\n    if',
      'proofs of other masks',
    ],
  ]),
  ...mutationsOf('integrity-audit/challenge.ts', CHALLENGE, [
    [
      'challenge: n and c',
      'if (![n, c].every((count) => Number.isSafeInteger(count) && count >= 1) || n > MAX_BLOCKS) {',
      'if (n === -1) {',
      'challenge refuses',
    ],
    ['challenge: coefficients are not zero', 'if (v !== 0n) return v;', 'return v * 0n;', 'challenge names min'],
    ['sample size: numbers in range', '!isCount(corrupted, n) || digits', 'digits', 'sample size refuses'],
  ]),
  // signer and verifier change together here: only the published bytes show it
  ...mutationsOf('integrity-audit/manifest.ts', VECTORS, [
    [
      'manifest: S is in the signed message',
      'G1.hashToCurve(concatBytes(lp(octets), S), auditDst',
      'G1.hashToCurve(concatBytes(lp(octets), S.subarray(0, 0)), auditDst',
      'the published vectors',
    ],
  ]),
  ...mutationsOf('integrity-audit/block.ts', VECTORS, [
    [
      'place: kind of the block is hashed',
      'const kind = Uint8Array.of(isSanitisable(manifest, i) ? 1 : 0);',
      'const kind = Uint8Array.of(isSanitisable(manifest, i) ? 0 : 0);',
      'the published vectors',
    ],
  ]),
];
