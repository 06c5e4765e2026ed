import fc from 'fast-check';
import { acceptedFlips } from '../testing/adversarial-bytes.ts';
import { FC, runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { hpkeKeyPair } from './hpke.ts';
import { deriveDelegatingKey, deriveSigningSeed, deriveUskOctets, randomRoot, seedCommitment } from './key-tree.ts';
import { openShare, recoverRoot, sealShare, splitRoot } from './recovery.ts';
import { type SecretShare, shamirCombine, shamirSplit } from './secret-sharing.ts';

const random = seededRandom('recovery');
const root = randomRoot(random);
const scope = { channel: 'ehr', patientRef: 'patient/7f3a', generation: 3 };
const keyPairs = ['north', 'south', 'east'].map((name) => ({ name, ...hpkeKeyPair(random) }));
const authorities = keyPairs.map(({ name, pkR }) => ({ name, publicKey: pkR }));
const { record, sealed } = splitRoot(root, scope, 2, authorities, random);
const shares = keyPairs.map(
  ({ name, skR }, i) => openShare(scope, name, i + 1, skR, sealed[i] as Uint8Array) as SecretShare,
);
const [share1, share2, share3] = shares as [SecretShare, SecretShare, SecretShare];
const [north] = keyPairs as [(typeof keyPairs)[0]];

describe('secret sharing', () => {
  it('gives the secret back from any t of n shares, in any order', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(4),
        (secret, t, more) => {
          const split = shamirSplit(secret, t, t + more, random).toReversed();
          expect(shamirCombine(split.slice(0, t))).toEqual(secret);
        },
      ),
      FC,
    );
  });

  it('works at 255 shares, refuses more, and t outside 1..n', () => {
    const secret = random.bytes(4);
    expect(shamirCombine(shamirSplit(secret, 3, 255, random).slice(-3))).toEqual(secret);
    for (const [t, n] of [
      [3, 256],
      [0, 3],
      [4, 3],
      [1.5, 3],
    ] as const) {
      expect(() => shamirSplit(secret, t, n, random)).toThrow('MQ_CRYPTO_ARGUMENT');
    }
    expect(() => shamirCombine([])).toThrow('MQ_CRYPTO_ARGUMENT');
  });

  it('leaves every secret possible to fewer than t shares', () => {
    // for t = 2 and one byte: each share value occurs once over all coefficients, whatever the secret
    const values = (secret: number) =>
      Array.from({ length: 256 }, (_, coefficient) => {
        const source = { bytes: () => Uint8Array.of(coefficient) };
        return shamirSplit(Uint8Array.of(secret), 2, 7, source)[6]?.value[0];
      });
    for (const secret of [0, 1, 0x53, 0xff]) expect(new Set(values(secret)).size).toBe(256);
  });
});

