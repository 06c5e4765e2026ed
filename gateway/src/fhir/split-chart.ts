import type { Resource } from '@medplum/fhirtypes';
import { referencesOf } from './references.ts';

/** A resource with the literal reference under which others of the chart name it (`Type/id`). */
export type ChartResource = Readonly<{ reference: string; resource: Resource }>;

/** What becomes one record: an encounter's document with what belongs to it, what is the patient's own, or one resource by itself. */
export type ChartPart = Readonly<{
  kind: 'document' | 'patient' | 'resource';
  /** The DocumentReference, Patient or other resource that the record is of. */
  subject: ChartResource;
  /** Everything in the record, the subject first, then in the order of the Bundle. */
  resources: readonly ChartResource[];
}>;

/**
 * Splits a chart: each DocumentReference becomes a record with its Encounter and whatever refers to either of them and to no other; all else
 * joins the patient's own record. An Encounter with several documents goes with the first. References are already literal.
 * @throws RangeError where there is not exactly one Patient: the caller has checked that
 */
export function splitChart(chart: readonly ChartResource[]): readonly ChartPart[] {
  const patients = chart.filter(({ resource }) => resource.resourceType === 'Patient');
  const [patient] = patients;
  if (patient === undefined || patients.length > 1) throw new RangeError('a chart has exactly one Patient');

  const parts = new Map<string, ChartResource[]>();
  const partOf = new Map<string, string>();
  for (const item of chart) {
    if (item.resource.resourceType !== 'DocumentReference') continue;
    parts.set(item.reference, [item]);
    partOf.set(item.reference, item.reference);
    for (const { reference } of item.resource.context?.encounter ?? []) {
      if (reference?.startsWith('Encounter/') && !partOf.has(reference)) partOf.set(reference, item.reference);
    }
  }

  const own: ChartResource[] = [patient];
  for (const item of chart) {
    if (item === patient || parts.has(item.reference)) continue;
    const part = partOf.get(item.reference) ?? onlyPartNamed(item.resource, partOf);
    if (part === undefined) own.push(item);
    else parts.get(part)?.push(item);
  }

  const documents = [...parts.values()].map((resources) => part('document', resources));
  return [part('patient', own), ...documents];
}

/** The one record whose document or encounter this resource refers to; a resource that names several (Provenance) belongs to none. */
function onlyPartNamed(resource: Resource, partOf: ReadonlyMap<string, string>): string | undefined {
  const named = new Set(
    referencesOf(resource)
      .map(({ reference }) => partOf.get(reference))
      .filter((part) => part !== undefined),
  );
  return named.size === 1 ? [...named][0] : undefined;
}

function part(kind: ChartPart['kind'], resources: readonly ChartResource[]): ChartPart {
  const [subject] = resources;
  if (subject === undefined) throw new RangeError('a part has its subject first');
  return { kind, subject, resources };
}
