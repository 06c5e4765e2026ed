/** Vector operations of threshold-oprf.md. */
import { encodePoint } from '../arithmetic/ristretto255.ts';
import { testRng } from '../vectors/test-rng.ts';
import type { VectorFields } from '../vectors/vector-fields.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import {
  toprfAnswerVerify,
  toprfCombine,
  toprfEvaluate,
  toprfInput,
  toprfRequest,
  toprfTag,
} from './threshold-oprf.ts';
import {
  decodeToprfPublicKey,
  encodeToprfPublicKey,
  type ToprfScope,
  toprfAggregate,
  toprfDeal,
  toprfDealDigest,
  toprfDealVerify,
  toprfKeyShare,
  toprfPublicShare,
  toprfScope,
  toprfShareVerify,
} from './threshold-oprf-key.ts';

const rng = (input: VectorFields) => testRng(input.bytes('seed'), input.text('label'));
const publicKey = (input: VectorFields) => decodeToprfPublicKey(scope(input), input.bytes('publicKey'));

function scope(input: VectorFields): ToprfScope {
  const fields = input.object('scope');
  return {
    channel: fields.text('channel'),
    purpose: fields.text('purpose'),
    epoch: fields.integer('epoch'),
    t: fields.integer('t'),
    n: fields.integer('n'),
  };
}

export const THRESHOLD_OPRF_VECTORS: VectorSet = {
  spec: 'threshold-oprf.md',
  arithmetic: 'none',
  operations: {
    toprfScope: (input) => ({ octets: toprfScope(scope(input)) }),
    toprfDeal: (input) => ({ ...toprfDeal(scope(input), input.integer('index'), rng(input)) }),
    toprfDealDigest: (input) => ({ digest: toprfDealDigest(scope(input), input.bytes('deal')) }),
    toprfDealVerify: (input) => ({
      valid: toprfDealVerify(scope(input), input.integer('index'), input.bytes('deal')),
    }),
    toprfShareVerify: (input) => ({
      valid: toprfShareVerify(
        scope(input),
        input.integer('index'),
        input.bytes('deal'),
        input.integer('receiver'),
        input.bytes('share'),
      ),
    }),
    toprfAggregate(input) {
      const key = toprfAggregate(scope(input), input.byteStrings('deals'));
      return { publicKey: encodeToprfPublicKey(key), keyId: key.keyId };
    },
    toprfPublicShare: (input) => ({
      publicShare: encodePoint(toprfPublicShare(publicKey(input), input.integer('index'))),
    }),
    toprfKeyShare: (input) => ({
      keyShare: toprfKeyShare(publicKey(input), input.integer('index'), input.byteStrings('shares')).kj,
    }),
    toprfInput: (input) => ({
      input: toprfInput(
        { scope: scope(input) },
        { issuer: input.text('issuer'), identifier: input.text('identifier') },
      ),
    }),
    toprfRequest: (input) => ({ ...toprfRequest(publicKey(input), input.byteStrings('inputs'), rng(input)) }),
    toprfEvaluate(input) {
      const key = publicKey(input);
      const share = toprfKeyShare(key, input.integer('index'), [input.bytes('keyShare')]);
      return { answer: toprfEvaluate(key, share, input.bytes('request'), rng(input)) };
    },
    toprfAnswerVerify: (input) => ({
      valid: toprfAnswerVerify(publicKey(input), input.bytes('request'), input.bytes('answer')),
    }),
    toprfCombine: (input) => ({
      ...toprfCombine(
        publicKey(input),
        { request: input.bytes('request'), blinds: input.byteStrings('blinds') },
        input.byteStrings('answers'),
        input.byteStrings('inputs'),
      ),
    }),
    toprfTag: (input) => ({ tag: toprfTag(publicKey(input), input.bytes('output')) }),
  },
};