describe('recovery', () => {
  it('opens, releases to a new key and recovers', () => {
    const device = hpkeKeyPair(random);
    const released = [share3, share1].map((share, i) => {
      const { name } = keyPairs[i === 0 ? 2 : 0] as (typeof keyPairs)[0];
      const bytes = sealShare(scope, name, share, device.pkR, 'RELEASE', random);
      expect(openShare(scope, name, share.index, device.skR, bytes, 'SEAL')).toBeUndefined();
      return openShare(scope, name, share.index, device.skR, bytes, 'RELEASE') as SecretShare;
    });
    expect(recoverRoot(record, released)).toEqual({ valid: true, root });
  });

  it.each([
    ['TOO_FEW', () => recoverRoot(record, [share1])],
    ['INDEX', () => recoverRoot(record, [share1, share1])],
    ['INDEX', () => recoverRoot(record, [share1, { ...share2, index: 0 }])],
    ['INDEX', () => recoverRoot(record, [share1, { ...share2, index: 4 }])],
    ['BAD_SHARE', () => recoverRoot(record, [share1, { ...share2, index: 3 }])],
    ['BAD_SHARE', () => recoverRoot(record, [share1, { ...share2, value: share2.value.slice(1) }])],
    ['BAD_SHARE', () => recoverRoot({ ...record, generation: 4 }, [share1, share2])],
    ['BAD_SHARE', () => recoverRoot({ ...record, patientRef: 'patient/7f3b' }, [share1, share2])],
    ['BAD_SHARE', () => recoverRoot({ ...record, channel: 'x' }, [share1, share2])],
    ['BAD_SEED', () => recoverRoot({ ...record, seedCommitment: new Uint8Array(32) }, [share1, share2])],
  ])('answers %s, case %#', (error, act) => expect(act()).toEqual({ valid: false, error }));

  it('looks at the first t shares only', () => {
    expect(recoverRoot(record, [share1, share2, { index: 3, value: new Uint8Array(32) }]).valid).toBe(true);
  });

  it('accepts no flipped byte of a share or a sealed share', () => {
    const recovers = (value: Uint8Array) => recoverRoot(record, [{ index: 1, value }, share2]).valid;
    expect(acceptedFlips(share1.value, recovers)).toEqual([]);
    const opens = (bytes: Uint8Array) => openShare(scope, 'north', 1, north.skR, bytes) !== undefined;
    expect(acceptedFlips(sealed[0] as Uint8Array, opens)).toEqual([]);
  });

  it('opens only for authority, patient, generation, index and key', () => {
    const bytes = sealed[0] as Uint8Array;
    const { skR } = north;
    expect(openShare(scope, 'north', 1, skR, bytes)).toEqual(share1);
    expect(openShare(scope, 'south', 1, skR, bytes)).toBeUndefined();
    expect(openShare(scope, 'north', 2, skR, bytes)).toBeUndefined();
    expect(openShare({ ...scope, generation: 4 }, 'north', 1, skR, bytes)).toBeUndefined();
    expect(openShare({ ...scope, patientRef: 'p' }, 'north', 1, skR, bytes)).toBeUndefined();
    expect(openShare({ ...scope, channel: 'x' }, 'north', 1, skR, bytes)).toBeUndefined();
    expect(openShare(scope, 'north', 1, hpkeKeyPair(random).skR, bytes)).toBeUndefined();
    expect(openShare(scope, 'north', 1, skR, bytes.slice(0, -1))).toBeUndefined();
    expect(() => sealShare(scope, 'north', { index: 0, value: root }, north.pkR)).toThrow('MQ_CRYPTO_ARGUMENT');
    expect(() => sealShare(scope, 'north', { index: 1, value: root.slice(1) }, north.pkR)).toThrow(
      'MQ_CRYPTO_ARGUMENT',
    );
  });
});

describe('key tree', () => {
  it('gives distinct keys for distinct purposes, channels, labels and generations', () => {
    const names = fc.tuple(fc.constantFrom('ehr', 'ehr2'), fc.constantFrom('a', 'b'), fc.nat(1));
    fc.assert(
      fc.property(names, names, ([channelA, labelA, a], [channelB, labelB, b]) => {
        const samePre =
          deriveDelegatingKey(root, channelA, labelA, a) === deriveDelegatingKey(root, channelB, labelB, b);
        expect(samePre).toBe(channelA === channelB && labelA === labelB && a === b);
        const sameSign = Buffer.from(deriveSigningSeed(root, channelA, a)).equals(deriveSigningSeed(root, channelB, b));
        expect(sameSign).toBe(channelA === channelB && a === b);
      }),
      runs(50),
    );
    expect(deriveUskOctets(root, 'ehr')).not.toEqual(deriveSigningSeed(root, 'ehr', 0));
    expect(seedCommitment(root, 'ehr', 'p')).not.toEqual(seedCommitment(root, 'ehr', 'q'));
  });

  it('refuses roots and generations out of range', () => {
    expect(() => deriveUskOctets(root.slice(1), 'ehr')).toThrow('MQ_CRYPTO_ARGUMENT');
    for (const generation of [-1, 2 ** 32, 0.5]) {
      expect(() => deriveSigningSeed(root, 'ehr', generation)).toThrow('MQ_CRYPTO_ARGUMENT');
    }
  });
});
