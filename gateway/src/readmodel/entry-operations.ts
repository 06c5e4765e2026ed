import { decideAccess } from '@medquorum/chaincode/access/decide-access';
import { reportVerdict } from '@medquorum/chaincode/audit/report-verdict';
import { grantConsent } from '@medquorum/chaincode/consent/grant-consent';
import { withdrawConsent } from '@medquorum/chaincode/consent/withdraw-consent';
import { type Execution, runEntries } from '@medquorum/chaincode/ledger/run-entries';
import { closeCareRelation, openCareRelation } from '@medquorum/chaincode/patient/change-care-relations';
import { registerPatient } from '@medquorum/chaincode/patient/register-patient';
import { rotatePatientKeys } from '@medquorum/chaincode/patient/rotate-patient-keys';
import { activateVersion } from '@medquorum/chaincode/record/activate-version';
import { amendRecord } from '@medquorum/chaincode/record/amend-record';
import { attestVersion } from '@medquorum/chaincode/record/attest-version';
import { markEnteredInError } from '@medquorum/chaincode/record/mark-entered-in-error';
import { proposeRecord } from '@medquorum/chaincode/record/propose-record';
import { renewPolicy } from '@medquorum/chaincode/record/renew-policy';
import { reinstate, suspend } from '@medquorum/chaincode/registry/change-standing';
import { configure } from '@medquorum/chaincode/registry/configure';
import { registerOrganization } from '@medquorum/chaincode/registry/register-organization';
import { registerPractitioner } from '@medquorum/chaincode/registry/register-practitioner';
import { rotatePartyKeys } from '@medquorum/chaincode/registry/rotate-party-keys';

export type RunEntries = (execution: Execution, entriesJson: string) => Promise<string>;

/** The domain's own work behind every writing function, by the transaction function that carries it. */
export const ENTRY_OPERATIONS: ReadonlyMap<string, RunEntries> = new Map<string, RunEntries>([
  [
    'registry:registerOrganizations',
    (on, json) => runEntries(on, 'registry', 'registerOrganizations', json, registerOrganization, 'self'),
  ],
  ['registry:configure', (on, json) => runEntries(on, 'registry', 'configure', json, configure)],
  [
    'registry:registerPractitioners',
    (on, json) => runEntries(on, 'registry', 'registerPractitioners', json, registerPractitioner),
  ],
  ['registry:rotateKeys', (on, json) => runEntries(on, 'registry', 'rotateKeys', json, rotatePartyKeys)],
  ['registry:suspend', (on, json) => runEntries(on, 'registry', 'suspend', json, suspend)],
  ['registry:reinstate', (on, json) => runEntries(on, 'registry', 'reinstate', json, reinstate)],
  ['patient:register', (on, json) => runEntries(on, 'patient', 'register', json, registerPatient)],
  ['patient:rotateKeys', (on, json) => runEntries(on, 'patient', 'rotateKeys', json, rotatePatientKeys)],
  ['patient:openCareRelations', (on, json) => runEntries(on, 'patient', 'openCareRelations', json, openCareRelation)],
  [
    'patient:closeCareRelations',
    (on, json) => runEntries(on, 'patient', 'closeCareRelations', json, closeCareRelation),
  ],
  ['record:propose', (on, json) => runEntries(on, 'record', 'propose', json, proposeRecord)],
  ['record:attest', (on, json) => runEntries(on, 'record', 'attest', json, attestVersion)],
  ['record:activate', (on, json) => runEntries(on, 'record', 'activate', json, activateVersion)],
  ['record:amend', (on, json) => runEntries(on, 'record', 'amend', json, amendRecord)],
  ['record:markEnteredInError', (on, json) => runEntries(on, 'record', 'markEnteredInError', json, markEnteredInError)],
  ['record:renewPolicy', (on, json) => runEntries(on, 'record', 'renewPolicy', json, renewPolicy)],
  ['consent:grant', (on, json) => runEntries(on, 'consent', 'grant', json, grantConsent)],
  [
    'consent:withdraw',
    (on, json) => runEntries(on, 'consent', 'withdraw', json, withdrawConsent, 'registered-even-suspended'),
  ],
  ['access:decide', (on, json) => runEntries(on, 'access', 'decide', json, decideAccess)],
  ['audit:report', (on, json) => runEntries(on, 'audit', 'report', json, reportVerdict)],
]);
