import fc from 'fast-check';
import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { encodeScalar, Fr, ORDER } from '../arithmetic/scalar.ts';
import { i2osp } from '../encoding/bytes.ts';
import { HS } from '../encoding/expand-message.ts';
import { acceptedFlips, fuzzDecoder, succeeds } from '../testing/adversarial-bytes.ts';
import { loadBackEnds } from '../testing/back-ends.ts';
import { runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  type AuthorityRecord,
  decodeAuthorityKeys,
  restoreAuthorityKey,
  setUpAuthority,
  verifyAuthorityRecord,
} from './authority.ts';
import { decodeProof, encodeProof } from './proof-of-knowledge.ts';
import { Registry } from './registry.ts';
import { generators } from './suite.ts';
import { Cast, CHANNEL } from './testing/cast.ts';

const backEnds = await loadBackEnds();
const [mcl] = backEnds as [Bls12381];
const cast = new Cast(mcl, ['clinic', 'insurer'], 'authority');
const [record, other] = cast.records as [AuthorityRecord, AuthorityRecord];
const accepts = (changed: Partial<AuthorityRecord>) => verifyAuthorityRecord(mcl, CHANNEL, { ...record, ...changed });

describe('the record of an authority', () => {
  it.each(backEnds.map((back) => [back.name, back] as const))('is accepted as it was made (%s)', (_, back) => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,62}$/), (id) => {
        const made = setUpAuthority(back, CHANNEL, id, seededRandom(id));
        return verifyAuthorityRecord(back, CHANNEL, made.record);
      }),
      runs(4),
    );
  });

  it('belongs to one channel and one identifier', () => {
    expect(accepts({})).toBe(true);
    expect(verifyAuthorityRecord(mcl, 'other', record)).toBe(false);
    expect(accepts({ id: 'insurer' })).toBe(false);
  });

  it('cannot be put together from two', () => {
    expect(accepts({ W: other.W })).toBe(false);
    expect(accepts({ Uprime: other.Uprime })).toBe(false);
    expect(accepts({ pok: other.pok })).toBe(false);
  });

  it('needs well-formed names, even with a right proof', () => {
    const made = (channel: string, id: string) => verifyAuthorityRecord(mcl, channel, recordByHand(channel, id));
    expect(made(CHANNEL, 'clinic')).toBe(true);
    for (const id of ['Clinic', 'clinic\n', '-clinic', '', 'c'.repeat(64)]) expect(made(CHANNEL, id)).toBe(false);
    for (const channel of ['', 'c'.repeat(129)]) expect(made(channel, 'clinic')).toBe(false);
    expect(verifyAuthorityRecord(mcl, '\ud800', record)).toBe(false);
    expect(() => setUpAuthority(mcl, '', 'clinic')).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => setUpAuthority(mcl, 'c'.repeat(129), 'clinic')).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => setUpAuthority(mcl, CHANNEL, '-clinic')).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it("needs the proof even when U' and W fit together", () => {
    expect(accepts({ pok: encodeProof({ c: 1n, s: 1n }) })).toBe(false);
  });

  it("needs U' and W of one exponent, proof or not", () => {
    const wrong = { W: record.W, Uprime: other.Uprime };
    const registry = new Registry(mcl, CHANNEL, [{ id: 'clinic', ...wrong }]);
    expect(registry.isConsistent('clinic')).toBe(false);
    expect(cast.registry().isConsistent('clinic')).toBe(true);
    expect(cast.registry().isConsistent('unknown')).toBe(false);
  });

  it('is refused with a challenge or response that is not canonical', () => {
    const { c, s } = decodeProof(record.pok);
    for (const [a, b] of [
      [c + ORDER, s],
      [c, s + ORDER],
    ] as const) {
      expect(accepts({ pok: Uint8Array.from([...bytes32(a), ...bytes32(b)]) })).toBe(false); // both fit: 2r < 2^256
    }
  });

  it('is refused with any byte flipped', () => {
    expect(acceptedFlips(record.W, (W) => accepts({ W }), [0x01, 0x20, 0x80])).toEqual([]);
    expect(acceptedFlips(record.Uprime, (Uprime) => accepts({ Uprime }), [0x01, 0x20, 0x80])).toEqual([]);
    expect(acceptedFlips(record.pok, (pok) => accepts({ pok }), [0x01, 0x80])).toEqual([]);
  });

  it('decodes to a value or a typed error, 100,000 byte strings of each part', () => {
    fuzzDecoder((pok) => decodeProof(pok), [record.pok], 'authority-pok');
    fuzzDecoder((W) => decodeAuthorityKeys(mcl, { W, Uprime: record.Uprime }), [record.W], 'authority-W');
    fuzzDecoder((Uprime) => mcl.G1.decode(Uprime), [record.Uprime], 'authority-Uprime');
  }, 120_000);
});

