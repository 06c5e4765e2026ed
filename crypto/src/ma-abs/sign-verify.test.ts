import fc from 'fast-check';
import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { ORDER } from '../arithmetic/scalar.ts';
import { concatBytes, equalBytes, hexToBytes, i2osp, os2ip, utf8 } from '../encoding/bytes.ts';
import { acceptedFlips, fuzzDecoder } from '../testing/adversarial-bytes.ts';
import { loadBackEnds } from '../testing/back-ends.ts';
import { runs } from '../testing/seed.ts';
import { setUpAuthority } from './authority.ts';
import { gateText, leafText, parsePolicy, satisfies } from './policy.ts';
import { Registry } from './registry.ts';
import { pseudonymOf, scopePseudonym } from './scope-pseudonym.ts';
import { type HeldCredential, sign } from './sign.ts';
import { decodeSignature, signatureShape } from './signature.ts';
import type { Statement } from './statement.ts';
import { Cast, CHANNEL, EPOCH } from './testing/cast.ts';
import { verify } from './verify.ts';

const backEnds = await loadBackEnds();
const [mcl] = backEnds as [Bls12381];
const AUTHORITIES = ['clinic', 'insurer', 'institute'] as const;
const ATTRIBUTES = ['member', 'physician'] as const;
const cast = new Cast(mcl, AUTHORITIES, 'sign-verify');
const registry = cast.registry();
const alice = cast.user();
const wallet = new Map<string, HeldCredential>();
for (const authorityId of AUTHORITIES) {
  for (const attribute of ATTRIBUTES) {
    const held = cast.credential(alice, authorityId, attribute);
    wallet.set(leafText(authorityId, attribute, EPOCH), held);
  }
}
const held = (...leaves: string[]): HeldCredential[] => leaves.map((leaf) => wallet.get(leaf) as HeldCredential);
const CLINIC = leafText('clinic', 'physician', EPOCH);
const INSURER = leafText('insurer', 'member', EPOCH);
const INSTITUTE = leafText('institute', 'member', EPOCH);
const message = utf8('release record 17');
const statement = (changed: Partial<Statement> = {}): Statement => ({
  policy: CLINIC,
  message,
  scope: null,
  ...changed,
});
const signed = (of: Statement, ...leaves: string[]) => sign(registry, of, alice, held(...leaves), cast.random);

