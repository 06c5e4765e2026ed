import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { testRng } from '../vectors/test-rng.ts';
import { VectorFields } from '../vectors/vector-fields.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { aggregate, deal, publicShare, verifyPossession, verifyShare } from './distributed-key.ts';
import { endorsementOctets } from './endorsement.ts';
import { keysInG1 } from './key-suite.ts';
import { combine, signPartially, verifyPartial, verifySignature } from './threshold-signature.ts';

/** The operations of matching-and-dedup.md, part 4. */
export const THRESHOLD_BLS_VECTORS: VectorSet = {
  spec: 'matching-and-dedup.md',
  arithmetic: 'bls12-381',
  operations: {
    dealerSetup: (input, { arithmetic }) => {
      const random = testRng(input.bytes('seed'), input.text('label'));
      return deal(keysInG1(arithmetic), input.integer('t'), random).contribution;
    },
    popVerify: (input, { arithmetic }) => ({
      valid: verifyPossession(keysInG1(arithmetic), input.bytes('pk'), input.bytes('pop')),
    }),
    dkgShareVerify: (input, { arithmetic }) => ({
      valid: verifyShare(
        keysInG1(arithmetic),
        input.byteStrings('commitments'),
        input.integer('index'),
        input.bytes('share'),
      ),
    }),
    dkgAggregate: (input, { arithmetic }) => {
      const commitments = input.list('commitments').map((list) => new VectorFields({ list }).byteStrings('list'));
      return aggregate(keysInG1(arithmetic), input.integer('index'), commitments, input.byteStrings('shares'));
    },
    publicShare: (input, { arithmetic }) => ({
      publicShare: publicShare(keysInG1(arithmetic), input.byteStrings('commitments'), input.integer('index')),
    }),
    endorsementOctets: (input) => ({
      octets: endorsementOctets({
        channel: input.text('channel'),
        kind: input.text('kind'),
        subject: input.text('subject'),
        epoch: input.integer('epoch'),
        payloadHash: input.bytes('payloadHash'),
      }),
    }),
    partialSign: (input, { arithmetic }) => ({
      signature: signPartially(arithmetic, input.bytes('secretShare'), input.bytes('message')),
    }),
    partialVerify: (input, { arithmetic }) => ({
      valid: verifyPartial(arithmetic, input.bytes('publicShare'), input.bytes('message'), input.bytes('signature')),
    }),
    combine: (input, { arithmetic }) => {
      const partials = input.objects('partials').map((partial) => ({
        index: partial.integer('index'),
        signature: partial.bytes('signature'),
      }));
      return decodedOrUndefined(() => combine(arithmetic, input.integer('t'), partials)) ?? { valid: false };
    },
    verify: (input, { arithmetic }) => ({
      valid: verifySignature(arithmetic, input.bytes('groupKey'), input.bytes('message'), input.bytes('signature')),
    }),
  },
};
