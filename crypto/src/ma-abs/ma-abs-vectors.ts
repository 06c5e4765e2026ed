import { encodeScalar, randomScalar } from '../arithmetic/scalar.ts';
import { HS } from '../encoding/expand-message.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { testRng } from '../vectors/test-rng.ts';
import type { VectorFields } from '../vectors/vector-fields.ts';
import type { VectorContext, VectorSet } from '../vectors/vector-set.ts';
import { attributeOctets, credentialHeader, domain } from './attribute-base.ts';
import { restoreAuthorityKey, setUpAuthority, verifyAuthorityRecord } from './authority.ts';
import { signAttribute, verifyCredential } from './credential.ts';
import { parsePolicy } from './policy.ts';
import { Registry } from './registry.ts';
import { sign } from './sign.ts';
import { type Generators, generators, mapScalar } from './suite.ts';
import { deriveUserKey, verifyUserKey } from './user.ts';
import { verify } from './verify.ts';

/** The operations of ma-abs.md, section 13. */
export const MA_ABS_VECTORS: VectorSet = {
  spec: 'ma-abs.md',
  arithmetic: 'bls12-381',
  operations: {
    generator: (input, { arithmetic }) => {
      const point = generators(arithmetic)[input.text('name') as keyof Generators];
      return { point: arithmetic.G1.encode(point) };
    },
    hashToScalar: (input) => ({ scalar: encodeScalar(HS(input.text('tag'), ...input.byteStrings('parts'))) }),
    testRng: (input) => {
      const random = testRng(input.bytes('seed'), input.text('label'));
      const scalars = [1, 2, 3].map(() => encodeScalar(randomScalar(random)));
      return { scalars, bytes: random.bytes(16) };
    },
    attributeScalar: (input) => {
      const octets = attributeOctets(input.text('authority'), input.text('attribute'), input.text('epoch'));
      return { octets, scalar: encodeScalar(mapScalar(octets)) };
    },
    domain: (input, { arithmetic }) => {
      const [channel, authority] = [input.text('channel'), input.text('authority')];
      return {
        header: credentialHeader(channel, authority),
        scalar: encodeScalar(domain(arithmetic, channel, authority, input.bytes('W'))),
      };
    },
    userKey: (input, { arithmetic }) => {
      const { usk, Y } = deriveUserKey(arithmetic, input.bytes('octets'));
      return { usk: encodeScalar(usk), Y: arithmetic.G1.encode(Y) };
    },
    authoritySetup: (input, { arithmetic }) => {
      const { key, record } = setUpAuthority(
        arithmetic,
        input.text('channel'),
        input.text('authority'),
        randomOf(input),
      );
      return { sk: encodeScalar(key.sk), W: record.W, Uprime: record.Uprime, pok: record.pok };
    },
    authorityVerify: (input, { arithmetic }) => ({
      valid: verifyAuthorityRecord(arithmetic, input.text('channel'), {
        id: input.text('authority'),
        W: input.bytes('W'),
        Uprime: input.bytes('Uprime'),
        pok: input.bytes('pok'),
      }),
    }),
    userPokVerify: (input, { arithmetic }) => {
      const context = {
        channel: input.text('channel'),
        verifierId: input.text('verifier'),
        nonce: input.bytes('nonce'),
      };
      return { valid: verifyUserKey(arithmetic, input.bytes('Y'), context, input.bytes('proof')) };
    },
    credentialIssue: (input, { arithmetic }) => {
      const key = restoreAuthorityKey(arithmetic, input.text('channel'), input.text('authority'), input.bytes('sk'));
      const Y = arithmetic.G1.decode(input.bytes('Y'), 'Y');
      return {
        credential: signAttribute(arithmetic, key, Y, input.text('attribute'), input.text('epoch'), randomOf(input)),
      };
    },
    credentialVerify: (input, { arithmetic }) => {
      const subject = {
        channel: input.text('channel'),
        authorityId: input.text('authority'),
        W: input.bytes('W'),
        Y: input.bytes('Y'),
        attribute: input.text('attribute'),
        epoch: input.text('epoch'),
      };
      return { valid: verifyCredential(arithmetic, subject, input.bytes('credential')) };
    },
    policyParse: (input) => ({ valid: decodedOrUndefined(() => parsePolicy(input.text('policy'))) !== undefined }),
    sign: (input, context) => {
      const held = input.objects('credentials').map((credential) => ({
        authorityId: credential.text('authority'),
        attribute: credential.text('attribute'),
        epoch: credential.text('epoch'),
        credential: credential.bytes('credential'),
      }));
      const user = deriveUserKey(context.arithmetic, input.bytes('userOctets'));
      return { signature: sign(registryOf(input, context), statementOf(input), user, held, randomOf(input)) };
    },
    verify: (input, context) => {
      let registry: Registry;
      try {
        registry = registryOf(input, context);
      } catch (error) {
        if (error instanceof CryptoError) return { valid: false }; // a view of the ledger that no registry would hold
        throw error;
      }
      return { valid: verify(registry, statementOf(input), input.bytes('signature')) };
    },
  },
};

const randomOf = (input: VectorFields) => testRng(input.bytes('seed'), input.text('label'));

const statementOf = (input: VectorFields) => ({
  policy: input.text('policy'),
  message: input.bytes('message'),
  scope: input.textOrNull('scope'),
});

function registryOf(input: VectorFields, { arithmetic, file }: VectorContext): Registry {
  const entries = file
    .object('registries')
    .objects(input.text('registry'))
    .map((entry) => ({ id: entry.text('id'), W: entry.bytes('W'), Uprime: entry.bytes('Uprime') }));
  return new Registry(arithmetic, input.text('channel'), entries);
}
