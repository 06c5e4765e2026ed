import fc from 'fast-check';
import {
  decodePoint,
  decodeScalarL,
  encodePoint,
  encodeScalarL,
  Fl,
  HL,
  mul,
  RISTRETTO_BASE,
  RISTRETTO_ORDER,
  randomScalarL,
} from '../arithmetic/ristretto255.ts';
import { concatBytes, utf8 } from '../encoding/bytes.ts';
import { hpkeKeyPair } from '../keys/hpke.ts';
import { acceptedFlips, fuzzDecoder, succeeds } from '../testing/adversarial-bytes.ts';
import { runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { decapsulateOwner, decodeCapsule, decodeCapsuleFields, encapsulate, verifyCapsule } from './capsule.ts';
import {
  decodeFragment,
  fragmentPublicPart,
  openFragment,
  rekey,
  sealFragment,
  U,
  verifyDelegation,
  verifyFragment,
} from './fragment.ts';
import { type Grant, grantContext } from './grant.ts';
import { decapsulate, decodeResult, type NamedResult, reencapsulate, verifyResult } from './reencrypt.ts';
import { unwrapDataKey, wrapDataKey } from './wrapped-key.ts';

const random = seededRandom('threshold-pre');
const grant: Grant = { channel: 'ehr', grantId: 'grant-1', label: 'cardiology', epoch: 5, t: 2, n: 3 };
const names = ['north', 'south', 'east'];
const keyPair = () => {
  const secret = randomScalarL(random);
  return { secret, publicKey: encodePoint(mul(secret, RISTRETTO_BASE)) };
};
const [owner, clinic, stranger] = [keyPair(), keyPair(), keyPair()];
const parties = { delegator: owner.publicKey, delegatee: clinic.publicKey };
const { capsule, keyPoint } = encapsulate(owner.publicKey, random);
const other = encapsulate(owner.publicKey, random);
const fragments = rekey(owner.secret, parties, grant, names, random);
const results = transformed(fragments);
const [fragment1, fragment2] = fragments as [Uint8Array, Uint8Array];
const [result1, result2, result3] = results as [NamedResult, NamedResult, NamedResult];

function transformed(of: readonly Uint8Array[], for_ = capsule, under = grant): NamedResult[] {
  return of.map((fragment, i) => ({
    authority: names[i] as string,
    result: reencapsulate(for_, fragment, under, random),
  }));
}
const open = (given: readonly NamedResult[], change: Partial<{ b: bigint; of: Uint8Array; under: Grant }> = {}) =>
  decapsulate(change.b ?? clinic.secret, parties, change.of ?? capsule, change.under ?? grant, given);
const plusL = (scalar: Uint8Array) =>
  Uint8Array.from(
    Buffer.from((decodeScalarL(scalar) + RISTRETTO_ORDER).toString(16).padStart(64, '0'), 'hex').reverse(),
  );
const replaced = (bytes: Uint8Array, at: number, part: Uint8Array) => {
  const changed = Uint8Array.from(bytes);
  changed.set(part, at);
  return changed;
};

describe('capsules', () => {
  it('open for the owner, and for no other key to the same point', () => {
    expect(decapsulateOwner(owner.secret, capsule)).toEqual(keyPoint);
    expect(decapsulateOwner(stranger.secret, capsule)).not.toEqual(keyPoint);
  });

  it('are refused with any byte flipped', () => {
    expect(acceptedFlips(capsule, verifyCapsule)).toEqual([]);
  });

  it('are refused with parts of another, s + L, the identity, other lengths', () => {
    for (const at of [0, 32, 64]) {
      expect(verifyCapsule(replaced(capsule, at, other.capsule.slice(at, at + 32)))).toBe(false);
    }
    expect(verifyCapsule(replaced(capsule, 64, plusL(capsule.slice(64))))).toBe(false);
    expect(verifyCapsule(replaced(capsule, 0, new Uint8Array(32)))).toBe(false);
    expect(verifyCapsule(replaced(capsule, 32, new Uint8Array(32)))).toBe(false);
    expect(verifyCapsule(capsule.slice(0, 95))).toBe(false);
    expect(verifyCapsule(Uint8Array.from([...capsule, 0]))).toBe(false);
    expect(decapsulateOwner(owner.secret, capsule.slice(1))).toBeUndefined();
    expect(() => reencapsulate(capsule.slice(1), fragment1, grant, random)).toThrow('MQ_CRYPTO_');
    expect(() => encapsulate(new Uint8Array(32), random)).toThrow('MQ_CRYPTO_IDENTITY');
  });

  it('whose points cancel pass the proof and still give no key', () => {
    const r = randomScalarL(random);
    const E = encodePoint(mul(r, RISTRETTO_BASE));
    const V = encodePoint(mul(Fl.neg(r), RISTRETTO_BASE));
    const s = Fl.add(Fl.neg(r), Fl.mul(r, HL('TPRE-H2', E, V)));
    const crafted = concatBytes(E, V, encodeScalarL(s));
    expect(verifyCapsule(crafted)).toBe(true);
    expect(decapsulateOwner(owner.secret, crafted)).toBeUndefined();
    expect(open(transformed(fragments, crafted), { of: crafted })).toEqual({ valid: false, error: 'BAD_KEY_POINT' });
  });
});

describe('data keys', () => {
  const dataKey = random.bytes(32);
  const scope = { channel: 'ehr', label: 'cardiology', recordId: 'rec-9', version: 3 };
  const point = { keyPoint, capsule, delegator: owner.publicKey };
  const wrapped = wrapDataKey(point, scope, dataKey);

  it('unwrap where everything belongs together', () => {
    expect(wrapped).toHaveLength(48);
    expect(unwrapDataKey(point, scope, wrapped)).toEqual(dataKey);
  });

  it.each([{ channel: 'x' }, { label: 'oncology' }, { recordId: 'rec-8' }, { version: 4 }])(
    'do not unwrap under %j',
    (change) => expect(unwrapDataKey(point, { ...scope, ...change }, wrapped)).toBeUndefined(),
  );

  it('do not unwrap under another capsule, delegator or key point, nor with a byte flipped', () => {
    expect(unwrapDataKey({ ...point, capsule: other.capsule }, scope, wrapped)).toBeUndefined();
    expect(unwrapDataKey({ ...point, delegator: stranger.publicKey }, scope, wrapped)).toBeUndefined();
    expect(unwrapDataKey({ ...point, keyPoint: other.keyPoint }, scope, wrapped)).toBeUndefined();
    expect(unwrapDataKey(point, scope, wrapped.slice(1))).toBeUndefined();
    expect(acceptedFlips(wrapped, (bytes) => unwrapDataKey(point, scope, bytes) !== undefined)).toEqual([]);
    expect(() => wrapDataKey(point, scope, dataKey.slice(1))).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => wrapDataKey(point, { ...scope, version: -1 }, dataKey)).toThrow('MQ_CRYPTO_ARGUMENT');
  });
});

