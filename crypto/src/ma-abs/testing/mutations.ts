import type { Mutation } from '../../testing/mutation.ts';

const SIGN_VERIFY = 'ma-abs/sign-verify.test.ts';
const POLICY = 'ma-abs/policy.test.ts';
const AUTHORITY = 'ma-abs/authority.test.ts';
const CREDENTIAL = 'ma-abs/credential.test.ts';
const FORGERY = 'ma-abs/forgery.test.ts';

export const MUTATIONS: readonly Mutation[] = [
  // Verify, section 11
  {
    check: 'verify: limits of channel, message and scope',
    file: 'ma-abs/verify.ts',
    find: 'if (!isWithinLimits(registry.channel, statement)) return false;',
    replace: '',
    killedBy: [SIGN_VERIFY, 'a signature is false, not an error'],
  },
  {
    check: 'verify: the authorities of the policy are known and decode',
    file: 'ma-abs/verify.ts',
    find: 'if (!policy.authorityIds.every((id) => registry.keys(id) !== undefined)) return false;',
    replace: '',
    killedBy: [SIGN_VERIFY, 'a signature is bound to the keys'],
  },
  {
    check: 'verify: the recomputed challenge is that of the signature',
    file: 'ma-abs/verify.ts',
    find: '!== decoded.c) return false; // step 5',
    replace: '=== undefined) return false;',
    killedBy: [SIGN_VERIFY, 'a signature is bound to message'],
  },
  {
    check: 'verify: the product of pairings',
    file: 'ma-abs/verify.ts',
    find: 'return areSignedByAuthorities(registry, policy, decoded, signature);',
    replace: 'return areSignedByAuthorities(registry, policy, decoded, signature) || true;',
    killedBy: [FORGERY, 'a forgery whose pairing errors cancel'],
  },
  {
    check: 'verify: weights in the product of pairings',
    file: 'ma-abs/verify.ts',
    find: 'const weights = leaves.map((_, i) => batchWeight(h, i));',
    replace: 'const weights = leaves.map((_, i) => batchWeight(h, i) * 0n + 1n);',
    killedBy: [FORGERY, 'a forgery whose pairing errors cancel'],
  },
  {
    check: 'verify: weights differ from leaf to leaf',
    file: 'ma-abs/verify.ts',
    find: 'const weights = leaves.map((_, i) => batchWeight(h, i));',
    replace: 'const weights = leaves.map(() => batchWeight(h, 0));',
    killedBy: [FORGERY, 'a forgery whose pairing errors cancel'],
  },
  // what the challenge binds; most of it is bound elsewhere too (keys and channel in F, scope in the tag), so the exact vectors tell
  ...(
    [
      ['channel', '    SUITE,\n    channel,\n', '    SUITE,\n'],
      ['keys of the authorities', '    keysetDigest,\n    policy.text,', '    policy.text,'],
      ['policy', '    policy.text,\n', ''],
      ['message', '    message,\n    scope === null', '    scope === null'],
      ['scope', 'concatBytes(i2osp(1, 1), utf8(scope))', 'i2osp(1, 1)'],
    ] as const
  ).map(
    ([what, find, replace]): Mutation => ({
      check: `challenge: binds the ${what}`,
      file: 'ma-abs/statement.ts',
      find,
      replace,
      killedBy: ['vectors/run.test.ts', 'the published vectors of ma-abs.json'],
    }),
  ),
  // decoding a signature, section 10
  {
    check: 'signature: exact length',
    file: 'ma-abs/signature.ts',
    find: 'if (bytes.length !== signatureBytes(shape)) {',
    replace: 'if (bytes.length < signatureBytes(shape)) {',
    killedBy: [SIGN_VERIFY, 'a signature is refused with a byte less or more'],
  },
  {
    check: 'signature: magic, flags and counts',
    file: 'ma-abs/signature.ts',
    find: 'if (!equalBytes(bytes.subarray(0, HEADER_BYTES), header)) {',
    replace: 'if (header.length === 0) {',
    killedBy: [SIGN_VERIFY, 'a signature is refused with a byte less or more'],
  },
  {
    check: 'scalar: below the group order',
    file: 'arithmetic/scalar.ts',
    find: 'if (scalar >= ORDER) throw',
    replace: 'if (scalar < 0n) throw',
    killedBy: [SIGN_VERIFY, 'a signature is refused with'],
  },
  {
    check: 'scalar: exact length',
    file: 'arithmetic/scalar.ts',
    find: 'if (bytes.length !== SCALAR_BYTES)',
    replace: 'if (bytes.length < 0)',
    killedBy: [
      'threshold-bls/threshold-bls.test.ts',
      'an endorsement by t of n is not made with a share that is short',
    ],
  },
  {
    check: 'scalar: not zero where zero is forbidden',
    file: 'arithmetic/scalar.ts',
    find: 'if (scalar === 0n) throw',
    replace: 'if (scalar < 0n) throw',
    killedBy: [AUTHORITY, 'the key of an authority is not zero'],
  },
  // policy, section 8
  ...(
    [
      [
        'at most 8192 bytes',
        'if (text.length > MAX_POLICY_BYTES)',
        'if (text.length < 0)',
        'a policy accepts each limit',
      ],
      ['depth at most 8', 'if (depth > MAX_DEPTH)', 'if (depth < 0)', 'a policy accepts each limit'],
      [
        'at most 32 leaves',
        'if (leaves.length === MAX_LEAVES)',
        'if (leaves.length < 0)',
        'a policy accepts each limit',
      ],
      [
        'children ascend',
        'if (childText <= previous)',
        'if (childText === previous)',
        'a policy with children in descending order',
      ],
      ['no equal children', 'if (childText <= previous)', 'if (childText < previous)', 'a policy with equal children'],
      [
        'at least two children',
        'if (children.length < MIN_CHILDREN)',
        'if (children.length < 0)',
        'a policy with one child',
      ],
      [
        'threshold at most n',
        'if (threshold > children.length)',
        'if (threshold < 0)',
        'a policy with threshold above n',
      ],
      [
        'nothing after the end',
        'if (position !== text.length)',
        'if (position < 0)',
        'a policy with bytes after the end',
      ],
      ['a comma between children', "if (separator !== ',')", "if (separator === '')", 'a policy with a semicolon'],
      [
        'the end of a gate',
        "if (text[position++] !== '}')",
        "if (text[position++] === '')",
        'a policy with a gate that ends',
      ],
    ] as const
  ).map(
    ([what, find, replace, name]): Mutation => ({
      check: `policy: ${what}`,
      file: 'ma-abs/policy.ts',
      find,
      replace,
      killedBy: [POLICY, name],
    }),
  ),
  // authorities, section 5.2
  {
    check: 'record of an authority: names',
    file: 'ma-abs/authority.ts',
    find: 'if (!isChannel(channel) || !isAuthorityId(record.id)) return false;',
    replace: '',
    killedBy: [AUTHORITY, 'the record of an authority needs well-formed names'],
  },
  {
    check: 'record of an authority: proof of possession',
    file: 'ma-abs/authority.ts',
    find: '!== proof.c) return false;',
    replace: '=== undefined) return false;',
    killedBy: [AUTHORITY, 'the record of an authority needs the proof'],
  },
  {
    check: "record of an authority: e(U', P2) = e(U, W), by whoever signs under it",
    file: 'ma-abs/registry.ts',
    find: 'member.consistent ??= haveEqualExponents(this.arithmetic, keys);',
    replace: 'member.consistent ??= true;',
    killedBy: [SIGN_VERIFY, 'the signer refuses an unknown authority'],
  },
  {
    check: 'registry: one identifier and one key per authority',
    file: 'ma-abs/registry.ts',
    find: 'if (this.#members.size !== entries.length || keys.size !== entries.length) {',
    replace: 'if (keys.size > entries.length) {',
    killedBy: [AUTHORITY, 'a registry refuses two authorities'],
  },
  {
    check: 'registry: an authority of a digest is known',
    file: 'ma-abs/registry.ts',
    find: 'if (member === undefined) throw',
    replace: "if (id === '') throw",
    killedBy: [AUTHORITY, 'a registry has one digest'],
  },
  ...(
    [
      [
        'authority: identifier is unused',
        "if (existing.some(({ id }) => id === record.id)) return 'IDENTIFIER_TAKEN';",
        'admits an authority once',
      ],
      [
        'authority: key is unused',
        "if (existing.some(({ W }) => equalBytes(W, record.W))) return 'KEY_TAKEN';",
        'admits an authority once',
      ],
      ['user: key is unused', "if (isTaken(Y)) return 'KEY_TAKEN';", 'admits a user once'],
    ] as const
  ).map(
    ([what, find, name]): Mutation => ({
      check: `registration of ${what}`,
      file: 'ma-abs/registration.ts',
      find,
      replace: '',
      killedBy: ['ma-abs/registration.test.ts', `registration ${name}`],
    }),
  ),
  // users and credentials, sections 6 and 7
  {
    check: 'proof of a user: challenge',
    file: 'ma-abs/user.ts',
    find: 'return userChallenge(arithmetic, context, Y, T) === c ? point : undefined;',
    replace: 'return userChallenge(arithmetic, context, Y, T) >= 0n ? point : undefined;',
    killedBy: [CREDENTIAL, 'the proof of a user holds for one user'],
  },
  {
    check: 'proof of a user: nonce, verifier and channel are well-formed',
    file: 'ma-abs/user.ts',
    find: 'if (!isProofContext(context)) return undefined;',
    replace: '',
    killedBy: [CREDENTIAL, 'the proof of a user is refused with a malformed context'],
  },
  {
    check: 'issue: proof of knowledge by the user',
    file: 'ma-abs/credential.ts',
    find: 'const point = provenUserKey(arithmetic, Y, { channel: key.channel, verifierId: key.id, nonce }, proof);',
    replace:
      'const point = provenUserKey(arithmetic, Y, { channel: key.channel, verifierId: key.id, nonce }, proof) ?? arithmetic.G1.decode(Y);',
    killedBy: [CREDENTIAL, 'a credential is issued only to'],
  },
  ...(
    [
      [
        'issue: attribute',
        'if (!isAttribute(attribute)) throw',
        'if (attribute.length < 0) throw',
        'a credential is issued only to',
      ],
      ['issue: epoch', 'if (!isEpoch(epoch)) throw', 'if (epoch.length < 0) throw', 'a credential is issued only to'],
      [
        'credential: names',
        'if (!isChannel(channel) || !isAuthorityId(authorityId) || !isAttribute(attribute) || !isEpoch(epoch)) return false;',
        '',
        'a credential is refused with malformed names',
      ],
      [
        'credential: e is not zero',
        "decodeNonZeroScalar(bytes.subarray(G1_BYTES), 'e')",
        'BigInt("0x" + Array.from(bytes.subarray(G1_BYTES), (b) => b.toString(16).padStart(2, "0")).join(""))',
        'a credential is refused with e zero',
      ],
      [
        'batch of credentials: weights',
        'const weights = claims.map((_, i) => batchWeight(h, i));',
        'const weights = claims.map((_, i) => batchWeight(h, i) * 0n + 1n);',
        'a batch of credentials does not let errors cancel',
      ],
    ] as const
  ).map(
    ([check, find, replace, name]): Mutation => ({
      check,
      file: 'ma-abs/credential.ts',
      find,
      replace,
      killedBy: [CREDENTIAL, name],
    }),
  ),
  {
    check: 'credential: pairing equation',
    file: 'ma-abs/credential.ts',
    find: `  return arithmetic.pairingProductIsOne([
    [A, G2.mul(W, G2.pow(G2.generator, e))],`,
    replace: `  return null !== arithmetic.pairingProductIsOne([
    [A, G2.mul(W, G2.pow(G2.generator, e))],`,
    killedBy: [CREDENTIAL, 'a credential holds for one user'],
  },
  // the signer, section 9
  {
    check: 'sign: limits',
    file: 'ma-abs/sign.ts',
    find: 'if (!isWithinLimits(channel, statement))',
    replace: 'if (channel.length < 0)',
    killedBy: [SIGN_VERIFY, 'the signer refuses policies, scopes'],
  },
  {
    check: 'sign: records of the authorities are consistent',
    file: 'ma-abs/sign.ts',
    find: 'if (!registry.isConsistent(id))',
    replace: 'if (registry.keys(id) === undefined)',
    killedBy: [SIGN_VERIFY, 'the signer refuses an unknown authority'],
  },
  {
    check: 'sign: the policy is satisfied',
    file: 'ma-abs/sign.ts',
    find: 'if (!satisfies(policy.root, isSatisfied)) {',
    replace: 'if (policy.leaves.length === 0) {',
    killedBy: [SIGN_VERIFY, 'the signer refuses a credential of an earlier epoch'],
  },
  {
    check: 'sign: the credentials are valid for the user',
    file: 'ma-abs/sign.ts',
    find: 'if (!verifyCredentials(arithmetic, claims))',
    replace: 'if (claims.length < 0)',
    killedBy: [SIGN_VERIFY, 'the signer refuses a credential of another user'],
  },
  {
    check: 'sign: the epoch of a credential is that of the leaf',
    file: 'ma-abs/sign.ts',
    find: 'credential.epoch === leaf.epoch;',
    replace: 'credential.epoch.length > 0;',
    killedBy: [SIGN_VERIFY, 'the signer refuses a credential of an earlier epoch'],
  },
];
