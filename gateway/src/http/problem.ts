import type { ErrorCode } from '@medquorum/chaincode/medquorum-error';
import type { FhirErrorCode } from '../fhir/fhir-error.ts';
import type { GatewayErrorCode } from '../gateway-error.ts';

export type ProblemCode = ErrorCode | GatewayErrorCode | FhirErrorCode;
type Row = Readonly<{ status: number; title: string; retryAfterSeconds?: number }>;

/** RFC 9457. The only place that knows HTTP statuses: a code without a row does not compile. */
export const PROBLEMS = {
  // what was sent
  MQ_HTTP_INPUT_INVALID: { status: 400, title: 'Request not valid' },
  MQ_HTTP_NOT_FOUND: { status: 404, title: 'No such resource' },
  MQ_HTTP_MEDIA_TYPE: { status: 415, title: 'Media type not supported' },
  MQ_HTTP_BODY_TOO_LARGE: { status: 413, title: 'Body too large' },
  MQ_HTTP_TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests', retryAfterSeconds: 60 },
  MQ_INPUT_INVALID: { status: 400, title: 'Input not valid' },
  MQ_INPUT_TOO_LARGE: { status: 413, title: 'Too many or too large entries' },
  MQ_IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'Idempotency key used for another request' },
  MQ_FHIR_INVALID: { status: 422, title: 'FHIR resource not valid' },
  MQ_FHIR_BUNDLE_INVALID: { status: 400, title: 'FHIR Bundle not valid' },
  MQ_FHIR_TOO_MANY_ENTRIES: { status: 413, title: 'Too many entries in the Bundle' },
  MQ_FHIR_REFERENCE_UNRESOLVED: { status: 422, title: 'Reference resolves to nothing' },
  MQ_FHIR_NOT_SUPPORTED: { status: 422, title: 'FHIR interaction not supported' },
  // who asks
  MQ_AUTH_REQUIRED: { status: 401, title: 'Bearer token required' },
  MQ_AUTH_TOKEN_EXPIRED: { status: 401, title: 'Token expired' },
  MQ_AUTH_TOKEN_INVALID: { status: 401, title: 'Token not valid' },
  MQ_CREDENTIALS_INVALID: { status: 401, title: 'Username or password wrong' },
  MQ_AUTH_FORBIDDEN: { status: 403, title: 'Not allowed for this role' },
  MQ_ACCESS_DENIED: { status: 403, title: 'Access denied' },
  MQ_ACCOUNT_EXISTS: { status: 409, title: 'Username taken' },
  MQ_KEY_NOT_HELD: { status: 409, title: 'Key not held by this gateway' },
  MQ_MRN_TAKEN: { status: 409, title: 'Number assigned to another patient' },
  // signed intents
  MQ_INTENT_INVALID: { status: 400, title: 'Intent not valid' },
  MQ_INTENT_CHANNEL: { status: 400, title: 'Intent for another channel' },
  MQ_INTENT_CHAINCODE: { status: 400, title: 'Intent for another chaincode' },
  MQ_INTENT_CONTRACT: { status: 400, title: 'Intent for another contract' },
  MQ_INTENT_FUNCTION: { status: 400, title: 'Intent for another function' },
  MQ_INTENT_EXPIRED: { status: 400, title: 'Intent expired' },
  MQ_INTENT_LIFETIME: { status: 400, title: 'Intent valid for too long' },
  MQ_INTENT_REPLAYED: { status: 409, title: 'Intent used before' },
  MQ_INTENT_HEAD: { status: 409, title: 'Replaced meanwhile' },
  MQ_AUTHOR_UNKNOWN: { status: 403, title: 'Author not registered' },
  MQ_AUTHOR_KEY_GENERATION: { status: 409, title: 'Author key not current' },
  MQ_AUTHOR_SUSPENDED: { status: 403, title: 'Author suspended' },
  MQ_AUTHOR_NOT_ALLOWED: { status: 403, title: 'Not allowed for this author' },
  MQ_SIGNATURE_INVALID: { status: 400, title: 'Signature not valid' },
  MQ_KEY_PROOF_INVALID: { status: 400, title: 'Proof of key possession not valid' },
  MQ_SUBMITTER_NOT_ALLOWED: { status: 403, title: 'Submitter not allowed' },
  MQ_TIMESTAMP_SKEW: { status: 503, title: 'Clocks differ too much', retryAfterSeconds: 60 },
  MQ_VETOED: { status: 403, title: 'Vetoed by an organisation' },
  // the consortium
  MQ_NOT_CONFIGURED: { status: 503, title: 'Consortium not configured yet', retryAfterSeconds: 5 },
  MQ_CONFIGURATION_INVALID: { status: 400, title: 'Configuration not valid' },
  MQ_CONFIGURATION_NOT_AGREED: { status: 409, title: 'Configuration not agreed by enough organisations' },
  MQ_ORGANIZATION_NOT_FOUND: { status: 404, title: 'Organisation not found' },
  MQ_ORGANIZATION_EXISTS: { status: 409, title: 'Organisation exists' },
  MQ_PRACTITIONER_NOT_FOUND: { status: 404, title: 'Practitioner not found' },
  MQ_PRACTITIONER_EXISTS: { status: 409, title: 'Practitioner exists' },
  MQ_PARTY_STATUS: { status: 409, title: 'Party not in that status' },
  MQ_FACILITY_NOT_FOUND: { status: 404, title: 'Facility not found' },
  // patients
  MQ_PATIENT_UNKNOWN: { status: 404, title: 'Patient not known here' },
  MQ_PATIENT_NOT_FOUND: { status: 404, title: 'Patient not found' },
  MQ_PATIENT_EXISTS: { status: 409, title: 'Patient exists' },
  MQ_CARE_RELATION_NOT_FOUND: { status: 404, title: 'Care relation not found' },
  MQ_CARE_RELATION_EXISTS: { status: 409, title: 'Care relation exists' },
  MQ_CARE_RELATION_STATUS: { status: 409, title: 'Care relation not in that status' },
  // records
  MQ_RECORD_UNKNOWN: { status: 404, title: 'Record not found' },
  MQ_RECORD_CLASS_UNKNOWN: { status: 400, title: 'Record class unknown' },
  MQ_RECORD_CLASS_CLOSED: { status: 409, title: 'Record class takes no new records' },
  MQ_RECORD_CLASS_MISMATCH: { status: 422, title: 'Record belongs to another class' },
  MQ_RECORD_NOT_FOUND: { status: 404, title: 'Record not found' },
  MQ_RECORD_EXISTS: { status: 409, title: 'Record exists' },
  MQ_RECORD_VERSION: { status: 409, title: 'Record version not the next' },
  MQ_RECORD_STATUS: { status: 409, title: 'Record not in that status' },
  MQ_ATTESTATION_EXISTS: { status: 409, title: 'Attested before' },
  MQ_ATTESTATION_MISMATCH: { status: 409, title: 'Attestation does not fit' },
  MQ_ATTESTATIONS_MISSING: { status: 409, title: 'Attestations missing' },
  MQ_TRANSIENT_MISSING: { status: 400, title: 'Private header missing' },
  MQ_COMMITMENT_MISMATCH: { status: 400, title: 'Commitment does not fit' },
  MQ_CONTENT_NOT_FOUND: { status: 404, title: 'Content not found' },
  MQ_CONTENT_CORRUPT: { status: 502, title: 'Content differs from the ledger' },
  MQ_STATE_NOT_TRUSTED: { status: 409, title: 'Ledger state failed verification' },
  // consents and access
  MQ_CONSENT_NOT_FOUND: { status: 404, title: 'Consent not found' },
  MQ_CONSENT_EXISTS: { status: 409, title: 'Consent exists' },
  MQ_CONSENT_STATUS: { status: 409, title: 'Consent withdrawn before' },
  MQ_DECISION_NOT_FOUND: { status: 404, title: 'Decision not found' },
  MQ_PLACE_ATTESTATION: { status: 400, title: 'Place attestation not valid' },
  MQ_RELEASE_REFUSED: { status: 403, title: 'Release refused by the custodian' },
  MQ_RELEASE_UNAVAILABLE: { status: 503, title: 'Custodian does not answer', retryAfterSeconds: 10 },
  // the ledger
  MQ_BATCH_CONFLICT: { status: 409, title: 'Entries touch each other' },
  MQ_LIMIT_REACHED: { status: 409, title: 'Limit reached' },
  MQ_STATE_INVALID: { status: 500, title: 'Ledger state not readable' },
  MQ_LEDGER_CONFLICT: { status: 409, title: 'Changed meanwhile' },
  MQ_LEDGER_REFUSED: { status: 502, title: 'Ledger refused the transaction' },
  MQ_LEDGER_UNAVAILABLE: { status: 503, title: 'Ledger does not answer', retryAfterSeconds: 5 },
  MQ_QUEUE_FULL: { status: 503, title: 'Too many entries waiting', retryAfterSeconds: 5 },
  MQ_READ_MODEL_BEHIND: { status: 503, title: 'Read model behind the ledger', retryAfterSeconds: 2 },
  MQ_OPERATION_PENDING: { status: 202, title: 'Outcome not known yet' },
  MQ_OPERATION_NOT_FOUND: { status: 404, title: 'Operation not found' },
  // ourselves
  MQ_CONFIG_INVALID: { status: 500, title: 'Configuration not valid' },
  MQ_INTERNAL: { status: 500, title: 'Internal error' },
} satisfies Record<ProblemCode, Row>;

export type ProblemBody = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  instance: string;
}> &
  Readonly<Record<string, unknown>>;

export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.hasOwn(PROBLEMS, code);
}

export function problemRow(code: ProblemCode): Row {
  return PROBLEMS[code];
}

/** @param instance the request id, never the URL: a URL may carry a patient's number */
export function toProblem(
  code: ProblemCode,
  detail: string,
  instance: string,
  extra: Readonly<Record<string, unknown>> = {},
): ProblemBody {
  const { status, title } = problemRow(code);
  const shown = status === 500 ? 'an error inside the gateway; the log has it under the instance' : detail;
  return {
    ...extra,
    type: `urn:medquorum:problem:${code}`,
    title,
    status,
    code,
    detail: shown,
    instance: `urn:medquorum:request:${instance}`,
  };
}
