import { collectionName } from '../consortium/consortium-configuration.ts';
import { PRACTITIONER_ROLES, ZONES } from '../schema/codes.ts';
import { CONSENT_ACTIONS, PURPOSES_OF_USE } from '../schema/fhir-codes.ts';
import { facilityId, instant, sha256Hex, signature, uuid } from '../schema/identifiers.ts';
import { nullable, object, oneOf, type Shaped, setOf } from '../schema/shape.ts';

/** Records of one request: a chart is asked for as a whole, and answered record by record. */
export const MAX_RECORDS_PER_REQUEST = 100;

/**
 * Where the requester is. An author that is an organisation vouches for it by signing the intent; for a practitioner
 * the organisation's `signature` stands beside it, see place-attestation.ts.
 */
const place = object({ facility: facilityId, zone: oneOf(ZONES), until: instant }, { signature });
export type AttestedPlace = Shaped<typeof place>;

/** Stated reasons of an emergency; on the ledger they are codes. */
export const EMERGENCY_REASONS = ['unconscious', 'life-threatening', 'cannot-consent', 'disaster'] as const;
/** A clinician of another authority who agrees at once; `signature` is his, see emergency-agreement.ts. */
const secondClinician = object({ practitioner: uuid, signature });
const emergency = object({ reason: oneOf(EMERGENCY_REASONS) }, { secondClinician });

/** Segregated records of the same request: which, stands in the transient data, see hidden-request.ts. */
const hidden = object({ collection: collectionName, commitment: sha256Hex });

/**
 * `access.decide`: author is the practitioner, the organisation's system naming him in `onBehalfOf`, or a patient (of his
 * own records, or as somebody's `proxy`). `role` is the role claimed, and `practitionerRole` the one held that it is
 * claimed under; without it, all roles of that kind held at the place count.
 */
export const decideArgs = object(
  {
    patient: uuid,
    records: setOf(uuid, 0, MAX_RECORDS_PER_REQUEST),
    purpose: oneOf(PURPOSES_OF_USE),
    action: oneOf(CONSENT_ACTIONS),
    role: oneOf([...PRACTITIONER_ROLES, 'patient', 'proxy']),
    place: nullable(place),
    emergency: nullable(emergency),
  },
  { practitionerRole: uuid, onBehalfOf: uuid, hidden },
);
export type DecideArgs = Shaped<typeof decideArgs>;
