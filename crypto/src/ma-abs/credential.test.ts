import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { encodeScalar, Fr, ORDER } from '../arithmetic/scalar.ts';
import { concatBytes, i2osp } from '../encoding/bytes.ts';
import { HS } from '../encoding/expand-message.ts';
import { acceptedFlips, fuzzDecoder } from '../testing/adversarial-bytes.ts';
import { loadBackEnds } from '../testing/back-ends.ts';
import {
  decodeCredential,
  encodeCredential,
  issueCredential,
  signAttribute,
  verifyCredential,
  verifyCredentials,
} from './credential.ts';
import { decodeProof, encodeProof } from './proof-of-knowledge.ts';
import { generators } from './suite.ts';
import { Cast, CHANNEL, EPOCH } from './testing/cast.ts';
import { deriveUserKey, proveUserKey, verifyUserKey } from './user.ts';

const backEnds = await loadBackEnds();
const [mcl] = backEnds as [Bls12381];
const cast = new Cast(mcl, ['clinic', 'insurer'], 'credential');
const registry = cast.registry();
const [alice, bob] = [cast.user(), cast.user()];
const held = cast.credential(alice, 'clinic', 'physician');
const subject = {
  channel: CHANNEL,
  authorityId: 'clinic',
  W: cast.key('clinic').W,
  Y: cast.encodedY(alice),
  attribute: 'physician',
  epoch: EPOCH,
};
type Subject = typeof subject;
const verifies = (changed: Partial<Subject> = {}, credential = held.credential) =>
  verifyCredential(mcl, { ...subject, ...changed }, credential);

const nonce = new Uint8Array(16).fill(9);
const context = { channel: CHANNEL, verifierId: 'clinic', nonce };
const proof = proveUserKey(mcl, alice, context, cast.random);
const knows = (changed: Partial<typeof context> = {}, Y = subject.Y, candidate = proof) =>
  verifyUserKey(mcl, Y, { ...context, ...changed }, candidate);

