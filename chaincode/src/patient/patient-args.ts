import { CARE_RELATION_KINDS } from '../schema/codes.ts';
import { encryptionKey, instant, mspId, signature, signingKey, uuid } from '../schema/identifiers.ts';
import { object, oneOf, type Shaped } from '../schema/shape.ts';

/** Care relations that one organisation may have had with one patient; closed ones count. */
export const MAX_CARE_RELATIONS = 200;

/** `self`: the patient's own device holds the keys. `custodial`: the registering organisation does, and can act alone. */
const wallet = oneOf(['self', 'custodial']);

/** `patient.register`: author is the enrolling organisation; `keyProof` is by the patient's key, see key-proof.ts. */
export const registerPatientArgs = object({ pseudonym: uuid, wallet, signingKey, encryptionKey, keyProof: signature });
export type RegisterPatientArgs = Shaped<typeof registerPatientArgs>;

/** `patient.rotateKeys`: author is the patient, with the current key; `headDigest` is of the patient's state. */
export const rotatePatientKeysArgs = object({ signingKey, encryptionKey, keyProof: signature });
export type RotatePatientKeysArgs = Shaped<typeof rotatePatientKeysArgs>;

/**
 * `patient.openCareRelations`: author is the organisation (or its practitioner), or the patient. Without
 * `practitioner` it is with the organisation as a whole; without `until` it stays open until closed.
 */
export const openCareRelationArgs = object(
  { relationId: uuid, patient: uuid, mspId, relation: oneOf(CARE_RELATION_KINDS), from: instant },
  { practitioner: uuid, until: instant },
);
export type OpenCareRelationArgs = Shaped<typeof openCareRelationArgs>;

/** `patient.closeCareRelations`: as for opening. It ends at the transaction's time. */
export const closeCareRelationArgs = object({ relationId: uuid, patient: uuid, mspId });
export type CloseCareRelationArgs = Shaped<typeof closeCareRelationArgs>;
