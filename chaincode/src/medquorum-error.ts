/** Codes are part of the API: never renamed, never reused. docs/ledger.md says when each is answered. */
export const ERROR_CODES = [
  // the form of what was sent
  'MQ_INPUT_INVALID',
  'MQ_INPUT_TOO_LARGE',
  'MQ_BATCH_CONFLICT',
  // the signed intent
  'MQ_INTENT_INVALID',
  'MQ_INTENT_CHANNEL',
  'MQ_INTENT_CHAINCODE',
  'MQ_INTENT_CONTRACT',
  'MQ_INTENT_FUNCTION',
  'MQ_INTENT_EXPIRED',
  'MQ_INTENT_LIFETIME',
  'MQ_INTENT_REPLAYED',
  'MQ_INTENT_HEAD',
  // who asks
  'MQ_AUTHOR_UNKNOWN',
  'MQ_AUTHOR_KEY_GENERATION',
  'MQ_AUTHOR_SUSPENDED',
  'MQ_AUTHOR_NOT_ALLOWED',
  'MQ_SIGNATURE_INVALID',
  'MQ_KEY_PROOF_INVALID',
  'MQ_SUBMITTER_NOT_ALLOWED',
  // when, and whether this organisation takes part
  'MQ_TIMESTAMP_SKEW',
  'MQ_VETOED',
  // the consortium
  'MQ_NOT_CONFIGURED',
  'MQ_CONFIGURATION_INVALID',
  'MQ_ORGANIZATION_NOT_FOUND',
  'MQ_ORGANIZATION_EXISTS',
  'MQ_PRACTITIONER_NOT_FOUND',
  'MQ_PRACTITIONER_EXISTS',
  'MQ_PARTY_STATUS',
  'MQ_FACILITY_NOT_FOUND',
  // patients
  'MQ_PATIENT_NOT_FOUND',
  'MQ_PATIENT_EXISTS',
  'MQ_CARE_RELATION_NOT_FOUND',
  'MQ_CARE_RELATION_EXISTS',
  'MQ_CARE_RELATION_STATUS',
  // records
  'MQ_RECORD_CLASS_UNKNOWN',
  'MQ_RECORD_CLASS_CLOSED',
  'MQ_RECORD_CLASS_MISMATCH',
  'MQ_RECORD_NOT_FOUND',
  'MQ_RECORD_EXISTS',
  'MQ_RECORD_VERSION',
  'MQ_RECORD_STATUS',
  'MQ_ATTESTATION_EXISTS',
  'MQ_ATTESTATION_MISMATCH',
  'MQ_ATTESTATIONS_MISSING',
  'MQ_TRANSIENT_MISSING',
  'MQ_COMMITMENT_MISMATCH',
  // consents and access
  'MQ_CONSENT_NOT_FOUND',
  'MQ_CONSENT_EXISTS',
  'MQ_CONSENT_STATUS',
  'MQ_DECISION_NOT_FOUND',
  'MQ_PLACE_ATTESTATION',
  // named limits of what one key may hold
  'MQ_LIMIT_REACHED',
  // what stands on the ledger cannot be read
  'MQ_STATE_INVALID',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** A failure the caller can act on. The message holds identifiers and positions at most, never record content. */
export class MedQuorumError extends Error {
  override readonly name = 'MedQuorumError';
  readonly code: ErrorCode;
  /** The message without the code. */
  readonly reason: string;

  constructor(code: ErrorCode, reason: string, options?: ErrorOptions) {
    super(`${code}: ${reason}`, options); // Fabric carries only this string out of chaincode
    this.code = code;
    this.reason = reason;
  }

  /** The same failure, of item `index` of a list: `MQ_CODE: [index] reason`. */
  at(index: number): MedQuorumError {
    return new MedQuorumError(this.code, `[${index}] ${this.reason}`, { cause: this });
  }
}

const MESSAGE = /(MQ_[A-Z_]+): (?:\[(\d+)\] )?([^\n]*)/;

/**
 * Reads code, item index and reason back out of an error text that came through Fabric.
 *
 * @returns undefined for a text without one of {@link ERROR_CODES}
 */
export function readErrorMessage(
  text: string,
): Readonly<{ code: ErrorCode; index: number | undefined; reason: string }> | undefined {
  const [, code, index, reason] = MESSAGE.exec(text) ?? [];
  const known = ERROR_CODES.find((candidate) => candidate === code);
  if (known === undefined) return undefined;
  return { code: known, index: index === undefined ? undefined : Number(index), reason: reason ?? '' };
}