describe('a signature', () => {
  it.each(backEnds.map((back) => [back.name, back] as const))(
    'of whoever satisfies the policy is accepted, of others is not made (%s)',
    (name, back) => {
      const onBackEnd = new Registry(back, CHANNEL, cast.records);
      const leaves = [...wallet.keys()];
      const node: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
        node: fc.oneof(
          { maxDepth: 3, depthSize: 'small' },
          fc.constantFrom(...leaves),
          fc
            .tuple(fc.integer({ min: 1, max: 3 }), fc.uniqueArray(tie('node'), { minLength: 2, maxLength: 4 }))
            .map(([k, children]) => gateText(Math.min(k, children.length), children)),
        ),
      })).node;
      const texts = fc.uint8Array({ maxLength: 40 });
      const scopes = fc.option(fc.constantFrom('ward-3', 'study/ä'), { nil: null });
      let satisfied = 0;
      fc.assert(
        fc.property(node, fc.subarray(leaves), texts, scopes, (policy, own, message, scope) => {
          const of = { policy, message, scope };
          const make = () => sign(registry, of, alice, held(...own), cast.random);
          const parsed = parsePolicy(policy);
          if (!satisfies(parsed.root, (leaf) => own.includes(leafText(leaf.authorityId, leaf.attribute, leaf.epoch)))) {
            expect(make).toThrow('MQ_CRYPTO_POLICY_UNSATISFIED');
            return;
          }
          satisfied++;
          expect(verify(onBackEnd, of, make())).toBe(true);
        }),
        runs(name === 'mcl' ? 60 : 10),
      );
      expect(satisfied).toBeGreaterThan(name === 'mcl' ? 15 : 1);
    },
  );

  const policy = gateText(2, [CLINIC, INSURER, INSTITUTE]);
  const of = statement({ policy, scope: 'study-4' });
  const signature = signed(of, CLINIC, INSTITUTE);
  const untaggedOf = statement({ policy });
  const untagged = signed(untaggedOf, CLINIC, INSURER);

  it('is bound to message, channel, scope and policy', () => {
    expect(verify(registry, of, signature)).toBe(true);
    expect(verify(registry, { ...of, message: utf8('release record 18') }, signature)).toBe(false);
    expect(verify(registry, { ...of, message: new Uint8Array() }, signature)).toBe(false);
    expect(verify(cast.registry('other'), of, signature)).toBe(false);
    expect(verify(registry, { ...of, scope: 'study-5' }, signature)).toBe(false);
    expect(verify(registry, { ...of, scope: null }, signature)).toBe(false);
    expect(verify(registry, untaggedOf, untagged)).toBe(true);
    expect(verify(registry, { ...untaggedOf, scope: 'study-4' }, untagged)).toBe(false);
    for (const other of [
      gateText(1, [CLINIC, INSURER, INSTITUTE]),
      gateText(3, [CLINIC, INSURER, INSTITUTE]),
      gateText(2, [leafText('clinic', 'physician', '2026-12'), INSURER, INSTITUTE]),
      gateText(2, [leafText('clinic', 'surgeon', EPOCH), INSURER, INSTITUTE]),
      gateText(2, [CLINIC, INSURER]),
      `{"k":2,"of":[${[CLINIC, INSURER, INSTITUTE].sort().reverse().join()}]}`,
      CLINIC,
      'not a policy',
    ]) {
      expect(verify(registry, { ...of, policy: other }, signature)).toBe(false);
    }
  });

  it('is bound to the keys of the authorities that the policy names, and to no others', () => {
    const { record } = setUpAuthority(mcl, CHANNEL, 'insurer', cast.random);
    const replaced = cast.records.map((own) => (own.id === 'insurer' ? record : own));
    expect(verify(cast.registry(CHANNEL, replaced), of, signature)).toBe(false);
    expect(verify(cast.registry(CHANNEL, cast.records.slice(0, 2)), of, signature)).toBe(false);
    const { record: joined } = setUpAuthority(mcl, CHANNEL, 'newcomer', cast.random);
    expect(verify(cast.registry(CHANNEL, [...cast.records, joined]), of, signature)).toBe(true);
  });

  it('is false, not an error, with names, scopes and records that are malformed', () => {
    expect(verify(cast.registry(''), of, signature)).toBe(false);
    expect(verify(cast.registry('\ud800'), of, signature)).toBe(false);
    expect(verify(registry, { ...of, scope: '' }, signature)).toBe(false);
    expect(verify(registry, { ...of, scope: 's'.repeat(129) }, signature)).toBe(false);
    expect(verify(registry, { ...of, scope: '\udc00' }, signature)).toBe(false);
    const broken = cast.records.map((own) => (own.id === 'insurer' ? { ...own, W: own.W.with(0, 0) } : own));
    expect(verify(cast.registry(CHANNEL, broken), of, signature)).toBe(false);
  });

  it('is true or false, never an error, whatever the bytes and texts', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 140 }), fc.constantFrom('study-4', '', '\ud800'));
    const policies = fc.oneof(texts, fc.constantFrom(policy, CLINIC), fc.json());
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.tuple(fc.nat(signature.length), fc.uint8Array({ maxLength: 1000 })).map(([at, tail]) => {
        const changed = Uint8Array.from(signature);
        changed.set(tail.subarray(0, signature.length - at), at);
        return changed;
      }),
    );
    fc.assert(
      fc.property(texts, policies, fc.option(texts, { nil: null }), bytes, (channel, policy, scope, candidate) => {
        const isUnchanged = equalBytes(candidate, signature);
        expect(verify(registry, { policy, message, scope }, candidate) && !isUnchanged).toBe(false);
        expect(verify(cast.registry(channel), { policy, message, scope }, candidate) && !isUnchanged).toBe(false);
      }),
      runs(500),
    );
  });

  it('is refused with a byte less or more, and with every shape but its own', () => {
    expect(verify(registry, of, signature.slice(0, -1))).toBe(false);
    expect(verify(registry, of, concatBytes(signature, new Uint8Array(1)))).toBe(false);
    expect(verify(registry, of, new Uint8Array())).toBe(false);
    for (const at of [0, 4, 5, 6, 7])
      expect(verify(registry, of, signature.with(at, (signature[at] as number) ^ 2))).toBe(false);
  });

  const single = signed(statement(), CLINIC);
  it('is refused with any single bit flipped', () => {
    const bits = [1, 2, 4, 8, 16, 32, 64, 128];
    expect(acceptedFlips(single, (changed) => verify(registry, statement(), changed), bits)).toEqual([]);
  }, 120_000);

  it('with scope and free challenges is refused with any byte flipped', () => {
    expect(acceptedFlips(signature, (changed) => verify(registry, of, changed))).toEqual([]);
  }, 120_000);

  // offsets in a signature with tag and one free challenge
  const SCALARS = {
    c: 8,
    su0: 136,
    sr0: 168,
    free: 200,
    s1: 232 + 144,
    se: 232 + 176,
    s3: 232 + 208,
    su: 232 + 240,
    sr: 232 + 272,
  };
  it.each(Object.entries(SCALARS))('is refused with %s + r', (_, at) => {
    const value = os2ip(signature.subarray(at, at + 32)) + ORDER; // fits: 2r < 2^256
    expect(verify(registry, of, replaced(signature, at, i2osp(value, 32)))).toBe(false);
  });

  const POINTS = { C: 40, Tag: 88, Abar: 232, Bbar: 280, D: 328 };
  it.each(Object.entries(POINTS))('is refused with %s replaced', (_, at) => {
    const { G1 } = mcl;
    const own = G1.decode(signature.slice(at, at + 48));
    const offCurve = hexToBytes(`80${'00'.repeat(46)}01`);
    const offSubgroup = hexToBytes(`80${'00'.repeat(46)}04`);
    for (const point of [
      G1.encode(G1.identity),
      G1.encode(G1.inv(own)),
      G1.encode(G1.generator),
      offCurve,
      offSubgroup,
    ]) {
      expect(verify(registry, of, replaced(signature, at, point))).toBe(false);
    }
  });

  it('is refused with the responses of two leaves exchanged', () => {
    const [first, second] = [232, 232 + 304];
    const exchanged = replaced(
      replaced(signature, first, signature.slice(second, second + 304)),
      second,
      signature.slice(first, first + 304),
    );
    expect(verify(registry, of, exchanged)).toBe(false);
  });

  it('carries the pseudonym of the user in the scope', () => {
    const again = signed({ ...of, message: utf8('another') }, INSURER, INSTITUTE);
    expect(again).not.toEqual(signature);
    expect(pseudonymOf(again)).toEqual(pseudonymOf(signature));
    expect(pseudonymOf(signature)).toEqual(scopePseudonym(mcl, CHANNEL, 'study-4', alice));
    const pseudonyms = [
      scopePseudonym(mcl, CHANNEL, 'study-4', alice),
      scopePseudonym(mcl, CHANNEL, 'study-5', alice),
      scopePseudonym(mcl, 'other', 'study-4', alice),
      scopePseudonym(mcl, CHANNEL, 'study-4', cast.user()),
    ].map((pseudonym) => pseudonym.join());
    expect(new Set(pseudonyms).size).toBe(4);
    expect(() => pseudonymOf(untagged)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => scopePseudonym(mcl, CHANNEL, '', alice)).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('never repeats, so it is no replay key', () => {
    expect(signed(statement(), CLINIC)).not.toEqual(signed(statement(), CLINIC));
  });

  it('decodes to a value or a typed error, 100,000 byte strings', () => {
    const shape = signatureShape(parsePolicy(policy), 'study-4');
    const { refused } = fuzzDecoder((bytes) => decodeSignature(mcl, bytes, shape), [signature], 'signature');
    expect(refused).toBeGreaterThan(90_000);
  }, 180_000);
});

