import { MAX_MEMBERS, recordClassName } from '../consortium/consortium-configuration.ts';
import { ERROR_REASONS } from '../schema/codes.ts';
import { entryId, mspId, sha256Hex, uuid } from '../schema/identifiers.ts';
import { integer, object, oneOf, type Shaped, setOf } from '../schema/shape.ts';
import { recordHeader } from './record-header.ts';

/** Versions of one record; its head lists them all. */
export const MAX_RECORD_VERSIONS = 250;
const version = integer(1, MAX_RECORD_VERSIONS);

/**
 * `record.propose`: the author's organisation becomes custodian; the version is 1. `onBehalfOf` names the practitioner
 * when a hospital's system is the author, and only then. A class with a private collection has `commitment` instead of
 * `patient` and `header`, which travel in transient data: see private-version.ts.
 */
export const proposeArgs = object(
  { recordId: uuid, class: recordClassName },
  { patient: uuid, header: recordHeader, commitment: sha256Hex, onBehalfOf: uuid },
);
export type ProposeArgs = Shaped<typeof proposeArgs>;

/** `record.amend`: by the custodian; `version` is the latest plus one; `headDigest` is of the record's head. */
export const amendArgs = object(
  { recordId: uuid, version },
  { header: recordHeader, commitment: sha256Hex, onBehalfOf: uuid },
);
export type AmendArgs = Shaped<typeof amendArgs>;

/**
 * `record.attest`: one authority vouches for one version. `automatic`: profile, signature and digest were checked by
 * machine. `clinical`: a practitioner who was released the content; `decision` names that release.
 */
export const attestArgs = object(
  { recordId: uuid, version, attestation: oneOf(['automatic', 'clinical']), headerDigest: sha256Hex },
  { decision: entryId, onBehalfOf: uuid },
);
export type AttestArgs = Shaped<typeof attestArgs>;

/** `record.activate`: by the custodian, naming the authorities whose attestations it counts; with `headDigest`. */
export const activateArgs = object({ recordId: uuid, version, attestedBy: setOf(mspId, 1, MAX_MEMBERS) });
export type ActivateArgs = Shaped<typeof activateArgs>;

/** `record.renewPolicy`: by the custodian's organisation or the regulator; the head itself stays as it is. */
export const renewPolicyArgs = object({ recordId: uuid });
export type RenewPolicyArgs = Shaped<typeof renewPolicyArgs>;

/** `record.markEnteredInError`: by the custodian, one version; with `headDigest`. */
export const markEnteredInErrorArgs = object(
  { recordId: uuid, version, reason: oneOf(ERROR_REASONS) },
  { onBehalfOf: uuid },
);
export type MarkEnteredInErrorArgs = Shaped<typeof markEnteredInErrorArgs>;
