import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';

const PREFIX = 'MQ-EMERGENCY-v1\n';

/** What a second clinician agrees to: one request, named by its author and nonce, for these records of this patient. */
export type EmergencyClaim = Readonly<{
  channel: string;
  chaincode: string;
  author: Readonly<{ kind: 'organization' | 'practitioner' | 'patient'; id: string }>;
  nonce: string;
  patient: string;
  records: readonly string[];
  reason: string;
}>;

/** The bytes that the second clinician's registered key signs (Ed25519). */
export function emergencyAgreementBytes(claim: EmergencyClaim): Uint8Array {
  return new TextEncoder().encode(PREFIX + canonicalJson(claim));
}