describe('the proof of a user', () => {
  it.each(backEnds.map((back) => [back.name, back] as const))('is accepted as it was made (%s)', (_, back) => {
    const user = deriveUserKey(back, new Uint8Array(32).fill(1));
    const made = proveUserKey(back, user, context);
    expect(verifyUserKey(back, back.G1.encode(user.Y), context, made)).toBe(true);
    expect(verifyUserKey(mcl, back.G1.encode(user.Y), context, made)).toBe(true);
  });

  it('holds for one user, one verifier, one channel, one nonce', () => {
    expect(knows()).toBe(true);
    expect(knows({ channel: 'other' })).toBe(false);
    expect(knows({ verifierId: 'insurer' })).toBe(false);
    expect(knows({ nonce: new Uint8Array(16) })).toBe(false);
    expect(knows({}, cast.encodedY(bob))).toBe(false);
  });

  it('is refused with a malformed context, even in a proof made for it', () => {
    const byHand = (of: typeof context) => {
      const { G1 } = mcl;
      const T = G1.encode(G1.pow(generators(mcl).H1, 7n));
      const c = HS('MAABS-USERPOK', of.channel, of.verifierId, of.nonce, subject.Y, T);
      return verifyUserKey(mcl, subject.Y, of, encodeProof({ c, s: Fr.add(7n, Fr.mul(c, alice.usk)) }));
    };
    expect(byHand(context)).toBe(true);
    expect(byHand({ ...context, nonce: new Uint8Array(15) })).toBe(false);
    expect(byHand({ ...context, verifierId: 'Clinic' })).toBe(false);
    expect(byHand({ ...context, channel: '' })).toBe(false);
    expect(knows({ channel: '\ud800' })).toBe(false);
    expect(() => proveUserKey(mcl, alice, { ...context, nonce: new Uint8Array(17) })).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('is 64 bytes', () => {
    expect(knows({}, subject.Y, proof.slice(1))).toBe(false);
    expect(knows({}, subject.Y, concatBytes(proof, new Uint8Array(1)))).toBe(false);
  });

  it('is refused for the identity, with a proof that the equation accepts', () => {
    const Y = mcl.G1.encode(mcl.G1.identity);
    const s = 5n;
    const T = mcl.G1.encode(mcl.G1.pow(generators(mcl).H1, s)); // H1^s * 1^-c, whatever c is: no secret needed
    const c = HS('MAABS-USERPOK', CHANNEL, 'clinic', nonce, Y, T);
    expect(knows({}, Y, encodeProof({ c, s }))).toBe(false);
  });

  it('is refused with any byte flipped', () => {
    expect(acceptedFlips(proof, (candidate) => knows({}, subject.Y, candidate), [0x01, 0x80])).toEqual([]);
    expect(acceptedFlips(subject.Y, (Y) => knows({}, Y), [0x01, 0x20])).toEqual([]);
  });

  it('is refused with c + r or s + r', () => {
    const { c, s } = decodeProof(proof);
    for (const pair of [
      [c + ORDER, s],
      [c, s + ORDER],
    ] as const) {
      expect(knows({}, subject.Y, concatBytes(...pair.map((value) => i2osp(value, 32))))).toBe(false);
    }
  });

  it('comes from 32 secret bytes', () => {
    expect(() => deriveUserKey(mcl, new Uint8Array(31))).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(deriveUserKey(mcl, new Uint8Array(32)).usk).not.toBe(0n);
  });
});

describe('a credential', () => {
  it('holds for one user, attribute, epoch, authority and channel', () => {
    expect(verifies()).toBe(true);
    expect(verifies({ Y: cast.encodedY(bob) })).toBe(false);
    expect(verifies({ attribute: 'nurse' })).toBe(false);
    expect(verifies({ epoch: '2026-12' })).toBe(false);
    expect(verifies({ channel: 'other' })).toBe(false);
    expect(verifies({ authorityId: 'insurer' })).toBe(false);
    expect(verifies({ W: cast.key('insurer').W })).toBe(false);
  });

  it('is refused with malformed names, even when it was made for them', () => {
    const made = (changed: Partial<Subject>) => {
      const { channel, authorityId: id, attribute, epoch } = { ...subject, ...changed };
      const key = { ...cast.key('clinic'), channel, id };
      return verifies(changed, signAttribute(mcl, key, alice.Y, attribute, epoch, cast.random));
    };
    expect(made({})).toBe(true);
    expect(made({ attribute: 'Physician' })).toBe(false);
    expect(made({ epoch: '' })).toBe(false);
    expect(made({ authorityId: 'Clinic' })).toBe(false);
    expect(made({ channel: '' })).toBe(false);
    expect(verifies({ channel: '\ud800' })).toBe(false);
  });

  it('is refused with any byte flipped', () => {
    expect(acceptedFlips(held.credential, (credential) => verifies({}, credential), [0x01, 0x20])).toEqual([]);
  });

  it('is refused with e zero, e + r, A the identity, and other lengths', () => {
    const { A, e } = decodeCredential(mcl, held.credential);
    const encodedA = mcl.G1.encode(A);
    expect(verifies({}, concatBytes(encodedA, new Uint8Array(32)))).toBe(false);
    expect(verifies({}, concatBytes(encodedA, i2osp(e + ORDER, 32)))).toBe(false);
    expect(verifies({}, concatBytes(mcl.G1.encode(mcl.G1.identity), encodeScalar(e)))).toBe(false);
    expect(verifies({}, encodeCredential(mcl, { A: mcl.G1.inv(A), e }))).toBe(false);
    expect(verifies({}, held.credential.slice(0, 79))).toBe(false);
    expect(verifies({}, concatBytes(held.credential, new Uint8Array(1)))).toBe(false);
  });

  it('is issued only to the one who knows the secret of Y', () => {
    const request = { Y: subject.Y, nonce, proof, attribute: 'physician', epoch: EPOCH };
    const issue = (changed: Partial<typeof request>) => () =>
      issueCredential(mcl, cast.key('clinic'), { ...request, ...changed }, cast.random);
    expect(verifies({}, issue({})())).toBe(true);
    expect(issue({ Y: cast.encodedY(bob) })).toThrow('MQ_CRYPTO_PROOF');
    expect(issue({ nonce: new Uint8Array(16) })).toThrow('MQ_CRYPTO_PROOF');
    expect(issue({ attribute: 'Physician' })).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(issue({ epoch: '' })).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => issueCredential(mcl, cast.key('insurer'), request, cast.random)).toThrow('MQ_CRYPTO_PROOF');
  });

  it('decodes to a value or a typed error, 100,000 byte strings', () => {
    fuzzDecoder((bytes) => decodeCredential(mcl, bytes), [held.credential], 'credential');
  }, 120_000);
});

describe('a batch of credentials', () => {
  const other = cast.credential(alice, 'clinic', 'surgeon');
  const claim = ({ attribute, credential }: typeof held) => ({
    credential: decodeCredential(mcl, credential),
    W: mcl.G2.decode(subject.W),
    B: mcl.G1.mul(registry.attributeBase('clinic', attribute, EPOCH), alice.Y),
  });

  it('verifies when each does', () => {
    expect(verifyCredentials(mcl, [claim(held), claim(other)])).toBe(true);
    expect(verifyCredentials(mcl, [claim(held), { ...claim(other), B: claim(held).B }])).toBe(false);
  });

  it('does not let errors cancel', () => {
    const error = mcl.G1.pow(mcl.G1.generator, 5n);
    const [a, b] = [claim(held), claim(other)];
    const cancelling = [
      { ...a, B: mcl.G1.mul(a.B, error) },
      { ...b, B: mcl.G1.mul(b.B, mcl.G1.inv(error)) },
    ];
    expect(verifyCredentials(mcl, cancelling)).toBe(false);
  });
});
