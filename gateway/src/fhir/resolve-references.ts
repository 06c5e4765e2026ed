import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import { FhirError } from './fhir-error.ts';
import type { BundleEntry } from './read-bundle.ts';
import { referencesOf, withReferences } from './references.ts';
import type { ChartResource } from './split-chart.ts';

/** What this gateway knows beyond the Bundle: practitioners, organisations, locations, and what it stored before. */
export interface ReferenceDirectory {
  /** Ids of the resources of this type with this identifier; a well-kept directory has none or one. */
  findByIdentifier(resourceType: string, system: string, value: string): Promise<readonly string[]>;
  has(resourceType: string, id: string): Promise<boolean>;
}

const MAX_REPORTED_ISSUES = 50;

/**
 * Makes every reference of the entries literal (`Type/id`): to another entry by its fullUrl, to what the directory knows by id or by a
 * conditional reference `Type?identifier=system|value` (https://hl7.org/fhir/R4/http.html#trules).
 * @param assignId the id under which the resource of an entry will stand
 * @throws FhirError MQ_FHIR_REFERENCE_UNRESOLVED naming the places of all references that resolve to nothing, or to several
 */
export async function resolveReferences(
  entries: readonly BundleEntry[],
  assignId: (entry: BundleEntry) => string,
  directory: ReferenceDirectory,
): Promise<readonly ChartResource[]> {
  const literals = new Map<string, string>();
  const own = entries.map((entry) => {
    const id = assignId(entry);
    const literal = `${entry.resource.resourceType}/${id}`;
    if (entry.fullUrl !== undefined) literals.set(entry.fullUrl, literal);
    if (entry.method === 'PUT') literals.set(literal, literal);
    return { entry, id, literal };
  });

  const issues: OperationOutcomeIssue[] = [];
  for (const { entry } of own) {
    for (const { reference, path } of referencesOf(entry.resource)) {
      if (literals.has(reference)) continue;
      const resolved = await lookUp(reference, directory);
      if (resolved !== undefined) literals.set(reference, resolved);
      else
        issues.push(
          unresolved(`Bundle.entry[${entry.index}].resource${path.slice(entry.resource.resourceType.length)}`),
        );
    }
  }
  if (issues.length > 0) {
    const [first] = issues;
    throw new FhirError(
      'MQ_FHIR_REFERENCE_UNRESOLVED',
      `${issues.length} references resolve to nothing here, the first at ${first?.expression?.[0]}; post what they name first`,
      issues.slice(0, MAX_REPORTED_ISSUES),
    );
  }
  return own.map(({ entry, id, literal }) => ({
    reference: literal,
    resource: { ...withReferences(entry.resource, (reference) => literals.get(reference) ?? reference), id },
  }));
}

const LITERAL = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/;
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?identifier=([^|&]*)\|([^|&]+)$/;

async function lookUp(reference: string, directory: ReferenceDirectory): Promise<string | undefined> {
  const [, literalType, id] = LITERAL.exec(reference) ?? [];
  if (literalType !== undefined && id !== undefined) {
    return (await directory.has(literalType, id)) ? reference : undefined;
  }
  const [, type, system, value] = CONDITIONAL.exec(reference) ?? [];
  if (type === undefined || system === undefined || value === undefined) return undefined;
  const ids = await directory.findByIdentifier(type, decodeURIComponentSafely(system), decodeURIComponentSafely(value));
  return ids.length === 1 ? `${type}/${ids[0]}` : undefined;
}

/** Servers write the query with and without percent escapes; a stray percent sign is taken as it stands. */
function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unresolved(expression: string): OperationOutcomeIssue {
  return {
    severity: 'error',
    code: 'not-found',
    details: { text: 'the reference resolves to nothing here' },
    expression: [expression],
  };
}
