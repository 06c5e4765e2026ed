import { checkHead, type Operation, requireConfiguration } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { attestationCounts } from './attestation-counts.ts';
import { classOf, headPolicy } from './class-of.ts';
import { checkCustodian, requireRecord } from './custody.ts';
import { updatePrivateRecord } from './private-record.ts';
import { activated, requireStatus } from './record-lifecycle.ts';
import type { RecordState } from './record-state.ts';

/**
 * A proposed version becomes active once authorities as many as its class asks for now have attested it. They are named,
 * so that each is one point read, and every one that is named has to count: a member, not suspended, of this very digest.
 */
export const activateVersion: Operation<'record', 'activate'> = async (item) => {
  const { args, author, entry, session } = item;
  const { recordId, version, attestedBy } = args;
  const before = await requireRecord(session, recordId);
  checkCustodian(author, before);
  checkHead(entry, before, 'needed');
  const digest = requireStatus(before, version, ['proposed']);
  const configuration = await requireConfiguration(session);
  const { attestations: needed } = classOf(configuration, before.class);
  if (attestedBy.length < needed) {
    throw new MedQuorumError('MQ_ATTESTATIONS_MISSING', `${needed} authorities have to attest`);
  }
  for (const mspId of attestedBy) {
    const attestation = await session.get('attestation', recordId, version, mspId);
    const organization = await session.get('organization', mspId);
    if (!attestationCounts(configuration, attestation, organization, digest))
      throw new MedQuorumError('MQ_ATTESTATIONS_MISSING', 'one that is named has no attestation that counts');
  }
  const head: RecordState = { ...before, ...activated(before, version), entry };
  session.put(head, headPolicy(configuration, head));
  await updatePrivateRecord(item, head);
  return { recordId, version, head: stateDigest(head) };
};
