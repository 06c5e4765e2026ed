import type { Bundle, Resource } from '@medplum/fhirtypes';
import { FhirError } from './fhir-error.ts';
import { type BundleEntry, MAX_BUNDLE_ENTRIES, readBundle } from './read-bundle.ts';
import { referencesOf } from './references.ts';
import { type ReferenceDirectory, resolveReferences } from './resolve-references.ts';
import { splitChart } from './split-chart.ts';
import { sampleBundle } from './testing/sample-charts.ts';

const bySampleDirectory = (): ReferenceDirectory => {
  const known = (sampleBundle('directory').entry ?? []).map(
    ({ resource }) => resource as Resource & { identifier?: { system?: string; value?: string }[] },
  );
  return {
    findByIdentifier: async (type, system, value) =>
      known
        .filter((resource) => resource.resourceType === type)
        .filter(({ identifier }) => identifier?.some((own) => own.system === system && own.value === value))
        .map(({ id }) => id ?? ''),
    has: async () => false,
  };
};
const idOf = (entry: BundleEntry) => `r${entry.index}`;
const patientEntry = (resource: object = { resourceType: 'Patient' }) => ({
  fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  resource,
  request: { method: 'POST', url: 'Patient' },
});
const caught = async (run: () => unknown): Promise<FhirError> => {
  try {
    await run();
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('readBundle', () => {
  it('reads a real chart', () => {
    const { type, entries, failures } = readBundle(sampleBundle('chart-1'));
    expect({ type, entries: entries.length, failures }).toEqual({ type: 'transaction', entries: 76, failures: [] });
  });

  it.each([
    ['not a Bundle', { resourceType: 'Patient' }, 'resourceType'],
    ['not an object', 'Bundle', 'resourceType'],
    ['a searchset', { resourceType: 'Bundle', type: 'searchset', entry: [patientEntry()] }, 'Bundle.type'],
    ['no entries', { resourceType: 'Bundle', type: 'batch', entry: [] }, 'Bundle.entry'],
  ])('refuses %s', async (_what, body, place) => {
    const error = await caught(() => readBundle(body));
    expect(error.code).toBe('MQ_FHIR_BUNDLE_INVALID');
    expect(error.issues[0]?.expression).toEqual([place]);
  });

  it('takes as many entries as the limit and not one more', async () => {
    const bundle = (count: number) => ({
      resourceType: 'Bundle',
      type: 'batch',
      entry: Array.from({ length: count }, () => ({})),
    });
    expect(readBundle(bundle(MAX_BUNDLE_ENTRIES)).failures).toHaveLength(MAX_BUNDLE_ENTRIES);
    expect((await caught(() => readBundle(bundle(MAX_BUNDLE_ENTRIES + 1)))).code).toBe('MQ_FHIR_TOO_MANY_ENTRIES');
  });

  it.each([
    [
      'an invalid resource',
      patientEntry({ resourceType: 'Patient', gender: 'x' }),
      'MQ_FHIR_INVALID',
      'Bundle.entry[0].resource.gender',
    ],
    [
      'a DELETE',
      { ...patientEntry(), request: { method: 'DELETE', url: 'Patient/1' } },
      'MQ_FHIR_NOT_SUPPORTED',
      'Bundle.entry[0].request.method',
    ],
    [
      'a POST to another type',
      { ...patientEntry(), request: { method: 'POST', url: 'Group' } },
      'MQ_FHIR_BUNDLE_INVALID',
      'Bundle.entry[0].request.url',
    ],
    [
      'a PUT without its id',
      { ...patientEntry(), request: { method: 'PUT', url: 'Patient' } },
      'MQ_FHIR_BUNDLE_INVALID',
      'Bundle.entry[0].request.url',
    ],
    [
      'no request',
      { resource: { resourceType: 'Patient' } },
      'MQ_FHIR_NOT_SUPPORTED',
      'Bundle.entry[0].request.method',
    ],
  ])('finds %s in an entry and goes on', (_what, entry, code, place) => {
    const { entries, failures } = readBundle({ resourceType: 'Bundle', type: 'batch', entry: [entry, patientEntry()] });
    expect(entries.map(({ index }) => index)).toEqual([1]);
    expect(failures.map(({ index, error }) => [index, error.code, error.issues[0]?.expression])).toEqual([
      [0, code, [place]],
    ]);
  });

  it('refuses a fullUrl that stands twice', () => {
    const { failures } = readBundle({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [patientEntry(), patientEntry()],
    });
    expect(failures.map(({ index, error }) => [index, error.code])).toEqual([[1, 'MQ_FHIR_BUNDLE_INVALID']]);
  });
});

describe('resolveReferences', () => {
  it('makes every reference of a real chart literal', async () => {
    const { entries } = readBundle(sampleBundle('chart-2'));
    const chart = await resolveReferences(entries, idOf, bySampleDirectory());
    const literal = chart.flatMap(({ resource }) => referencesOf(resource).map(({ reference }) => reference));
    expect(literal.length).toBeGreaterThan(300);
    expect(literal.filter((reference) => !/^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(reference))).toEqual([]);
    expect(chart.every(({ reference, resource }) => reference === `${resource.resourceType}/${resource.id}`)).toBe(
      true,
    );
  });

  it('leaves contained references alone', async () => {
    const { entries } = readBundle(sampleBundle('chart-1'));
    const chart = await resolveReferences(entries, idOf, bySampleDirectory());
    expect(chart.some(({ resource }) => JSON.stringify(resource).includes('"reference":"#coverage"'))).toBe(true);
  });

  it.each([
    'urn:uuid:00000000-0000-4000-8000-00000000dead',
    'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|0',
    'Practitioner/unknown',
    'https://elsewhere.example/fhir/Practitioner/1',
    'Practitioner?name=x',
    'Practitioner?identifier=%|%',
  ])('refuses %s, which resolves to nothing, and says where it stands', async (reference) => {
    const { entries } = readBundle({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [patientEntry({ resourceType: 'Patient', generalPractitioner: [{ reference }] })],
    });
    const error = await caught(() => resolveReferences(entries, idOf, bySampleDirectory()));
    expect(error.code).toBe('MQ_FHIR_REFERENCE_UNRESOLVED');
    expect(error.issues[0]?.expression).toEqual(['Bundle.entry[0].resource.generalPractitioner[0].reference']);
  });

  it('refuses a conditional reference with two matches', async () => {
    const twice: ReferenceDirectory = { findByIdentifier: async () => ['a', 'b'], has: async () => false };
    const { entries } = readBundle(sampleBundle('chart-1'));
    expect((await caught(() => resolveReferences(entries, idOf, twice))).code).toBe('MQ_FHIR_REFERENCE_UNRESOLVED');
  });
});

describe('splitChart', () => {
  const split = async (bundle: Bundle) =>
    splitChart(await resolveReferences(readBundle(bundle).entries, idOf, bySampleDirectory()));

  it.each([
    ['chart-1', 4],
    ['chart-2', 3],
    ['chart-3', 4],
  ] as const)('makes of %s one record per encounter document and the patient’s own', async (name, documents) => {
    const bundle = sampleBundle(name);
    const parts = await split(bundle);
    expect(parts.map(({ kind }) => kind)).toEqual(['patient', ...Array.from({ length: documents }, () => 'document')]);
    expect(parts.flatMap(({ resources }) => resources)).toHaveLength(bundle.entry?.length ?? 0);
    expect(new Set(parts.flatMap(({ resources }) => resources.map(({ reference }) => reference))).size).toBe(
      bundle.entry?.length,
    );
  });

  it('puts an encounter and what refers to it with its document, and what names several with the patient', async () => {
    const parts = await split(sampleBundle('chart-2'));
    const typesOf = (kind: string) =>
      new Set(
        parts
          .filter((part) => part.kind === kind)
          .flatMap(({ resources }) => resources.map(({ resource }) => resource.resourceType)),
      );
    expect([...typesOf('patient')].sort()).toEqual(['Device', 'Medication', 'Patient', 'Provenance', 'SupplyDelivery']);
    expect([...typesOf('document')]).toEqual(
      expect.arrayContaining(['DocumentReference', 'Encounter', 'Claim', 'Observation', 'Condition']),
    );
    for (const { kind, resources } of parts) {
      if (kind === 'document')
        expect(resources.filter(({ resource }) => resource.resourceType === 'Encounter')).toHaveLength(1);
    }
  });

  it('gives an encounter with two documents to the first', () => {
    const chart = [
      { reference: 'Patient/p', resource: { resourceType: 'Patient' } },
      { reference: 'Encounter/e', resource: { resourceType: 'Encounter' } },
      ...['d1', 'd2'].map((id) => ({
        reference: `DocumentReference/${id}`,
        resource: { resourceType: 'DocumentReference', context: { encounter: [{ reference: 'Encounter/e' }] } },
      })),
    ] as Parameters<typeof splitChart>[0];
    expect(splitChart(chart).map(({ resources }) => resources.map(({ reference }) => reference))).toEqual([
      ['Patient/p'],
      ['DocumentReference/d1', 'Encounter/e'],
      ['DocumentReference/d2'],
    ]);
  });

  it('needs exactly one patient', () => {
    expect(() => splitChart([])).toThrow(RangeError);
  });
});
