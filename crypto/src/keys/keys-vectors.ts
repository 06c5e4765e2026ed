/** Vector operations of the key tree and recovery (matching-and-dedup.md parts 5 and 6), keystore.md and signed-intent.md. */
import { encodePoint, encodeScalarL, mul, RISTRETTO_BASE } from '../arithmetic/ristretto255.ts';
import { encodeScalar } from '../arithmetic/scalar.ts';
import { base64urlEncode } from '../encoding/base64url.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { deriveUserKey } from '../ma-abs/user.ts';
import { testRng } from '../vectors/test-rng.ts';
import type { VectorFields } from '../vectors/vector-fields.ts';
import type { VectorOperation, VectorSet } from '../vectors/vector-set.ts';
import { ed25519PublicKey } from './ed25519.ts';
import { deriveDelegatingKey, deriveSigningSeed, deriveUskOctets, seedCommitment } from './key-tree.ts';
import { type KeystoreLock, openKeystore, type PasskeyPort, sealKeystore } from './keystore.ts';
import { openShare, recoverRoot, sealShare, shareCommitment } from './recovery.ts';
import { shamirSplit } from './secret-sharing.ts';
import { type Intent, intentBytes, signIntent, verifyIntent } from './signed-intent.ts';

const rng = (input: VectorFields) => testRng(input.bytes('seed'), input.text('label'));
const share = (input: VectorFields) => ({ index: input.integer('index'), value: input.bytes('value') });
const scope = (input: VectorFields) => ({
  channel: input.text('channel'),
  patientRef: input.text('patientRef'),
  generation: input.integer('generation'),
});

const keyTree: VectorOperation = (input, { arithmetic }) => {
  const [root, channel, generation] = [input.bytes('root'), input.text('channel'), input.integer('generation')];
  const uskOctets = deriveUskOctets(root, channel);
  const preSecret = deriveDelegatingKey(root, channel, input.text('label'), generation);
  const signSeed = deriveSigningSeed(root, channel, generation);
  return {
    uskOctets,
    usk: encodeScalar(deriveUserKey(arithmetic, uskOctets).usk),
    preSecret: encodeScalarL(preSecret),
    prePublic: encodePoint(mul(preSecret, RISTRETTO_BASE)),
    signSeed,
    signPublic: ed25519PublicKey(signSeed),
  };
};

/** Parts 5 and 6 stand in one file with threshold BLS, under the name of the common specification. */
export const RECOVERY_VECTORS: VectorSet = {
  spec: 'matching-and-dedup.md',
  arithmetic: 'bls12-381',
  operations: {
    keyTree,
    seedCommitment: (input) => ({
      commitment: seedCommitment(input.bytes('root'), input.text('channel'), input.text('patientRef')),
    }),
    shamirSplit: (input) => ({
      shares: shamirSplit(input.bytes('secret'), input.integer('t'), input.integer('n'), rng(input)),
    }),
    shareCommitment: (input) => ({ commitment: shareCommitment(scope(input), share(input)) }),
    sealShare: (input) => ({
      sealed: sealShare(
        scope(input),
        input.text('authority'),
        share(input),
        input.bytes('recipient'),
        'SEAL',
        rng(input),
      ),
    }),
    openShare(input) {
      const opened = openShare(
        scope(input),
        input.text('authority'),
        input.integer('index'),
        input.bytes('recipientSecret'),
        input.bytes('sealed'),
      );
      return opened === undefined ? { valid: false } : { valid: true, value: opened.value };
    },
    recover(input) {
      const shareCommitments = input.byteStrings('shareCommitments');
      const record = {
        ...scope(input),
        t: input.integer('t'),
        n: shareCommitments.length,
        seedCommitment: input.bytes('seedCommitment'),
        shareCommitments,
      };
      return { ...recoverRoot(record, input.objects('shares').map(share)) };
    },
  },
};

/** A passkey whose function is known: what an authenticator does with a secret of its own. */
function passkeyOf(outputs: VectorFields): PasskeyPort {
  return { evaluatePrf: async (_, prfInput) => outputs.bytes(base64urlEncode(prfInput)) };
}

function lock(fields: VectorFields): KeystoreLock {
  if (fields.text('kind') === 'passkey') {
    const passkey = passkeyOf(fields.object('prf'));
    return { kind: 'passkey', credentialId: fields.bytes('credentialId'), passkey };
  }
  const secret = { kind: 'passphrase', passphrase: fields.text('passphrase') } as const;
  if (!fields.has('cost')) return secret;
  const cost = fields.object('cost');
  const [memoryKiB, passes, lanes] = [cost.integer('memoryKiB'), cost.integer('passes'), cost.integer('lanes')];
  return { ...secret, cost: { memoryKiB, passes, lanes } };
}

export const KEYSTORE_VECTORS: VectorSet = {
  spec: 'keystore.md',
  arithmetic: 'none',
  operations: {
    keystoreSeal: async (input) => ({
      keystore: await sealKeystore(input.bytes('content'), input.objects('locks').map(lock), rng(input)),
    }),
    async keystoreOpen(input) {
      try {
        return { valid: true, content: await openKeystore(input.bytes('keystore'), lock(input.object('secret'))) };
      } catch (error) {
        if (error instanceof CryptoError) return { valid: false, error: error.code };
        throw error;
      }
    },
  },
};

export const INTENT_VECTORS: VectorSet = {
  spec: 'signed-intent.md',
  arithmetic: 'none',
  operations: {
    intentBytes(input) {
      try {
        return { valid: true, bytes: intentBytes(input.value('intent') as Intent) };
      } catch (error) {
        if (error instanceof CryptoError) return { valid: false, error: error.code };
        throw error;
      }
    },
    intentSign: (input) => ({
      signature: signIntent(input.value('intent') as Intent, input.bytes('seed')),
      publicKey: base64urlEncode(ed25519PublicKey(input.bytes('seed'))),
    }),
    intentVerify: (input) => ({
      valid: verifyIntent(input.value('intent') as Intent, input.text('signature'), input.text('publicKey')),
    }),
  },
};
