import type { State } from '@medquorum/chaincode/ledger/state';

export type StateColumns = Readonly<{
  patient: string | null;
  recordId: string | null;
  version: number | null;
  mspId: string | null;
  status: string | null;
}>;

const NONE: StateColumns = { patient: null, recordId: null, version: null, mspId: null, status: null };

/** What lists are filtered by, taken out of a state. */
export function stateColumns(state: State): StateColumns {
  switch (state.kind) {
    case 'organization':
      return { ...NONE, mspId: state.mspId, status: state.status };
    case 'practitioner':
      return { ...NONE, mspId: state.mspId, status: state.status };
    case 'patient':
      return { ...NONE, patient: state.pseudonym, mspId: state.registeredBy, status: state.status };
    case 'care':
      return { ...NONE, patient: state.patient, mspId: state.mspId };
    case 'record':
      return {
        ...NONE,
        patient: state.patient,
        recordId: state.recordId,
        version: state.latestVersion,
        mspId: state.custodian,
        status: state.versions.at(-1)?.status ?? null,
      };
    case 'record-version':
      return { ...NONE, recordId: state.recordId, version: state.version };
    case 'attestation':
      return { ...NONE, recordId: state.recordId, version: state.version, mspId: state.mspId };
    case 'consent':
      return { ...NONE, patient: state.patient, status: state.status };
    case 'consent-head':
      return { ...NONE, patient: state.patient };
    case 'decision':
      return { ...NONE, patient: state.patient, mspId: state.requester.mspId };
    case 'verdict':
      return { ...NONE, recordId: state.recordId, version: state.version, mspId: state.mspId, status: state.verdict };
    case 'configuration':
    case 'key':
    case 'nonce':
      return NONE;
  }
}
