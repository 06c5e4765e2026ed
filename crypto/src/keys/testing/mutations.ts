import { type Mutation, mutationsOf } from '../../testing/mutation.ts';

const KEYSTORE = 'keys/keystore.test.ts';
const RECOVERY = 'keys/recovery.test.ts';
const INTENT = 'keys/signed-intent.test.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...mutationsOf('keys/keystore.ts', KEYSTORE, [
    [
      'keystore: magic',
      "reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');",
      "reader.take(4, 'magic');",
      'keystore accepts no flipped byte',
    ],
    [
      'keystore: content is authentic',
      "if (content === undefined) throw new CryptoError('MQ_CRYPTO_PROOF'",
      "if (contentKey.length < 0) throw new CryptoError('MQ_CRYPTO_PROOF'",
      'keystore accepts no flipped byte',
    ],
    ['keystore: size', 'if (bytes.length > KEYSTORE_MAX_BYTES)', 'if (bytes.length < 0)', 'keystore holds its limits'],
    [
      'keystore: size of the content',
      'if (length < 1 || length > KEYSTORE_MAX_CONTENT_BYTES) {',
      'if (length < 0) {',
      'keystore holds its limits',
    ],
    [
      'keystore: number of slots',
      'function checkSlotCount(count: number): void {\n  if (count < 1 || count > KEYSTORE_MAX_SLOTS) {',
      'function checkSlotCount(count: number): void {\n  if (count < 0) {',
      'keystore holds its limits',
    ],
    [
      'keystore: cost of a slot, writing',
      'if (!isAllowedCost(cost)) throw new CryptoError',
      'if (cost === undefined) throw new CryptoError',
      'keystore holds its limits',
    ],
    [
      'keystore: passphrase',
      'if (password.length < PASSPHRASE_MIN_BYTES || password.length > PASSPHRASE_MAX_BYTES) {',
      'if (password.length < 0) {',
      'keystore holds its limits',
    ],
  ]),
  ...mutationsOf('keys/recovery.ts', RECOVERY, [
    ['recover: TOO_FEW', 'if (shares.length < t) return', 'if (shares.length < 0) return', 'recovery'],
    [
      'recover: INDEX',
      'if (!used.every(({ index }) => isIndex(index)) || new Set(used.map(({ index }) => index)).size !== t) {',
      'if (used.length < 0) {',
      'recovery',
    ],
    [
      'recover: BAD_SHARE',
      "if (!committed) return { valid: false, error: 'BAD_SHARE' };",
      "if (!committed && t < 0) return { valid: false, error: 'BAD_SHARE' };",
      'recovery',
    ],
    [
      'recover: BAD_SEED',
      'if (!equalBytes(seedCommitment(root, record.channel, record.patientRef), record.seedCommitment)) {',
      'if (root.length < 0) {',
      'recovery',
    ],
  ]),
  ...mutationsOf('keys/ed25519.ts', INTENT, [
    [
      'Ed25519: key of large order, canonical',
      'return isEd25519PublicKey(publicKey) && equation',
      'return equation',
      'verifyEd25519 refuses keys of small order',
    ],
  ]),
  ...mutationsOf('keys/signed-intent.ts', INTENT, [
    ['intent: channel', "if (intent.channel !== use.channel) return 'MQ_INTENT_CHANNEL';", '', 'signed intents'],
    [
      'intent: chaincode',
      "if (intent.chaincode !== use.chaincode) return 'MQ_INTENT_CHAINCODE';",
      '',
      'signed intents',
    ],
    ['intent: contract', "if (intent.contract !== use.contract) return 'MQ_INTENT_CONTRACT';", '', 'signed intents'],
    ['intent: function', "if (intent.function !== use.function) return 'MQ_INTENT_FUNCTION';", '', 'signed intents'],
    [
      'intent: not after',
      "return use.timeMs <= Date.parse(intent.notAfter) ? undefined : 'MQ_INTENT_EXPIRED';",
      'return undefined;',
      'signed intents',
    ],
    ['intent: version', "if (intent.v !== INTENT_VERSION) throw invalid('v');", '', 'signed intents'],
    [
      'intent: unknown members',
      "if (!REQUIRED.includes(member) && member !== 'headDigest') throw invalid('unknown member');",
      '',
      'signed intents',
    ],
    ['intent: nonce', "if (!matches(NONCE, intent.nonce)) throw invalid('nonce');", '', 'signed intents'],
    [
      'intent: head digest',
      "if (Object.hasOwn(intent, 'headDigest') && !matches(HEAD_DIGEST, intent.headDigest)) throw",
      'if (intent.v < 0) throw',
      'signed intents',
    ],
    ['intent: instant', "if (!isInstant(intent.notAfter)) throw invalid('notAfter');", '', 'signed intents'],
  ]),
];
