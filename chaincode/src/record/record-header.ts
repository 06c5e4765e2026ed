import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { sha256 } from '../encoding/sha256.ts';
import { CONFIDENTIALITIES } from '../schema/codes.ts';
import { POLICY_CODES, RESOURCE_TYPES, SENSITIVITY_LABELS } from '../schema/fhir-codes.ts';
import { fhirDateTime, fhirPeriod } from '../schema/fhir-date.ts';
import { contentId, sha256Hex, uuid } from '../schema/identifiers.ts';
import { integer, object, oneOf, type Shape, type Shaped, setOf, text } from '../schema/shape.ts';

/** Ciphertext of at most 2^40 bytes. */
export const MAX_SIZE_BUCKET = 40;

/** Document types only: LOINC codes of a note, not of what it found. */
const typeCode = object({
  system: oneOf(['http://loinc.org']),
  code: text(/^[0-9]{1,7}-[0-9]$/, 'a LOINC code'),
});

/** Where the ciphertext of this version is, and what it must hash to. The key that opens it is never on the ledger. */
const content = object({ cid: contentId, sha256: sha256Hex, sizeBucket: integer(0, MAX_SIZE_BUCKET) });

/** What decisions need to know of a record; nothing of what it says. */
export const recordHeader = object(
  {
    type: oneOf(RESOURCE_TYPES),
    confidentiality: oneOf(CONFIDENTIALITIES),
    labels: setOf(oneOf(SENSITIVITY_LABELS), 0, 32),
    policies: setOf(oneOf(POLICY_CODES), 0, 8),
    content,
  },
  { code: typeCode, date: dateOrPeriod, author: uuid },
);
/**
 * `sizeBucket` n: the ciphertext has more than 2^(n-1) and at most 2^n bytes. `date`: of the data, a FHIR dateTime or a
 * Period. `author`: the practitioner's id. `labels`: v3-ActCode sensitivity.
 */
export type RecordHeader = Shaped<typeof recordHeader>;

/** SHA-256 of the header's canonical JSON: what attestations are about. */
export function headerDigest(header: RecordHeader): string {
  return sha256(canonicalJson(header));
}

/** The least n with 2^n >= bytes. */
export function sizeBucket(bytes: number): number {
  return bytes <= 1 ? 0 : Math.ceil(Math.log2(bytes));
}

function dateOrPeriod(value: unknown, path: string): Shaped<typeof fhirPeriod> | string {
  const shape: Shape<Shaped<typeof fhirPeriod> | string> = typeof value === 'string' ? fhirDateTime : fhirPeriod;
  return shape(value, path);
}
