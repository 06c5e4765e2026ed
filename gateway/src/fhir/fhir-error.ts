import type { OperationOutcomeIssue } from '@medplum/fhirtypes';

/** Codes are part of the API: never renamed, never reused. Their HTTP statuses stand in http/problem.ts. */
export const FHIR_ERROR_CODES = [
  'MQ_FHIR_INVALID',
  'MQ_FHIR_BUNDLE_INVALID',
  'MQ_FHIR_TOO_MANY_ENTRIES',
  'MQ_FHIR_REFERENCE_UNRESOLVED',
  'MQ_FHIR_NOT_SUPPORTED',
] as const;
export type FhirErrorCode = (typeof FHIR_ERROR_CODES)[number];

/** A FHIR request the caller can mend. The issues name the element and the rule, never the value that stood there. */
export class FhirError extends Error {
  override readonly name = 'FhirError';
  readonly code: FhirErrorCode;
  readonly issues: readonly OperationOutcomeIssue[];

  constructor(code: FhirErrorCode, message: string, issues: readonly OperationOutcomeIssue[] = []) {
    super(`${code}: ${message}`);
    this.code = code;
    this.issues = issues;
  }
}
