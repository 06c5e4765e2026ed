import type { CapabilityStatement } from '@medplum/fhirtypes';
import { RESOURCE_TYPES } from '@medquorum/chaincode/schema/fhir-codes';
import { DIRECTORY_TYPES } from './fhir-directory.ts';

/** What this FHIR interface can do (https://hl7.org/fhir/R4/capabilitystatement.html). */
export function capabilityStatement(url: string): CapabilityStatement {
  const types = [...new Set([...DIRECTORY_TYPES, ...RESOURCE_TYPES])].sort();
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-11-21',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json'],
    implementation: { description: 'MedQuorum gateway: every read is decided on the ledger first', url },
    rest: [
      {
        mode: 'server',
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        resource: types.map((type) => ({
          type: type as 'Patient',
          interaction: [
            { code: 'read' },
            ...(type === 'Patient' ? [] : [{ code: 'create' as const }]),
            ...(type === 'DocumentReference' ? [{ code: 'search-type' as const }] : []),
          ],
          ...(type === 'DocumentReference' ? { searchParam: [{ name: 'patient', type: 'reference' as const }] } : {}),
        })),
      },
    ],
  };
}
