import { accessContract } from './access/access-contract.ts';
import { auditContract } from './audit/audit-contract.ts';
import { consentContract } from './consent/consent-contract.ts';
import { type ContractOptions, DEFAULT_CONTRACT_OPTIONS } from './contract/contract-options.ts';
import { patientContract } from './patient/patient-contract.ts';
import { recordContract } from './record/record-contract.ts';
import { registryContract } from './registry/registry-contract.ts';

/** The contracts of chaincode `ehr`, the first being the default one. */
export function makeContracts(options: ContractOptions = DEFAULT_CONTRACT_OPTIONS) {
  return [
    registryContract(options),
    patientContract(options),
    recordContract(options),
    consentContract(options),
    accessContract(options),
    auditContract(options),
  ];
}

/** What `fabric-chaincode-node` looks for. */
export const contracts = makeContracts();
