import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { Failure } from '../http/error-handler.ts';
import { problemRow } from '../http/problem.ts';

export const CODE_SYSTEM = 'urn:medquorum:problem';

const ISSUE_TYPES: Readonly<Record<number, OperationOutcomeIssue['code']>> = {
  202: 'informational',
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  413: 'too-long',
  415: 'not-supported',
  422: 'processing',
  429: 'throttled',
  503: 'transient',
};

/** The same failure that other routes answer as problem+json, as FHIR clients read it: the stable code is in `details.coding`. */
export function toOperationOutcome({ code, detail, extra }: Failure): OperationOutcome {
  const { status, title } = problemRow(code);
  const own: OperationOutcomeIssue = {
    severity: status === 202 ? 'information' : 'error',
    code: ISSUE_TYPES[status] ?? 'exception',
    details: { coding: [{ system: CODE_SYSTEM, code, display: title }], text: status === 500 ? title : detail },
  };
  const located = Array.isArray(extra.issues) ? (extra.issues as OperationOutcomeIssue[]) : [];
  const reasons = Array.isArray(extra.reasons) ? (extra.reasons as { code: string; sentence: string }[]) : [];
  const refusals = reasons.map(
    ({ code: reason, sentence }): OperationOutcomeIssue => ({
      severity: 'error',
      code: 'forbidden',
      details: { coding: [{ system: 'urn:medquorum:reason', code: reason }], text: sentence },
    }),
  );
  return { resourceType: 'OperationOutcome', issue: [own, ...located, ...refusals] };
}