describe('the key of an authority', () => {
  it('comes back from its secret', () => {
    const key = cast.key('clinic');
    expect(restoreAuthorityKey(mcl, CHANNEL, 'clinic', encodeScalar(key.sk))).toEqual(key);
  });

  it.each([
    ['zero', new Uint8Array(32)],
    ['the group order', bytes32(ORDER)],
    ['31 bytes', new Uint8Array(31)],
  ])('is not %s', (_, secret) => {
    expect(succeeds(() => restoreAuthorityKey(mcl, CHANNEL, 'clinic', secret))).toBe(false);
  });
});

describe('a registry', () => {
  it('refuses two authorities with one identifier or one key', () => {
    expect(() => cast.registry(CHANNEL, [record, { ...other, id: 'clinic' }])).toThrow('MQ_CRYPTO_REGISTRY');
    expect(() => cast.registry(CHANNEL, [record, { ...record, id: 'twin' }])).toThrow('MQ_CRYPTO_REGISTRY');
  });

  it('does not see later changes of the records it was made from', () => {
    const W = Uint8Array.from(record.W);
    const registry = cast.registry(CHANNEL, [{ ...record, W }]);
    W.fill(0);
    expect(registry.isConsistent('clinic')).toBe(true);
  });

  it('has one digest for a set of authorities, in any order', () => {
    const registry = cast.registry();
    expect(registry.keysetDigest(['insurer', 'clinic'])).toEqual(
      registry.keysetDigest(['clinic', 'insurer', 'clinic']),
    );
    expect(registry.keysetDigest(['clinic'])).not.toEqual(registry.keysetDigest(['clinic', 'insurer']));
    expect(() => registry.keysetDigest(['unknown'])).toThrow('MQ_CRYPTO_REGISTRY');
  });
});

it("an honest proof for W alone does not do for another U'", () => {
  // the challenge is right and the response opens T1; only T2 would betray that U' has another exponent
  expect(verifyAuthorityRecord(mcl, CHANNEL, recordByHand(CHANNEL, 'clinic', 1n))).toBe(false);
});

/** A record as section 5.1 makes it, without the checks of setUpAuthority; `shift` gives U' another exponent. */
function recordByHand(channel: string, id: string, shift = 0n): AuthorityRecord {
  const { G1, G2 } = mcl;
  const { U } = generators(mcl);
  const [sk, k] = [11n, 7n];
  const W = G2.encode(G2.pow(G2.generator, sk));
  const Uprime = G1.encode(G1.pow(U, sk + shift));
  const c = HS('MAABS-AUTHPOK', channel, id, W, Uprime, G2.encode(G2.pow(G2.generator, k)), G1.encode(G1.pow(U, k)));
  return { id, W, Uprime, pok: encodeProof({ c, s: Fr.add(k, Fr.mul(c, sk)) }) };
}

function bytes32(value: bigint): Uint8Array {
  return i2osp(value, 32);
}