describe('fragments', () => {
  it('verify for their authority under their grant only', () => {
    const check = (fragment: Uint8Array, change: Partial<Grant> = {}, by = 'north', of = parties) =>
      verifyFragment(fragment, of, by, { ...grant, ...change });
    expect(check(fragment1)).toBe(true);
    expect(check(fragment1, {}, 'south')).toBe(false);
    for (const change of [{ epoch: 6 }, { grantId: 'g' }, { label: 'l' }, { channel: 'c' }, { t: 1 }, { n: 4 }]) {
      expect(check(fragment1, change)).toBe(false);
    }
    expect(check(fragment1, {}, 'north', { ...parties, delegatee: stranger.publicKey })).toBe(false);
    expect(check(fragment1, {}, 'north', { ...parties, delegator: stranger.publicKey })).toBe(false);
    expect(check(fragment1, {}, 'north', { ...parties, delegatee: new Uint8Array(32) })).toBe(false);
    expect(check(fragment1, {}, 'north', { ...parties, delegator: new Uint8Array(32) })).toBe(false);
  });

  it('are refused with any byte flipped, or a field of another fragment', () => {
    const check = (fragment: Uint8Array) => verifyFragment(fragment, parties, 'north', grant);
    expect(acceptedFlips(fragment1, check)).toEqual([]);
    for (const at of [4, 36, 100, 132, 164]) {
      expect(check(replaced(fragment1, at, fragment2.slice(at, at + 32)))).toBe(false);
    }
    const again = rekey(owner.secret, parties, grant, names, random)[0] as Uint8Array;
    expect(check(replaced(fragment1, 68, again.slice(68, 100)))).toBe(false);
    for (const at of [36, 132, 164])
      expect(check(replaced(fragment1, at, plusL(fragment1.slice(at, at + 32))))).toBe(false);
    expect(check(replaced(fragment1, 36, new Uint8Array(32)))).toBe(false);
    expect(check(Uint8Array.from([...fragment1, 0]))).toBe(false);
    expect(check(fragment1.slice(0, -1))).toBe(false);
  });

  it('with rk = 0 and the identity as its image are refused', () => {
    const zero = replaced(replaced(fragment1, 36, new Uint8Array(32)), 100, new Uint8Array(32));
    expect(() => decodeFragment(zero)).toThrow('MQ_CRYPTO_');
  });

  it('whose commitment is the identity are refused, although the hash would fit', () => {
    // an owner may choose y = 0: Y is the identity, which the specification rejects everywhere
    const { id, XA, U1 } = decodeFragment(fragment1);
    const ctx = grantContext(grant);
    const Y = encodePoint(mul(1n, RISTRETTO_BASE).subtract(RISTRETTO_BASE));
    const z1 = HL('TPRE-H4', Y, id, owner.publicKey, clinic.publicKey, encodePoint(U1), encodePoint(XA), 'north', ctx);
    const z2 = Fl.neg(Fl.mul(owner.secret, z1));
    expect(verifyDelegation({ id, XA, U1, z1, z2 }, parties, 'north', ctx)).toBe(false);
  });

  it('must equal the public part that stands on the ledger', () => {
    const ledgerPart = fragmentPublicPart(fragment1);
    expect(verifyFragment(fragment1, parties, 'north', grant, ledgerPart)).toBe(true);
    const again = rekey(owner.secret, parties, grant, names, random)[0] as Uint8Array;
    expect(verifyFragment(again, parties, 'north', grant, ledgerPart)).toBe(false);
  });

  it('travel sealed to one authority and grant', () => {
    const { skR, pkR } = hpkeKeyPair(random);
    const sealed = sealFragment(fragment1, 'north', grant, pkR, random);
    expect(openFragment(sealed, 'north', grant, skR)).toEqual(fragment1);
    expect(openFragment(sealed, 'south', grant, skR)).toBeUndefined();
    expect(openFragment(sealed, 'north', { ...grant, epoch: 6 }, skR)).toBeUndefined();
    expect(openFragment(sealed, 'north', grant, hpkeKeyPair(random).skR)).toBeUndefined();
  });

  it('are made for n distinct authorities and by the delegator alone', () => {
    expect(() => rekey(owner.secret, parties, grant, names.slice(1), random)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => rekey(owner.secret, parties, grant, ['a', 'a', 'b'], random)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => rekey(stranger.secret, parties, grant, names, random)).toThrow('MQ_CRYPTO_ARGUMENT');
    for (const change of [{ t: 0 }, { t: 4 }, { n: 33 }, { epoch: -1 }, { epoch: 0.5 }]) {
      expect(() => grantContext({ ...grant, ...change })).toThrow('MQ_CRYPTO_ARGUMENT');
    }
  });
});

