import { attestationCounts } from './attestation-counts.ts';

const members = [
  { mspId: 'A', kind: 'hospital' as const },
  { mspId: 'B', kind: 'insurer' as const },
];
const attestation = { mspId: 'A', headerDigest: 'digest' };
const organization = { mspId: 'A', status: 'active' as const };

describe('an attestation', () => {
  it('counts where it is of the digest, and by a member that is not suspended', () => {
    expect(attestationCounts({ members }, attestation, organization, 'digest')).toBe(true);
  });

  it.each([
    ['there is none', {}, undefined, organization],
    ['it is of another digest', {}, { ...attestation, headerDigest: 'other' }, organization],
    ['its organisation is not registered', {}, attestation, undefined],
    ['its organisation is suspended', {}, attestation, { mspId: 'A', status: 'suspended:left' as const }],
    ['the organisation is another', {}, attestation, { mspId: 'B', status: 'active' as const }],
    ['its organisation is no member any more', { members: members.slice(1) }, attestation, organization],
  ])('does not count where %s', (_why, change, attested, by) => {
    expect(attestationCounts({ members, ...change }, attested, by, 'digest')).toBe(false);
  });
});
