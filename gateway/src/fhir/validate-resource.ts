import { existsSync, readFileSync } from 'node:fs';
import { loadDataType, OperationOutcomeError, type TypedValueWithPath, validateResource } from '@medplum/core';
import type { OperationOutcomeIssue, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { COMPACT_DEFINITIONS_FILE, type CompactDefinitions, writeCompactDefinitions } from './compact-definitions.ts';

type Definitions = Readonly<{
  resources: ReadonlyMap<string, StructureDefinition>;
  requiredCodes: ReadonlyMap<string, ReadonlySet<string>>;
}>;

let cached: Definitions | undefined;
const loaded = new Set<string>();

/** Datatypes are indexed at once, resource types when the first of them is seen: an idle gateway pays for none. */
function definitions(): Definitions {
  if (cached !== undefined) return cached;
  if (!existsSync(COMPACT_DEFINITIONS_FILE)) writeCompactDefinitions();
  const compact = JSON.parse(readFileSync(COMPACT_DEFINITIONS_FILE, 'utf8')) as CompactDefinitions;
  const resources = new Map<string, StructureDefinition>();
  for (const definition of compact.definitions) {
    if (definition.kind === 'resource' && definition.derivation !== 'constraint')
      resources.set(definition.type, definition);
    else loadDataType(definition);
  }
  const requiredCodes = new Map(Object.entries(compact.requiredCodes).map(([url, codes]) => [url, new Set(codes)]));
  cached = { resources, requiredCodes };
  return cached;
}

function ensureLoaded(type: string): boolean {
  if (loaded.has(type)) return true;
  const definition = definitions().resources.get(type);
  if (definition === undefined || definition.abstract) return false;
  loadDataType(definition);
  loaded.add(type);
  return true;
}

/** Codes with a required binding must come from its value set (https://hl7.org/fhir/R4/terminologies.html#required). */
function bindingErrors(tokens: Readonly<Record<string, TypedValueWithPath[]>>): OperationOutcomeIssue[] {
  const { requiredCodes } = definitions();
  return Object.entries(tokens).flatMap(([valueSet, values]) => {
    const allowed = requiredCodes.get(valueSet.split('|')[0] ?? '');
    if (allowed === undefined) return [];
    return values
      .filter(({ value }) => codesOf(value).some((code) => !allowed.has(code)))
      .map(({ path }) => issue('code-invalid', `the code is not of the required value set ${valueSet}`, path));
  });
}

function codesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if ('coding' in value && Array.isArray(value.coding)) return value.coding.flatMap(codesOf);
  return 'code' in value && typeof value.code === 'string' ? [value.code] : [];
}

/** Every type that stands in a resource, contained ones and bundle entries included; bounded by the body limit. */
function resourceTypesIn(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) resourceTypesIn(item, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if ('resourceType' in value && typeof value.resourceType === 'string') found.add(value.resourceType);
  for (const child of Object.values(value)) resourceTypesIn(child, found);
}

/** Is this the name of a concrete FHIR R4 resource type? */
export function isResourceType(type: string): boolean {
  return definitions().resources.get(type)?.abstract === false;
}

/**
 * Checks a resource against the FHIR R4 definitions: structure, cardinality, primitive formats, invariants.
 * @returns errors only, each with the path of the element; empty means valid. Never throws on client input.
 */
export function resourceErrors(resource: unknown): readonly OperationOutcomeIssue[] {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) {
    return [issue('structure', 'a resource is a JSON object', '')];
  }
  const types = new Set<string>();
  resourceTypesIn(resource, types);
  const { resourceType } = resource as { resourceType?: unknown };
  if (typeof resourceType !== 'string') return [issue('required', 'resourceType is missing', 'resourceType')];
  for (const type of types) {
    if (!ensureLoaded(type))
      return [issue('not-supported', `${JSON.stringify(type)} is not a resource type of FHIR R4`, 'resourceType')];
  }
  try {
    const tokens: Record<string, TypedValueWithPath[]> = {};
    const structural = validateResource(resource as Resource, { collect: { tokens } }).filter(
      ({ severity }) => severity === 'error' || severity === 'fatal',
    );
    return [...structural, ...bindingErrors(tokens)];
  } catch (cause) {
    if (cause instanceof OperationOutcomeError) return cause.outcome.issue;
    // FHIRPath invariants are evaluated on untrusted values; whatever they choke on is the caller's input, not our fault.
    return [
      issue(
        'structure',
        'the resource cannot be checked: an element has a value its type does not allow',
        resourceType,
      ),
    ];
  }
}

function issue(code: OperationOutcomeIssue['code'], text: string, expression: string): OperationOutcomeIssue {
  return { severity: 'error', code, details: { text }, ...(expression === '' ? {} : { expression: [expression] }) };
}