it('a grant that cannot be one makes verification false', () => {
  for (const change of [{ t: 4 }, { n: 33 }, { epoch: -1 }, { label: '\ud800' }]) {
    expect(verifyFragment(fragment1, parties, 'north', { ...grant, ...change })).toBe(false);
    expect(verifyResult(capsule, result1, parties, { ...grant, ...change })).toBe(false);
  }
});

describe('results', () => {
  it('verify for authority, capsule, keys and grant only', () => {
    const check = (change: Partial<Grant> = {}, by = 'north', of = parties, at = capsule) =>
      verifyResult(at, { ...result1, authority: by }, of, { ...grant, ...change });
    expect(check()).toBe(true);
    expect(check({}, 'south')).toBe(false);
    expect(check({}, 'north', parties, other.capsule)).toBe(false);
    expect(check({}, 'north', parties, capsule.slice(1))).toBe(false);
    for (const change of [{ epoch: 6 }, { grantId: 'g' }, { label: 'l' }, { channel: 'c' }, { t: 1 }, { n: 4 }]) {
      expect(check(change)).toBe(false);
    }
    expect(check({}, 'north', { ...parties, delegatee: stranger.publicKey })).toBe(false);
    expect(check({}, 'north', { ...parties, delegator: stranger.publicKey })).toBe(false);
  });

  it('are refused with any byte flipped, or a field of another result', () => {
    const check = (result: Uint8Array) => verifyResult(capsule, { authority: 'north', result }, parties, grant);
    expect(acceptedFlips(result1.result, check)).toEqual([]);
    for (let at = 4; at < 356; at += 32) {
      const field = result2.result.slice(at, at + 32);
      if (at !== 36) expect(check(replaced(result1.result, at, field))).toBe(false); // XA is the same in both
    }
    expect(check(replaced(result1.result, 324, plusL(result1.result.slice(324))))).toBe(false);
    expect(check(Uint8Array.from([...result1.result, 0]))).toBe(false);
  }, 180_000);

  it.each([
    ['with the U1 of the grant', false],
    ['with a matching U1', true],
  ])('for a wrong rk and an honest proof are refused, %s', (_, matching) => {
    const fragment = decodeFragment(fragment1);
    const rk = Fl.add(fragment.rk, 1n);
    const wrong = replaced(fragment1, 36, encodeScalarL(rk));
    const lying = matching ? replaced(wrong, 100, encodePoint(mul(rk, U))) : wrong;
    const result = reencapsulate(capsule, lying, grant, random);
    expect(verifyResult(capsule, { authority: 'north', result }, parties, grant)).toBe(false);
  });

  it.each([
    ['E1', 164],
    ['V1', 196],
  ])('that lie in %s alone are refused', (_, at) => {
    // a prover that knows rk proves the other equations honestly around a wrong image
    const { rk, id, XA, U1 } = decodeFragment(fragment1);
    const { E, V } = decodeCapsule(capsule);
    const images = [mul(rk, E), mul(rk, V)];
    images[at === 164 ? 0 : 1] = mul(Fl.add(rk, 1n), at === 164 ? E : V);
    const [E1, V1] = images.map(encodePoint) as [Uint8Array, Uint8Array];
    const tt = randomScalarL(random);
    const [E2, V2, U2] = [E, V, U].map((P) => encodePoint(mul(tt, P))) as [Uint8Array, Uint8Array, Uint8Array];
    const h = HL('TPRE-H7', capsule, E1, V1, encodePoint(U1), E2, V2, U2, id, encodePoint(XA), grantContext(grant));
    const rho = encodeScalarL(Fl.add(tt, Fl.mul(h, rk)));
    const result = concatBytes(utf8('MQF1'), id, fragment1.subarray(68), E1, V1, E2, V2, U2, rho);
    expect(verifyResult(capsule, { authority: 'north', result }, parties, grant)).toBe(false);
  });
});

