import { ACT_REASON, PURPOSES_OF_USE as REQUEST_PURPOSES } from '../access/code-systems/purpose-of-use.ts';
import { SENSITIVITIES } from '../access/code-systems/security-label.ts';

/**
 * Value sets of what may be coded on the ledger: closed lists, so that a code cannot carry anything else. Sources: HL7
 * terminology `v3-ActReason`, `v3-ActCode` (value set ActInformationSensitivityPolicy), FHIR R4 consent code systems.
 */
export const V3 = 'http://terminology.hl7.org/CodeSystem/';

/** FHIR R4 resource types that a record header, or a consent's `class`, may name. */
export const RESOURCE_TYPES = [
  'AllergyIntolerance',
  'CarePlan',
  'CareTeam',
  'Claim',
  'Composition',
  'Condition',
  'Consent',
  'Coverage',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'ExplanationOfBenefit',
  'Goal',
  'ImagingStudy',
  'Immunization',
  'Media',
  'Medication',
  'MedicationAdministration',
  'MedicationDispense',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
  'Patient',
  'Procedure',
  'Provenance',
  'QuestionnaireResponse',
  'RelatedPerson',
  'ServiceRequest',
  'Specimen',
  'SupplyDelivery',
] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** v3-ActCode: every code under information sensitivity. */
export const SENSITIVITY_LABELS = SENSITIVITIES;

/** Policies that bind a record by law, v3-ActCode. */
export const POLICY_CODES = ['42CFRPart2'] as const;

/** v3-ActReason: purposes of use that a request may have. */
export const PURPOSES_OF_USE = REQUEST_PURPOSES;
export type PurposeOfUse = (typeof PURPOSES_OF_USE)[number];
/** Those that a consent may name: the abstract ones as well. */
export const CONSENT_PURPOSES = ACT_REASON.under('PurposeOfUse');

/** http://terminology.hl7.org/CodeSystem/consentaction */
export const CONSENT_ACTIONS = ['collect', 'access', 'use', 'disclose', 'correct'] as const;
export type ConsentAction = (typeof CONSENT_ACTIONS)[number];
