import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import { FhirError } from './fhir-error.ts';
import { isResourceType, resourceErrors } from './validate-resource.ts';

/** The largest chart of the sample data has 613 entries; a body limit bounds the bytes. */
export const MAX_BUNDLE_ENTRIES = 5000;
const MAX_REPORTED_ISSUES = 50;

export type BundleEntry = Readonly<{
  index: number;
  /** How other entries of the bundle refer to this one: `urn:uuid:...` or an absolute URL. */
  fullUrl: string | undefined;
  method: 'POST' | 'PUT';
  /** `If-None-Exist` of a conditional create: `identifier=system|value`. */
  ifNoneExist: string | undefined;
  /** Of `PUT Type/id`. */
  id: string | undefined;
  resource: Resource;
}>;

export type BundleRequest = Readonly<{ type: 'transaction' | 'batch'; entries: readonly BundleEntry[] }>;
export type EntryFailure = Readonly<{ index: number; error: FhirError }>;

/**
 * Reads a FHIR R4 transaction or batch Bundle (https://hl7.org/fhir/R4/http.html#transaction).
 * @returns the well-formed entries and, apart, what is wrong with each of the others. The caller decides: a transaction with a failure is refused
 * whole, a batch goes on without it.
 * @throws FhirError MQ_FHIR_BUNDLE_INVALID or MQ_FHIR_TOO_MANY_ENTRIES where the Bundle itself cannot be read
 */
export function readBundle(body: unknown): BundleRequest & Readonly<{ failures: readonly EntryFailure[] }> {
  const { resourceType, type, entry } = asObject(body);
  if (resourceType !== 'Bundle') throw invalidBundle('the body is not a Bundle', 'resourceType');
  if (type !== 'transaction' && type !== 'batch')
    throw invalidBundle('a Bundle of type transaction or batch is taken here', 'Bundle.type');
  if (!Array.isArray(entry) || entry.length === 0)
    throw invalidBundle('a Bundle without entries writes nothing', 'Bundle.entry');
  if (entry.length > MAX_BUNDLE_ENTRIES) {
    throw new FhirError(
      'MQ_FHIR_TOO_MANY_ENTRIES',
      `${entry.length} entries; at most ${MAX_BUNDLE_ENTRIES} in one Bundle`,
    );
  }
  const entries: BundleEntry[] = [];
  const failures: EntryFailure[] = [];
  const fullUrls = new Set<string>();
  for (const [index, item] of entry.entries()) {
    try {
      const read = readEntry(item, index);
      if (read.fullUrl !== undefined && fullUrls.has(read.fullUrl)) {
        throw invalidBundle('this fullUrl stands twice in the Bundle', `Bundle.entry[${index}].fullUrl`);
      }
      if (read.fullUrl !== undefined) fullUrls.add(read.fullUrl);
      entries.push(read);
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      failures.push({ index, error });
    }
  }
  return { type, entries, failures };
}

function readEntry(item: unknown, index: number): BundleEntry {
  const at = `Bundle.entry[${index}]`;
  const { fullUrl, resource, request } = asObject(item);
  const { method, url, ifNoneExist } = asObject(request);
  if (fullUrl !== undefined && typeof fullUrl !== 'string') throw invalidBundle('fullUrl is a URI', `${at}.fullUrl`);
  if (ifNoneExist !== undefined && typeof ifNoneExist !== 'string')
    throw invalidBundle('ifNoneExist is a query', `${at}.request.ifNoneExist`);
  if (method !== 'POST' && method !== 'PUT') {
    throw new FhirError('MQ_FHIR_NOT_SUPPORTED', `${at}.request.method: POST and PUT are taken here`, [
      issue('not-supported', 'POST and PUT are taken here', `${at}.request.method`),
    ]);
  }
  const errors = resourceErrors(resource);
  if (errors.length > 0) {
    const located = errors.slice(0, MAX_REPORTED_ISSUES).map((found) => locate(found, at));
    throw new FhirError('MQ_FHIR_INVALID', `${at}.resource is not valid FHIR R4 (${errors.length} errors)`, located);
  }
  const valid = resource as Resource;
  const [urlType, urlId, ...rest] = typeof url === 'string' ? url.split('/') : [];
  const expected = method === 'POST' ? urlId === undefined : urlId !== undefined && urlId === valid.id;
  if (urlType !== valid.resourceType || !isResourceType(urlType) || rest.length > 0 || !expected) {
    const form = method === 'POST' ? 'the resource type' : 'the resource type, a slash and the id of the resource';
    throw invalidBundle(`the url of a ${method} is ${form}`, `${at}.request.url`);
  }
  return { index, fullUrl, method, ifNoneExist, id: urlId, resource: valid };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function invalidBundle(text: string, expression: string): FhirError {
  return new FhirError('MQ_FHIR_BUNDLE_INVALID', `${expression}: ${text}`, [issue('structure', text, expression)]);
}

function locate(found: OperationOutcomeIssue, at: string): OperationOutcomeIssue {
  const inside = found.expression?.[0]?.replace(/^[A-Za-z]+/, '') ?? '';
  return { ...found, expression: [`${at}.resource${inside}`] };
}

function issue(code: OperationOutcomeIssue['code'], text: string, expression: string): OperationOutcomeIssue {
  return { severity: 'error', code, details: { text }, expression: [expression] };
}
