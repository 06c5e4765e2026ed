import { sampleBundle } from './testing/sample-charts.ts';
import { resourceErrors } from './validate-resource.ts';

const places = (resource: unknown) => resourceErrors(resource).flatMap(({ expression }) => expression ?? ['-']);

describe('resourceErrors', () => {
  it.each(['chart-1', 'chart-2', 'chart-3', 'directory'] as const)('raises no false alarm on %s', (name) => {
    const wrong = (sampleBundle(name).entry ?? []).filter(({ resource }) => resourceErrors(resource).length > 0);
    expect(wrong).toEqual([]);
  });

  it.each([
    ['an unknown element', { resourceType: 'Patient', nickname: 'x' }, 'Patient.nickname'],
    ['a malformed date', { resourceType: 'Patient', birthDate: '1st of May' }, 'Patient.birthDate'],
    ['a code outside a required value set', { resourceType: 'Patient', gender: 'x' }, 'Patient.gender'],
    ['a missing required element', { resourceType: 'Observation', code: { text: 'x' } }, 'Observation.status'],
    ['a list where one is allowed', { resourceType: 'Patient', gender: ['male'] }, 'Patient.gender'],
    ['an unknown resource type', { resourceType: 'Chart' }, 'resourceType'],
    ['an unknown contained type', { resourceType: 'Patient', contained: [{ resourceType: 'Chart' }] }, 'resourceType'],
    ['an abstract type', { resourceType: 'DomainResource' }, 'resourceType'],
    ['no type', { id: 'x' }, 'resourceType'],
  ])('finds %s and says where', (_what, resource, place) => {
    expect(places(resource)).toContain(place);
  });

  it.each([null, undefined, 3, 'Patient', [], [{}]])('answers %p with an error, not an exception', (value) => {
    expect(resourceErrors(value)).toHaveLength(1);
  });

  it('never repeats what stood in the element', () => {
    const text = JSON.stringify(
      resourceErrors({ resourceType: 'Patient', gender: 'Ada Lovelace', birthDate: 'Ada Lovelace' }),
    );
    expect(text).not.toContain('Lovelace');
  });
});
