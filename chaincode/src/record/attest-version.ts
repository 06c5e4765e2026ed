import { type Actor, actingPractitioner } from '../identity/acting-practitioner.ts';
import { type Item, notAllowed, type Operation } from '../ledger/operation.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { txTime } from '../ledger/transaction.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { requireRecord } from './custody.ts';
import type { AttestArgs } from './record-args.ts';
import { requireStatus } from './record-lifecycle.ts';
import type { RecordState } from './record-state.ts';

/** One authority vouches for a version, once. It writes a key of its own, so authorities do not wait for each other. */
export const attestVersion: Operation<'record', 'attest'> = async (item) => {
  const { args, author, entry, session, tx } = item;
  const { recordId, version, attestation } = args;
  const actor = await actingPractitioner(session, author, args.onBehalfOf);
  const head = await requireRecord(session, recordId);
  const digest = requireStatus(head, version, ['proposed', 'active']);
  if (args.headerDigest !== digest)
    throw new MedQuorumError('MQ_ATTESTATION_MISMATCH', 'the digest is of another header');
  checkRole(actor);
  if (attestation === 'clinical') await checkReleased(item, head, actor);
  const { mspId } = actor.organization;
  if ((await session.get('attestation', recordId, version, mspId)) !== undefined) {
    throw new MedQuorumError('MQ_ATTESTATION_EXISTS', 'this authority has attested the version');
  }
  session.put({
    v: SHAPE_VERSION,
    kind: 'attestation',
    recordId,
    version,
    mspId,
    attestation,
    practitioner: actor.practitioner?.practitionerId ?? null,
    headerDigest: digest,
    attestedAt: txTime(tx),
    entry,
  });
  return { recordId, version, mspId };
};

/** A system attests for its organisation; of people, data verifiers and clinicians do. */
function checkRole({ practitioner }: Actor): void {
  const roles = practitioner?.roles ?? [{ role: 'verifier' }];
  if (!roles.some(({ role }) => role === 'verifier' || role === 'clinician')) {
    notAllowed('attestation is for verifiers and clinicians');
  }
}

/** A clinical attestation is by a person who was released this version, and says under which decision. */
async function checkReleased({ args, session }: Item<AttestArgs>, head: RecordState, { practitioner }: Actor) {
  if (practitioner === null) notAllowed('a clinical attestation is by a practitioner');
  const decision =
    args.decision === undefined || head.patient === null
      ? undefined
      : await session.get('decision', head.patient, args.decision);
  const released =
    decision?.requester.practitioner === practitioner.practitionerId &&
    decision.outcomes.some(
      ({ recordId, version, effect }) => recordId === args.recordId && version === args.version && effect === 'permit',
    );
  if (!released)
    throw new MedQuorumError('MQ_ATTESTATION_MISMATCH', 'no decision releases this version to the practitioner');
}
