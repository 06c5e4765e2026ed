import type { RecordState, RecordVersionState } from '@medquorum/chaincode/record/record-state';
import { Type } from 'typebox';
import type { Seen } from '../readmodel/read-model.ts';

const VersionSummary = Type.Object({ version: Type.Integer(), status: Type.String(), digest: Type.String() });

export const RecordView = Type.Object({
  recordId: Type.String(),
  patient: Type.Union([Type.String(), Type.Null()]),
  class: Type.Union([Type.String(), Type.Null()]),
  custodian: Type.String(),
  latestVersion: Type.Integer(),
  activeVersion: Type.Union([Type.Integer(), Type.Null()]),
  standing: Type.Union([Type.Literal('active'), Type.Literal('preliminary'), Type.Literal('entered-in-error')]),
  versions: Type.Array(VersionSummary),
  txId: Type.String(),
  /** Why not to trust it, or null. */
  flaw: Type.Union([Type.String(), Type.Null()]),
});

export function recordView({ state, txId, flaw }: Seen<RecordState>) {
  const { recordId, patient, class: recordClass, custodian, latestVersion, activeVersion } = state;
  const versions = state.versions.map(({ status, digest }, index) => ({ version: index + 1, status, digest }));
  const served = versions.some(({ status }) => status === 'active' || status === 'proposed');
  // A state flag is not trusted because it is there: what failed verification is never shown as active.
  const standing = !served
    ? ('entered-in-error' as const)
    : activeVersion !== null && flaw === null
      ? ('active' as const)
      : ('preliminary' as const);
  return {
    recordId,
    patient,
    class: recordClass,
    custodian,
    latestVersion,
    activeVersion: flaw === null ? activeVersion : null,
    standing,
    versions,
    txId,
    flaw,
  };
}

export const VersionView = Type.Object({
  version: Type.Integer(),
  status: Type.String(),
  header: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
  practitioner: Type.Union([Type.String(), Type.Null()]),
  proposedAt: Type.String(),
  txId: Type.String(),
  blockNumber: Type.Integer(),
  /** Signed entry that wrote the version, for whoever wants to verify it. */
  entry: Type.Object({}, { additionalProperties: true }),
  flaw: Type.Union([Type.String(), Type.Null()]),
  attestations: Type.Array(
    Type.Object({
      mspId: Type.String(),
      attestation: Type.String(),
      practitioner: Type.Union([Type.String(), Type.Null()]),
      attestedAt: Type.String(),
      txId: Type.String(),
    }),
  ),
});

export function versionView({ state, txId, blockNumber, flaw }: Seen<RecordVersionState>, status: string) {
  const { version, header, practitioner, proposedAt, entry } = state;
  return { version, status, header, practitioner, proposedAt, txId, blockNumber, entry, flaw };
}
