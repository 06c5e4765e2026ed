import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { equalBytes, utf8 } from '../encoding/bytes.ts';
import { loadBackEnds } from '../testing/back-ends.ts';
import { setUpAuthority } from './authority.ts';
import { admitAuthority, admitUser } from './registration.ts';
import { actionMessage, intentMessage } from './signed-messages.ts';
import { Cast, CHANNEL } from './testing/cast.ts';
import { proveUserKey } from './user.ts';

const [mcl] = (await loadBackEnds()) as [Bls12381];
const cast = new Cast(mcl, ['clinic', 'insurer'], 'registration');
const { record } = setUpAuthority(mcl, CHANNEL, 'newcomer', cast.random);

describe('registration', () => {
  it('admits an authority once, under a name and a key of its own', () => {
    expect(admitAuthority(mcl, CHANNEL, record, cast.records)).toBe('ADMITTED');
    expect(admitAuthority(mcl, CHANNEL, record, [...cast.records, record])).toBe('IDENTIFIER_TAKEN');
    expect(admitAuthority(mcl, CHANNEL, record, [{ ...record, id: 'other' }])).toBe('KEY_TAKEN');
    expect(admitAuthority(mcl, 'other', record, cast.records)).toBe('INVALID');
  });

  it('admits a user once, who knows the secret', () => {
    const [alice, bob] = [cast.user(), cast.user()];
    const context = { channel: CHANNEL, verifierId: 'registry', nonce: new Uint8Array(16) };
    const proof = proveUserKey(mcl, alice, context, cast.random);
    const Y = cast.encodedY(alice);
    const nobody = () => false;
    expect(admitUser(mcl, Y, context, proof, nobody)).toBe('ADMITTED');
    expect(admitUser(mcl, Y, context, proof, (taken) => equalBytes(taken, Y))).toBe('KEY_TAKEN');
    expect(admitUser(mcl, cast.encodedY(bob), context, proof, nobody)).toBe('INVALID');
  });
});

describe('the messages that are signed', () => {
  const action = {
    action: 'release',
    resource: 'rec-1',
    prevHash: new Uint8Array(32),
    payloadHash: new Uint8Array(32).fill(1),
    notAfterSeconds: 1_800_000_000,
    nonce: new Uint8Array(16),
  };

  it('differ when any field does, wherever fields begin and end', () => {
    const messages = [
      action,
      { ...action, action: 'releaser', resource: 'ec-1' },
      { ...action, prevHash: action.payloadHash },
      { ...action, payloadHash: action.prevHash },
      { ...action, notAfterSeconds: 1 },
      { ...action, nonce: new Uint8Array(16).fill(1) },
    ].map(actionMessage);
    const intents = [['a', 'b'], ['ab'], ['ab', ''], []].map(intentMessage);
    expect(new Set([...messages, ...intents].map((message) => message.join())).size).toBe(10);
  });

  it('are laid out as specified', () => {
    const expected = [...[0, 0, 0, 19], ...utf8('MEDQUORUM-V1-INTENT'), 0, 0, 0, 1, 120, 0, 0, 0, 2, ...utf8('42')];
    expect([...intentMessage(['x', '42'])]).toEqual(expected);
    expect(actionMessage(action)).toHaveLength(4 + 19 + 4 + 7 + 4 + 5 + 36 + 36 + 8 + 16);
  });

  it('refuse nonces and times of another form', () => {
    expect(() => actionMessage({ ...action, nonce: new Uint8Array(15) })).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => actionMessage({ ...action, notAfterSeconds: -1 })).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => actionMessage({ ...action, notAfterSeconds: 1.5 })).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => intentMessage(['\ud800'])).toThrow('MQ_CRYPTO_ARGUMENT');
  });
});
