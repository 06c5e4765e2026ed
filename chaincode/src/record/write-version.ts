import type { RecordClass } from '../consortium/consortium-configuration.ts';
import { type Actor, actingPractitioner } from '../identity/acting-practitioner.ts';
import { type Item, notAllowed } from '../ledger/operation.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { txTime } from '../ledger/transaction.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { putPrivateVersion } from './private-record.ts';
import { openCommitment, type PrivateVersion } from './private-version.ts';
import { headerDigest, type RecordHeader } from './record-header.ts';
import type { RecordVersionState } from './record-state.ts';

type ContentArgs = Readonly<{ patient?: string; header?: RecordHeader; commitment?: string }>;

/** A version's content: in clear, or committed to with the clear beside it in transient data. */
export type VersionContent = Readonly<{
  header: RecordHeader | null;
  commitment: string | null;
  /** Of the header, or the commitment: what attestations are about. */
  digest: string;
  hidden: PrivateVersion | null;
}>;

/**
 * The content in an item's arguments: `commitment` for a class with a private collection, `header` for the others.
 *
 * @throws MedQuorumError `MQ_INPUT_INVALID` for the wrong one, and those of `openCommitment`
 */
export function readContent(item: Item<ContentArgs>, collection: string | null): VersionContent {
  const { patient, header, commitment } = item.args;
  if (collection === null) {
    if (header === undefined || commitment !== undefined) {
      throw new MedQuorumError('MQ_INPUT_INVALID', 'args: this class has a header, and no commitment');
    }
    return { header, commitment: null, digest: headerDigest(header), hidden: null };
  }
  if (header !== undefined || patient !== undefined || commitment === undefined) {
    throw new MedQuorumError('MQ_INPUT_INVALID', 'args: this class has a commitment, and neither patient nor header');
  }
  return { header: null, commitment, digest: commitment, hidden: openCommitment(item, commitment) };
}

/** Who writes: a practitioner who signs, or one whom the organisation's system names. */
export async function writingActor(item: Item<Readonly<{ onBehalfOf?: string }>>): Promise<Actor & { id: string }> {
  const actor = await actingPractitioner(item.session, item.author, item.args.onBehalfOf);
  if (actor.practitioner === null) return notAllowed('a system names the practitioner it writes for');
  return { ...actor, id: actor.practitioner.practitionerId };
}

/** Writes the version itself, in clear or in the class's collection. */
export function putVersion(
  item: Item<unknown>,
  { recordId, version, practitioner }: Pick<RecordVersionState, 'recordId' | 'version' | 'practitioner'>,
  collection: RecordClass['collection'] | null,
  { header, commitment, hidden }: VersionContent,
): void {
  const { session, tx, entry } = item;
  const proposedAt = txTime(tx);
  const content = { header, commitment };
  session.put({
    v: SHAPE_VERSION,
    kind: 'record-version',
    recordId,
    version,
    ...content,
    practitioner,
    proposedAt,
    entry,
  });
  if (collection && hidden) putPrivateVersion(item, collection, recordId, version, hidden);
}

/**
 * What the header says of people has to be registered. Not asked of a segregated record: the keys that a transaction
 * reads are public, and would say whose it is; the members of the collection see for themselves.
 *
 * @throws MedQuorumError `MQ_PATIENT_NOT_FOUND`, `MQ_PARTY_STATUS`, `MQ_PRACTITIONER_NOT_FOUND`
 */
export async function checkPeople({ session }: Item<unknown>, patient: string, header: RecordHeader): Promise<void> {
  const registered = await session.get('patient', patient);
  if (registered === undefined) throw new MedQuorumError('MQ_PATIENT_NOT_FOUND', 'no such patient');
  if (registered.status !== 'active') throw new MedQuorumError('MQ_PARTY_STATUS', 'the patient is suspended');
  if (header.author !== undefined && (await session.get('practitioner', header.author)) === undefined) {
    throw new MedQuorumError('MQ_PRACTITIONER_NOT_FOUND', 'the author of the content is not registered');
  }
}