describe('the signer', () => {
  it('refuses a credential of another user, wherever the policy needs it', () => {
    const bob = cast.user();
    const policy = gateText(2, [CLINIC, INSURER]);
    const pooled = [...held(CLINIC), cast.credential(bob, 'insurer', 'member')];
    expect(() => sign(registry, statement({ policy }), alice, pooled)).toThrow('MQ_CRYPTO_CREDENTIAL');
    expect(() => sign(registry, statement(), bob, held(CLINIC))).toThrow('MQ_CRYPTO_CREDENTIAL');
  });

  it('refuses a credential of an earlier epoch under its new name', () => {
    const old = cast.credential(alice, 'clinic', 'physician', '2026-10');
    const relabelled = { ...old, epoch: EPOCH };
    expect(() => sign(registry, statement(), alice, [old])).toThrow('MQ_CRYPTO_POLICY_UNSATISFIED');
    expect(() => sign(registry, statement(), alice, [relabelled])).toThrow('MQ_CRYPTO_CREDENTIAL');
  });

  it('refuses an unknown authority, and one whose record would betray simulated leaves', () => {
    const unknown = leafText('nobody', 'member', EPOCH);
    const policy = gateText(1, [CLINIC, unknown]);
    expect(() => sign(registry, statement({ policy }), alice, held(CLINIC))).toThrow('MQ_CRYPTO_REGISTRY');
    const [clinic, insurer] = cast.records as [(typeof cast.records)[0], (typeof cast.records)[0]];
    const poisoned = cast.registry(CHANNEL, [clinic, { ...insurer, Uprime: clinic.Uprime }]);
    const over = statement({ policy: gateText(1, [CLINIC, INSURER]) });
    expect(() => sign(poisoned, over, alice, held(CLINIC))).toThrow('MQ_CRYPTO_REGISTRY');
  });

  it('refuses policies, scopes and credentials that do not decode', () => {
    expect(() => signed(statement({ policy: `${CLINIC} ` }), CLINIC)).toThrow('MQ_CRYPTO_FORMAT');
    expect(() => signed(statement({ scope: '' }), CLINIC)).toThrow('MQ_CRYPTO_ARGUMENT');
    const [own] = held(CLINIC) as [HeldCredential];
    const cut = { ...own, credential: own.credential.slice(1) };
    expect(() => sign(registry, statement(), alice, [cut])).toThrow('MQ_CRYPTO_LENGTH');
  });
});

const replaced = (bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array => {
  const result = Uint8Array.from(bytes);
  result.set(part, at);
  return result;
};
