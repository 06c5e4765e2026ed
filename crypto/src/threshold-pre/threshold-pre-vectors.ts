/** Vector operations of threshold-pre.md, section 13. */
import {
  decodeNonZeroScalarL,
  encodePoint,
  encodeScalarL,
  HL,
  mul,
  RISTRETTO_BASE,
  randomScalarL,
} from '../arithmetic/ristretto255.ts';
import { testRng } from '../vectors/test-rng.ts';
import type { VectorFields } from '../vectors/vector-fields.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { decapsulateOwner, encapsulate, verifyCapsule } from './capsule.ts';
import { rekey, U, verifyFragment } from './fragment.ts';
import { type Grant, grantContext } from './grant.ts';
import { decapsulate, reencapsulate, verifyResult } from './reencrypt.ts';
import { unwrapDataKey, wrapDataKey } from './wrapped-key.ts';

const rng = (input: VectorFields) => testRng(input.bytes('seed'), input.text('label'));
const secret = (input: VectorFields) => decodeNonZeroScalarL(input.bytes('sk'));
const parties = (input: VectorFields) => ({
  delegator: input.bytes('delegator'),
  delegatee: input.bytes('delegatee'),
});
const point = (input: VectorFields) => ({
  keyPoint: input.bytes('keyPoint'),
  capsule: input.bytes('capsule'),
  delegator: input.bytes('pk'),
});
const contentScope = (input: VectorFields) => ({
  channel: input.text('channel'),
  label: input.text('label'),
  recordId: input.text('recordId'),
  version: input.integer('version'),
});

function grantOf(fields: VectorFields): Grant {
  const [channel, grantId, label] = [fields.text('channel'), fields.text('grantId'), fields.text('label')];
  return { channel, grantId, label, epoch: fields.integer('epoch'), t: fields.integer('t'), n: fields.integer('n') };
}
const grant = (input: VectorFields) => grantOf(input.object('grant'));
const named = (fields: VectorFields) => ({ authority: fields.text('authority'), result: fields.bytes('cfrag') });

export const THRESHOLD_PRE_VECTORS: VectorSet = {
  spec: 'threshold-pre.md',
  arithmetic: 'none',
  operations: {
    generatorU: () => ({ point: encodePoint(U) }),
    hashToScalar: (input) => ({ scalar: encodeScalarL(HL(input.text('tag'), ...input.byteStrings('parts'))) }),
    testRng(input) {
      const random = rng(input);
      const scalars = [randomScalarL(random), randomScalarL(random)].map(encodeScalarL);
      return { scalars, bytes: random.bytes(16) };
    },
    publicKey: (input) => ({ pk: encodePoint(mul(secret(input), RISTRETTO_BASE)) }),
    grantContext: (input) => ({ octets: grantContext(grantOf(input)) }),
    encapsulate: (input) => ({ ...encapsulate(input.bytes('pk'), rng(input)) }),
    wrapDek: (input) => ({ wrapped: wrapDataKey(point(input), contentScope(input), input.bytes('dek')) }),
    unwrapDek(input) {
      const dek = unwrapDataKey(point(input), contentScope(input), input.bytes('wrapped'));
      return dek === undefined ? { valid: false } : { valid: true, dek };
    },
    verifyCapsule: (input) => ({ valid: verifyCapsule(input.bytes('capsule')) }),
    rekey(input) {
      const authorities = input.texts('authorities');
      const fragments = rekey(secret(input), parties(input), grant(input), authorities, rng(input));
      return { fragments: fragments.map((kfrag, i) => ({ authority: authorities[i], kfrag })) };
    },
    verifyKFrag: (input) => ({
      valid: verifyFragment(input.bytes('kfrag'), parties(input), input.text('authority'), grant(input)),
    }),
    reencapsulate: (input) => ({
      cfrag: reencapsulate(input.bytes('capsule'), input.bytes('kfrag'), grant(input), rng(input)),
    }),
    verifyCFrag: (input) => ({
      valid: verifyResult(input.bytes('capsule'), named(input), parties(input), grant(input)),
    }),
    decapsulate(input) {
      const results = input.objects('fragments').map(named);
      return { ...decapsulate(secret(input), parties(input), input.bytes('capsule'), grant(input), results) };
    },
    decapsulateOwner(input) {
      const keyPoint = decapsulateOwner(secret(input), input.bytes('capsule'));
      return keyPoint === undefined ? { valid: false } : { valid: true, keyPoint };
    },
  },
};
