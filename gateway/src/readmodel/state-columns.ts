import type { State } from '@medquorum/chaincode/ledger/state';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';

export type StateColumns = Readonly<{
  patient: string | null;
  recordId: string | null;
  version: number | null;
  mspId: string | null;
  status: string | null;
}>;

const NONE: StateColumns = { patient: null, recordId: null, version: null, mspId: null, status: null };

const MAX_INTEGER = 2 ** 31 - 1;

/**
 * What lists are filtered by, taken out of a state.
 *
 * @throws MedQuorumError `MQ_STATE_INVALID` for values that no state has and no column takes
 */
export function stateColumns(state: State): StateColumns {
  const columns = columnsOf(state);
  const { version, ...texts } = columns;
  const isSound =
    (version === null || (Number.isInteger(version) && version >= 0 && version <= MAX_INTEGER)) &&
    Object.values(texts).every((text) => text === null || (typeof text === 'string' && !text.includes('\u0000'))) &&
    (state.kind !== 'record' || isSoundRecord(state));
  if (!isSound) throw new MedQuorumError('MQ_STATE_INVALID', `a ${state.kind} has values of other types`);
  return columns;
}

/** Heads are shown in lists even where they failed verification; fewer organisations suffice to write one than other states. */
function isSoundRecord({ versions, activeVersion }: Extract<State, { kind: 'record' }>): boolean {
  const texts = versions.flatMap(({ status, digest }) => [status, digest]);
  return texts.every((text) => typeof text === 'string') && (activeVersion === null || Number.isInteger(activeVersion));
}

function columnsOf(state: State): StateColumns {
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
