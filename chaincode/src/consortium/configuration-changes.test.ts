import fc from 'fast-check';
import { CONFIGURATION } from '../testing/founded-consortium.ts';
import { SEED } from '../testing/seed.ts';
import { configurationChanges } from './configuration-changes.ts';
import { type ConsortiumConfiguration, consortiumConfiguration } from './consortium-configuration.ts';

const parsed = (change: object = {}) => consortiumConfiguration({ ...CONFIGURATION, ...change }, 'configuration');
const CLASSES = CONFIGURATION.recordClasses;

/** Configurations of the same members, valid by construction. */
const anyConfiguration: fc.Arbitrary<ConsortiumConfiguration> = fc
  .record({
    recordClasses: fc.uniqueArray(
      fc.record(
        {
          name: fc.constantFrom('clinical', 'claim', 'research'),
          attestations: fc.integer({ min: 1, max: 5 }),
          endorsements: fc.integer({ min: 1, max: 5 }),
          collection: fc.constantFrom('one', 'two'),
          closed: fc.constant(true),
        },
        { requiredKeys: ['name', 'attestations', 'endorsements'] },
      ),
      { selector: ({ name }) => name, minLength: 1 },
    ),
    clockSkewSeconds: fc.constantFrom(60, 300),
    leaseSeconds: fc.constantFrom(60, 900),
  })
  .map(parsed);

describe('changes of a configuration', () => {
  it('are named one by one: a number, a class, a member', () => {
    const [clinical, , segregated] = CLASSES;
    const after = parsed({
      recordClasses: [
        { ...clinical, attestations: 3, closed: true },
        segregated,
        { name: 'new', attestations: 1, endorsements: 2 },
      ],
      leaseSeconds: 60,
      members: CONFIGURATION.members.slice(1),
    });
    expect(configurationChanges(parsed(), after)).toEqual([
      { path: 'leaseSeconds', before: 900, after: 60 },
      { path: 'members.CityHospitalMSP', before: 'hospital', after: undefined },
      { path: 'recordClasses.claim.attestations', before: 2, after: undefined },
      { path: 'recordClasses.claim.endorsements', before: 2, after: undefined },
      { path: 'recordClasses.clinical.attestations', before: 2, after: 3 },
      { path: 'recordClasses.clinical.closed', before: undefined, after: true },
      { path: 'recordClasses.new.attestations', before: undefined, after: 1 },
      { path: 'recordClasses.new.endorsements', before: undefined, after: 2 },
    ]);
  });

  it('are none exactly where two configurations are one, and the same seen from the other side', () => {
    fc.assert(
      fc.property(anyConfiguration, anyConfiguration, (one, other) => {
        const changes = configurationChanges(one, other);
        expect(changes.length === 0).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)));
        expect(configurationChanges(other, one)).toEqual(
          changes.map(({ path, before, after }) => ({ path, before: after, after: before })),
        );
      }),
      { seed: SEED },
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
