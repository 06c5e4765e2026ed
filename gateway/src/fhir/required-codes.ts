import type { CodeSystem, CodeSystemConcept, Resource, StructureDefinition, ValueSet } from '@medplum/fhirtypes';

const MAX_NESTING = 4;

/**
 * The codes of each value set that some element binds as `required`.
 * Value sets that R4 defines by a filter or by an outside system (UCUM, MIME types, currencies) are left out: not listed means not checked.
 */
export function expandRequiredBindings(
  definitions: readonly StructureDefinition[],
  terminology: readonly Resource[],
): Record<string, string[]> {
  const valueSets = new Map<string, ValueSet>();
  const codeSystems = new Map<string, CodeSystem>();
  for (const resource of terminology) {
    if (resource.resourceType === 'ValueSet' && resource.url !== undefined) valueSets.set(resource.url, resource);
    if (resource.resourceType === 'CodeSystem' && resource.url !== undefined) codeSystems.set(resource.url, resource);
  }

  const expand = (url: string, depth: number): string[] | undefined => {
    const compose = valueSets.get(url)?.compose;
    if (compose === undefined || compose.exclude !== undefined || depth > MAX_NESTING) return undefined;
    const codes: string[] = [];
    for (const { system, concept, filter, valueSet } of compose.include) {
      if (filter !== undefined || (system !== undefined && valueSet !== undefined)) return undefined;
      if (concept !== undefined) codes.push(...concept.map(({ code }) => code));
      else if (system !== undefined) {
        const codeSystem = codeSystems.get(system);
        if (codeSystem?.content !== 'complete') return undefined;
        codes.push(...conceptCodes(codeSystem.concept));
      }
      for (const nested of valueSet ?? []) {
        const inner = expand(nested.split('|')[0] ?? nested, depth + 1);
        if (inner === undefined) return undefined;
        codes.push(...inner);
      }
    }
    return codes;
  };

  const expansions: Record<string, string[]> = {};
  for (const { binding } of definitions.flatMap(({ snapshot }) => snapshot?.element ?? [])) {
    const url = binding?.strength === 'required' ? binding.valueSet?.split('|')[0] : undefined;
    if (url === undefined || expansions[url] !== undefined) continue;
    const codes = expand(url, 0);
    if (codes !== undefined) expansions[url] = codes;
  }
  return expansions;
}

function conceptCodes(concepts: readonly CodeSystemConcept[] | undefined): string[] {
  return (concepts ?? []).flatMap(({ code, concept }) => [code ?? '', ...conceptCodes(concept)]);
}
