import type { Patient } from '@medplum/fhirtypes';
import { GatewayError } from '../gateway-error.ts';
import type { WriteRequest } from '../operation/operations.ts';
import type { Patients } from '../patient/patients.ts';
import { FhirError } from './fhir-error.ts';
import type { BundleEntry } from './read-bundle.ts';

const IDENTIFIER_TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203';
const MEDICAL_RECORD_NUMBER = 'MR';

/** The hospital's own number of a patient: the identifier of type MR. */
export function recordNumberOf({ identifier }: Patient): string | undefined {
  return identifier?.find(({ type }) =>
    type?.coding?.some(({ system, code }) => system === IDENTIFIER_TYPES && code === MEDICAL_RECORD_NUMBER),
  )?.value;
}

/**
 * The pseudonym under which the patient of a chart stands on the ledger. `PUT Patient/<pseudonym>` names a known one; `POST` means the patient with
 * this medical record number, enrolled now where the number is new, with a wallet that this gateway keeps.
 *
 * @throws FhirError `MQ_FHIR_INVALID` where a new patient has no number to be known by; GatewayError `MQ_PATIENT_UNKNOWN`
 */
export async function enrolledPatient(patients: Patients, entry: BundleEntry, request: WriteRequest): Promise<string> {
  if (entry.method === 'PUT') return (await patients.find(entry.id ?? '')).pseudonym;
  const mrn = recordNumberOf(entry.resource as Patient);
  if (mrn === undefined) {
    throw new FhirError('MQ_FHIR_INVALID', 'a new patient needs an identifier of type MR (medical record number)', [
      {
        severity: 'error',
        code: 'required',
        details: { text: 'an identifier of type MR is needed' },
        expression: [`Bundle.entry[${entry.index}].resource.identifier`],
      },
    ]);
  }
  const known = await knownByNumber(patients, mrn);
  if (known !== undefined) return known;
  const { idempotencyKey } = request;
  const enrolment = {
    ...request,
    ...(idempotencyKey !== undefined && { idempotencyKey: `${idempotencyKey}#patient` }),
  };
  return (await patients.register(enrolment, { wallet: 'custodial', mrn })).pseudonym;
}

/** A number whose enrolment has not reached the ledger yet is as good as new. */
async function knownByNumber(patients: Patients, mrn: string): Promise<string | undefined> {
  try {
    return (await patients.find(await patients.byNumber(mrn))).pseudonym;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'MQ_PATIENT_UNKNOWN') return undefined;
    throw error;
  }
}
