import { X509Certificate } from 'node:crypto';
import { BoundedCache } from './bounded-cache.ts';
import { certificateExpiryMs } from './certificate-expiry.ts';
import { MspManager } from './msp-manager.ts';
import { SigningIdentity, serializeIdentity } from './signing-identity.ts';
import { otherS, withOtherOuterS } from './testing/high-s.ts';
import { TestAuthority } from './testing/test-authority.ts';

const HOUR_MS = 3600_000;
let authority: TestAuthority;
let msps: MspManager;

beforeAll(async () => {
  authority = await TestAuthority.create('Org1MSP');
  const other = await TestAuthority.create('Org2MSP');
  msps = new MspManager([authority.mspConfig(), other.mspConfig()]);
});

describe('deserialising an identity', () => {
  it('takes a certificate of the organisation, with the role of its unit and of a member', async () => {
    const { serialized } = await authority.signer({ ou: 'peer' });
    const identity = msps.deserialize(serialized);
    expect(identity.invalidReason).toBeUndefined();
    expect(['member', 'admin', 'client', 'peer', 'orderer'].filter((role) => identity.hasRole(role as 'peer'))).toEqual(
      ['member', 'peer'],
    );
  });

  it('refuses a certificate of a foreign authority, of another organisation and of an unknown one', async () => {
    const foreign = await TestAuthority.create('Org1MSP');
    const [forged, own] = await Promise.all([foreign.issue(), authority.issue()]);
    for (const [mspId, { certificatePem }, code] of [
      ['Org1MSP', forged, 'MQ_IDENTITY_MALFORMED'],
      ['Org2MSP', own, 'MQ_IDENTITY_MALFORMED'],
      ['Org9MSP', own, 'MQ_MSP_UNKNOWN'],
    ] as const) {
      expect(() => msps.deserialize(serializeIdentity(mspId, certificatePem))).toThrow(
        expect.objectContaining({ code }),
      );
    }
  });

  it('refuses what is no certificate and bytes that are no identity', () => {
    expect(msps.find(serializeIdentity('Org1MSP', 'hello'))).toBeUndefined();
    expect(msps.find(Buffer.from('hello'))).toBeUndefined();
  });

  it('accepts a certificate that is not valid yet, and an expired one: expiry is asked apart', async () => {
    const future = await authority.signer({ notBefore: new Date(Date.now() + HOUR_MS) });
    expect(msps.deserialize(future.serialized).invalidReason).toBeUndefined();
    const past = await authority.signer({ notAfter: new Date(Date.now() - HOUR_MS / 2) });
    const identity = msps.deserialize(past.serialized);
    expect(identity.invalidReason).toBeUndefined();
    expect(certificateExpiryMs(past.serialized)).toBe(identity.certificate.validToDate.getTime());
    expect(certificateExpiryMs(past.serialized)).toBeLessThan(Date.now());
  });

  it('refuses a certificate that begins before its authority', async () => {
    const older = await authority.signer({ notBefore: new Date(Date.now() - 24 * HOUR_MS) });
    expect(msps.find(older.serialized)).toBeUndefined();
  });

  it.each([
    ['no unit', '', /no organisational unit/],
    ['an unknown unit', 'visitor', /no organisational unit/],
    ['two roles', ['client', 'peer'], /more than one/],
  ])('knows but does not admit a certificate with %s', async (_, ou, reason) => {
    const identity = msps.deserialize((await authority.signer({ ou })).serialized);
    expect(identity.invalidReason).toMatch(reason);
    expect(identity.hasRole('member')).toBe(false);
  });

  it('does not admit an authority as an identity', async () => {
    const { certificatePem } = await authority.subordinate('below');
    expect(msps.deserialize(serializeIdentity('Org1MSP', certificatePem)).invalidReason).toMatch(/authority/);
  });

  it('makes an administrator of a listed certificate whatever its unit', async () => {
    const { certificatePem } = await authority.issue({ ou: 'client' });
    const manager = new MspManager([authority.mspConfig({ admins: [certificatePem] })]);
    expect(manager.deserialize(serializeIdentity('Org1MSP', certificatePem)).hasRole('admin')).toBe(true);
  });
});

describe('intermediate authorities', () => {
  it('admits certificates of the intermediate and no longer those of the root', async () => {
    const intermediate = await authority.subordinate('intermediate');
    const manager = new MspManager([authority.mspConfig({ intermediateCerts: [intermediate.certificatePem] })]);
    const [below, beside] = await Promise.all([intermediate.signer(), authority.signer()]);
    expect(manager.deserialize(below.serialized).invalidReason).toBeUndefined();
    expect(manager.deserialize(beside.serialized).invalidReason).toMatch(/only issues authorities/);
  });

  it('refuses a configuration whose intermediate hangs in the air', async () => {
    const stranger = await (await TestAuthority.create('Org1MSP')).subordinate('stranger');
    expect(() => new MspManager([authority.mspConfig({ intermediateCerts: [stranger.certificatePem] })])).toThrow(
      expect.objectContaining({ code: 'MQ_MSP_CONFIG' }),
    );
  });
});