describe('decapsulation', () => {
  it('gives the key point from any t results', () => {
    for (const pair of [
      [result1, result2],
      [result3, result1],
      [result2, result3, result1],
    ]) {
      expect(open(pair)).toEqual({ valid: true, keyPoint });
    }
  });

  it('completes for random t of n', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(2), (t, more) => {
        const wide = { ...grant, t, n: t + more };
        const authorities = Array.from({ length: t + more }, (_, i) => `authority-${i}`);
        const given = rekey(owner.secret, parties, wide, authorities, random)
          .map((fragment, i) => ({
            authority: authorities[i] as string,
            result: reencapsulate(capsule, fragment, wide, random),
          }))
          .toReversed();
        expect(open(given, { under: wide })).toEqual({ valid: true, keyPoint });
      }),
      runs(5),
    );
  });

  it('names its errors in order', () => {
    const bad = { ...result2, result: replaced(result2.result, 200, Uint8Array.of(1, 2, 3)) };
    const again = transformed(rekey(owner.secret, parties, grant, names, random));
    const b = stranger.secret;
    expect(open([bad], { b })).toEqual({ valid: false, error: 'TOO_FEW' });
    expect(open([result1, bad], { b })).toEqual({ valid: false, error: 'BAD_FRAGMENT', result: 1 });
    expect(open([result1, again[1] as NamedResult], { b })).toEqual({ valid: false, error: 'WRONG_KEY' });
    expect(open([result1, again[0] as NamedResult])).toEqual({ valid: false, error: 'MIXED' });
    expect(open([result1, result1])).toEqual({ valid: false, error: 'DUPLICATE' });
    expect(open([result1, result2, bad]).valid).toBe(true);
    expect(open([result1, result2], { under: { ...grant, epoch: 6 } })).toMatchObject({ error: 'BAD_FRAGMENT' });
    expect(open([result1, result2], { of: other.capsule })).toMatchObject({ error: 'BAD_FRAGMENT' });
    expect(open([result1], { under: { ...grant, t: 1 } })).toMatchObject({ error: 'BAD_FRAGMENT' });
  });

  it('of t colluding authorities with the delegatee gives the delegating key: the limit that section 1.1 states', () => {
    const d = HL(
      'TPRE-H3',
      result1.result.slice(36, 68),
      clinic.publicKey,
      encodePoint(mul(clinic.secret, decodePoint(result1.result.slice(36, 68)))),
      grantContext(grant),
    );
    const D = HL(
      'TPRE-H6',
      owner.publicKey,
      clinic.publicKey,
      encodePoint(mul(clinic.secret, decodePoint(owner.publicKey))),
      grantContext(grant),
    );
    const [x1, x2] = [fragment1, fragment2].map((f) => HL('TPRE-H5', f.slice(4, 36), encodeScalarL(D))) as [
      bigint,
      bigint,
    ];
    const [y1, y2] = [fragment1, fragment2].map((f) => decodeFragment(f).rk) as [bigint, bigint];
    const slope = Fl.mul(Fl.sub(y2, y1), Fl.inv(Fl.sub(x2, x1)));
    expect(Fl.mul(Fl.sub(y1, Fl.mul(slope, x1)), d)).toBe(owner.secret);
  });
});

it('decodes 100,000 capsules, fragments and results to a value or a typed error', () => {
  fuzzDecoder(decodeCapsuleFields, [capsule, other.capsule], 'tpre-capsule');
  fuzzDecoder(decodeFragment, fragments, 'tpre-fragment');
  fuzzDecoder(
    decodeResult,
    results.map(({ result }) => result),
    'tpre-result',
  );
}, 180_000);

it('accepts nothing among strings around valid objects', () => {
  fuzzDecoder(
    (bytes) => expect(verifyCapsule(bytes) && !Buffer.from(capsule).equals(bytes)).toBe(false),
    [capsule],
    'c',
    3000,
  );
  const check = (bytes: Uint8Array) =>
    verifyFragment(bytes, parties, 'north', grant) && !Buffer.from(fragment1).equals(bytes);
  fuzzDecoder((bytes) => expect(check(bytes)).toBe(false), [fragment1], 'f', 3000);
  expect(succeeds(() => reencapsulate(capsule, fragment1, grant, random))).toBe(true);
}, 180_000);
