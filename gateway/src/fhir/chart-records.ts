import type { Bundle, Coding, DocumentReference, Period } from '@medplum/fhirtypes';
import { isSegregated, isSensitivity } from '@medquorum/chaincode/access/code-systems/security-label';
import type { RecordHeader } from '@medquorum/chaincode/record/record-header';
import { CONFIDENTIALITIES, type Confidentiality } from '@medquorum/chaincode/schema/codes';
import {
  POLICY_CODES,
  RESOURCE_TYPES,
  type ResourceType,
  SENSITIVITY_LABELS,
  V3,
} from '@medquorum/chaincode/schema/fhir-codes';
import { FhirError } from './fhir-error.ts';
import type { ChartPart } from './split-chart.ts';

/** What the ledger will say of a record, but for where its ciphertext is. */
export type HeaderDraft = Omit<RecordHeader, 'content'>;

/** A record to be written: its header, and its content as a FHIR collection. */
export type RecordDraft = Readonly<{
  recordId: string;
  class: 'clinical' | 'claim' | 'persona' | 'segregated';
  header: HeaderDraft;
  content: Bundle;
}>;

/**
 * Labels each part of a chart and makes a record of it. A document's record has the document's own id, so that
 * `DocumentReference/<id>` and the record on the ledger are one; the patient's own record gets a fresh one.
 * @throws FhirError MQ_FHIR_NOT_SUPPORTED for a sensitivity label that the ledger does not know: dropping it would lower the protection
 */
export function toRecordDrafts(parts: readonly ChartPart[], patientRecordId: string): readonly RecordDraft[] {
  return parts.map((part) => {
    const { resource } = part.subject;
    const labelled = labelsOf(part);
    const segregated = labelled.labels.some(isSegregated) || labelled.confidentiality === 'V';
    const content: Bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: part.resources.map((item) => ({ resource: item.resource })),
    };
    if (part.kind === 'patient') {
      return { recordId: patientRecordId, class: 'persona', header: { type: 'Patient', ...labelled }, content };
    }
    const ownClass = CLAIM_TYPES.has(resource.resourceType) ? 'claim' : 'clinical';
    return {
      recordId: resource.id ?? '',
      class: segregated ? 'segregated' : ownClass,
      header: {
        type: headerType(resource.resourceType),
        ...labelled,
        ...(resource.resourceType === 'DocumentReference' ? documentFacts(resource) : {}),
      },
      content,
    };
  });
}

/** What claims are made of; they are a class of their own, since insurers may see them and no more. */
const CLAIM_TYPES: ReadonlySet<string> = new Set(['Claim', 'ExplanationOfBenefit', 'Coverage']);

function headerType(resourceType: string): ResourceType {
  const known = RESOURCE_TYPES.find((type) => type === resourceType);
  if (known === undefined)
    throw new FhirError('MQ_FHIR_NOT_SUPPORTED', `a ${resourceType} cannot be a record by itself`);
  return known;
}

const LOINC = 'http://loinc.org';
/** A document type is a LOINC code of this form; local codes stay inside the content. */
const LOINC_CODE = /^[0-9]{1,7}-[0-9]$/;

function documentFacts({ type, date, context }: DocumentReference): Pick<HeaderDraft, 'code' | 'date'> {
  const code = type?.coding?.find((coding) => coding.system === LOINC && LOINC_CODE.test(coding.code ?? ''))?.code;
  const when = periodOf(context?.period) ?? date;
  return {
    ...(code === undefined ? {} : { code: { system: LOINC, code } }),
    ...(when === undefined ? {} : { date: when }),
  };
}

function periodOf(period: Period | undefined): { start?: string; end?: string } | undefined {
  if (period?.start === undefined && period?.end === undefined) return undefined;
  return {
    ...(period.start === undefined ? {} : { start: period.start }),
    ...(period.end === undefined ? {} : { end: period.end }),
  };
}

/** The union of the labels of all resources of a part and the strictest of their confidentialities; normal where none says. */
function labelsOf({ resources }: ChartPart): Pick<HeaderDraft, 'confidentiality' | 'labels' | 'policies'> {
  const codings = resources.flatMap(({ resource }) => [
    ...(resource.meta?.security ?? []),
    ...(resource.resourceType === 'DocumentReference'
      ? (resource.securityLabel ?? []).flatMap(({ coding }) => coding ?? [])
      : []),
  ]);
  const levels = codesOf(codings, 'v3-Confidentiality').map((code) =>
    CONFIDENTIALITIES.indexOf(code as Confidentiality),
  );
  const strictest = Math.max(CONFIDENTIALITIES.indexOf('N'), ...levels);
  const actCodes = codesOf(codings, 'v3-ActCode');
  const known = isOneOf(SENSITIVITY_LABELS);
  if (actCodes.some((code) => isSensitivity(code) && !known(code))) {
    throw new FhirError(
      'MQ_FHIR_NOT_SUPPORTED',
      'meta.security: a sensitivity label is not one that the ledger can carry',
    );
  }
  return {
    confidentiality: CONFIDENTIALITIES[strictest] ?? 'V',
    labels: sortedSet(actCodes.filter(known)),
    policies: sortedSet(actCodes.filter(isOneOf(POLICY_CODES))),
  };
}

function codesOf(codings: readonly Coding[], system: string): string[] {
  return codings.filter((coding) => coding.system === `${V3}${system}`).map(({ code }) => code ?? '');
}

const isOneOf =
  <T extends string>(allowed: readonly T[]) =>
  (code: string): code is T =>
    (allowed as readonly string[]).includes(code);

const sortedSet = <T extends string>(codes: readonly T[]): T[] => [...new Set(codes)].sort();