describe('revocation', () => {
  it('counts from the moment the configuration is taken over, and only when the authority signed the list', async () => {
    const manager = new MspManager([authority.mspConfig()]);
    const { certificatePem } = await authority.issue();
    const serialized = serializeIdentity('Org1MSP', certificatePem);
    expect(manager.deserialize(serialized).invalidReason).toBeUndefined();
    const { serialNumber } = new X509Certificate(certificatePem);
    const forged = await (await TestAuthority.create('Org1MSP')).revoke(serialNumber);
    manager.update(authority.mspConfig({ revocationList: [forged] }));
    expect(manager.deserialize(serialized).invalidReason).toBeUndefined();
    manager.update(authority.mspConfig({ revocationList: [await authority.revoke('4242', serialNumber)] }));
    expect(manager.deserialize(serialized).invalidReason).toMatch(/revoked/);
  });

  it('keeps the configuration in force when the new one cannot be read', async () => {
    const { serialized } = await authority.signer();
    expect(() => msps.update(authority.mspConfig({ revocationList: ['rubbish'] }))).toThrow(/revocation list/);
    expect(msps.deserialize(serialized).invalidReason).toBeUndefined();
  });
});

describe('signatures', () => {
  it('hold for the message, the key and low S only', async () => {
    const signer = await authority.signer();
    const identity = msps.deserialize(signer.serialized);
    const message = Buffer.from('message');
    const signature = signer.sign(message);
    expect(identity.verify(message, signature)).toBe(true);
    expect(identity.verify(message, otherS(signature))).toBe(false);
    expect(identity.verify(Buffer.from('massage'), signature)).toBe(false);
    expect(identity.verify(message, Buffer.from('garbage'))).toBe(false);
    expect(identity.verify(message, Buffer.concat([signature, Buffer.from([0])]))).toBe(false);
  });

  it('does not take a remembered signature for that of other bytes', async () => {
    const signer = await authority.signer();
    const identity = msps.deserialize(signer.serialized);
    const signature = signer.sign(Buffer.from('a'));
    msps.remember(identity, Buffer.from('a'), signature);
    expect(msps.verify(identity, Buffer.from('a'), signature)).toBe(true);
    expect(msps.verify(identity, Buffer.from('b'), signature)).toBe(false);
  });

  it('counts one certificate once, even when its outer signature was rewritten', async () => {
    const { certificatePem, privateKeyPem } = await authority.issue({ ou: 'peer' });
    const der = new X509Certificate(certificatePem).raw;
    const first = new SigningIdentity('Org1MSP', certificatePem, privateKeyPem);
    const twin = new SigningIdentity('Org1MSP', rewriteOuterSignature(der), privateKeyPem);
    expect(Buffer.from(twin.serialized).equals(first.serialized)).toBe(false);
    const data = Buffer.from('endorsed');
    const signed = [first, twin, first].map(({ serialized }, index) => ({
      data,
      identity: serialized,
      signature: [first, twin, first][index]?.sign(data) ?? Buffer.alloc(0),
    }));
    expect(msps.signers(signed)).toHaveLength(1);
  });

  it('leaves out what is unparsable, foreign or wrongly signed and keeps the rest', async () => {
    const good = await authority.signer({ ou: 'peer' });
    const stranger = await (await TestAuthority.create('Org1MSP')).signer({ ou: 'peer' });
    const data = Buffer.from('endorsed');
    const found = msps.signers([
      { data, identity: Buffer.from('rubbish'), signature: Buffer.alloc(8) },
      { data, identity: stranger.serialized, signature: stranger.sign(data) },
      { data, identity: good.serialized, signature: stranger.sign(data) },
      { data, identity: good.serialized, signature: good.sign(data) },
    ]);
    expect(found.map(({ mspId }) => mspId)).toEqual(['Org1MSP']);
  });
});

describe('the cache', () => {
  it('forgets what was not used for longest', () => {
    const cache = new BoundedCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([1, undefined, 3, 2]);
  });
});

/** The same certificate with the other valid S in its authority's signature. */
function rewriteOuterSignature(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(withOtherOuterS(der)).toString('base64')}\n-----END CERTIFICATE-----\n`;
}
