import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import type { Zone } from '../schema/codes.ts';

const PREFIX = 'MQ-PLACE-v1\n';

/** An organisation's word on where one of its practitioners is; `until` is when it must be looked at anew. */
export type PlaceClaim = Readonly<{
  channel: string;
  chaincode: string;
  mspId: string;
  practitioner: string;
  facility: string;
  zone: Zone;
  until: string;
}>;

/** The bytes that the organisation's registered key signs (Ed25519). */
export function placeAttestationBytes(claim: PlaceClaim): Uint8Array {
  return new TextEncoder().encode(PREFIX + canonicalJson(claim));
}
