import { generateKeyPairSync } from 'node:crypto';
import { MedQuorumError } from '../medquorum-error.ts';
import { CITY } from '../testing/founded-consortium.ts';
import { uuidOf } from '../testing/party.ts';
import { fhirDateTime } from './fhir-date.ts';
import { contentId, encryptionKey, instant, signature, signingKey, uuid } from './identifiers.ts';
import type { Shape } from './shape.ts';

const fits = (shape: Shape<unknown>, value: unknown) => {
  try {
    shape(value, 'it');
    return true;
  } catch (error) {
    if (error instanceof MedQuorumError) return false;
    throw error;
  }
};

describe('identifiers', () => {
  it.each<[string, Shape<unknown>, unknown, boolean]>([
    ['a UUID', uuid, uuidOf('x'), true],
    ['a UUID in capitals', uuid, uuidOf('x').toUpperCase(), false],
    ['a UUID and a line', uuid, `${uuidOf('x')}\n`, false],
    ['a UUID of no version', uuid, '00000000-0000-0000-0000-000000000000', false],
    ['an instant', instant, '2026-02-28T23:59:59.999Z', true],
    ['an instant of a day that is none', instant, '2026-02-29T00:00:00.000Z', false],
    ['an instant with an offset', instant, '2026-02-28T23:59:59.999+01:00', false],
    ['an instant of an hour that is none', instant, '2026-02-28T24:00:00.000Z', false],
    ['a raw CID', contentId, `bafkrei${'a'.repeat(52)}`, true],
    ['a CIDv0', contentId, `Qm${'a'.repeat(44)}`, false],
    ['a signature', signature, 'A'.repeat(86), true],
    ['a signature with bits to spare', signature, `${'A'.repeat(85)}B`, false],
    ['a signing key', signingKey, CITY.signingKey, true],
    ['a signing key of small order', signingKey, 'A'.repeat(43), false],
    ['a signing key with bits to spare', signingKey, `${CITY.signingKey.slice(0, -1)}_`, false],
    ['an X25519 key', encryptionKey, CITY.encryptionKey, true],
    ['an X25519 key of zeros', encryptionKey, { kem: 'X25519', publicKey: 'A'.repeat(43) }, false],
    ['an X25519 key for P-256', encryptionKey, { ...CITY.encryptionKey, kem: 'P-256' }, false],
    ['a P-256 key', encryptionKey, p256Key(), true],
    ['a P-256 point off the curve', encryptionKey, { kem: 'P-256', publicKey: `BA${'A'.repeat(85)}` }, false],
    ['a P-256 key for X25519', encryptionKey, { ...p256Key(), kem: 'X25519' }, false],
    ['a year', fhirDateTime, '2026', true],
    ['a day', fhirDateTime, '2024-02-29', true],
    ['a day that is none', fhirDateTime, '2026-02-29', false],
    ['a time without an offset', fhirDateTime, '2026-02-28T10:00:00', false],
    ['a time with an offset', fhirDateTime, '2026-02-28T10:00:00.5-05:00', true],
  ])('%s', (_, shape, value, expected) => {
    expect(fits(shape, value)).toBe(expected);
  });
});

function p256Key() {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return { kem: 'P-256', publicKey: point.toString('base64url') };
}
