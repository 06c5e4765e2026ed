import { randomBytes, randomUUID } from 'node:crypto';
import type { ConsortiumConfiguration } from '@medquorum/chaincode/consortium/consortium-configuration';
import type { Entry } from '@medquorum/chaincode/ledger/entry';
import { stateDigest } from '@medquorum/chaincode/ledger/state';
import { openClassOf } from '@medquorum/chaincode/record/class-of';
import {
  PRIVATE_TRANSIENT_KEY,
  type PrivateVersion,
  recordCommitment,
} from '@medquorum/chaincode/record/private-version';
import type { RecordHeader } from '@medquorum/chaincode/record/record-header';
import type { RecordState } from '@medquorum/chaincode/record/record-state';
import type { ContentStore } from '../content/content-store.ts';
import { GatewayError } from '../gateway-error.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import type { Planned } from '../operation/writer.ts';
import type { Actor } from '../organization/authors.ts';
import { currentConfiguration } from '../readmodel/current-configuration.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { ContentKeys } from './content-keys.ts';
import { type HeaderDraft, writeContent } from './write-content.ts';

export type RecordDraft = Readonly<{
  /** Fresh unless the caller has to know it before. */
  recordId?: string;
  patient: string;
  class: string;
  header: HeaderDraft;
  content: Uint8Array;
}>;

type Options = Readonly<{ signer: EntrySigner; store: ContentStore; keys: ContentKeys; readModel: ReadModel }>;
type Drafted = Readonly<{ entry: Entry; touch: string; hidden: PrivateVersion | null; stored: Promise<unknown> }>;

/** From content in clear to signed entries: encrypt, store, name by CID, sign. Nothing is on the ledger yet. */
export class RecordDrafts {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * New records that are proposed together: one transaction, all or none.
   *
   * @throws MedQuorumError `MQ_RECORD_CLASS_UNKNOWN`, `MQ_RECORD_CLASS_CLOSED`, `MQ_INPUT_INVALID`, `MQ_NOT_CONFIGURED`
   */
  async propose(actor: Actor, drafts: readonly RecordDraft[]): Promise<Planned> {
    const configuration = await currentConfiguration(this.#options.readModel);
    return planOf(await Promise.all(drafts.map((draft) => this.#proposal(actor, draft, configuration))));
  }

  /** A further version of a record. @throws as {@link propose}; GatewayError `MQ_RECORD_UNKNOWN` */
  async amend(
    actor: Actor,
    recordId: string,
    draft: Readonly<{ header: HeaderDraft; content: Uint8Array }>,
  ): Promise<Planned> {
    const head = await this.head(recordId);
    const version = head.latestVersion + 1;
    const { header, stored } = await writeContent(this.#options, recordId, version, draft.header, draft.content);
    const hidden = head.patient === null ? privateVersion(await this.#patientOf(head), header) : null;
    const said = hidden === null ? { header } : { commitment: recordCommitment(hidden) };
    const args = { recordId, version, ...said, ...onBehalf(actor) };
    const entry = this.#options.signer.sign(actor.entryAuthor, 'record', 'amend', args, stateDigest(head));
    return planOf([{ entry, touch: `record:${recordId}`, hidden, stored }]);
  }

  /** @throws GatewayError `MQ_RECORD_UNKNOWN`, `MQ_STATE_NOT_TRUSTED` */
  async head(recordId: string): Promise<RecordState> {
    const head = await this.#options.readModel.trusted('record', recordId);
    if (head === undefined) throw new GatewayError('MQ_RECORD_UNKNOWN', 'no such record');
    return head;
  }

  async #proposal(actor: Actor, draft: RecordDraft, configuration: ConsortiumConfiguration): Promise<Drafted> {
    const { recordId = randomUUID(), patient } = draft;
    const recordClass = openClassOf(configuration, draft.class);
    const { header, stored } = await writeContent(this.#options, recordId, 1, draft.header, draft.content);
    const hidden = recordClass.collection === undefined ? null : privateVersion(patient, header);
    const said = hidden === null ? { patient, header } : { commitment: recordCommitment(hidden) };
    const args = { recordId, class: draft.class, ...said, ...onBehalf(actor) };
    const entry = this.#options.signer.sign(actor.entryAuthor, 'record', 'propose', args);
    return { entry, touch: `record:${recordId}`, hidden, stored };
  }

  async #patientOf({ recordId }: RecordState): Promise<string> {
    throw new GatewayError('MQ_KEY_NOT_HELD', `the patient of ${recordId} is known to its collection only`);
  }
}

function onBehalf({ onBehalfOf }: Actor): Readonly<{ onBehalfOf?: string }> {
  return onBehalfOf === undefined ? {} : { onBehalfOf };
}

function privateVersion(patient: string, header: RecordHeader): PrivateVersion {
  return { patient, header, salt: randomBytes(32).toString('base64url') };
}

/** The private parts travel in transient data, a list as long as the entries'. */
function planOf(drafted: readonly Drafted[]): Planned {
  const entries = drafted.map(({ entry }) => entry);
  const touches = drafted.map(({ touch }) => touch);
  const ready = Promise.all(drafted.map(({ stored }) => stored));
  ready.catch(() => {}); // told to whoever waits for it
  if (drafted.every(({ hidden }) => hidden === null)) return { entries, touches, ready };
  const list = Buffer.from(JSON.stringify(drafted.map(({ hidden }) => hidden)));
  return { entries, touches, ready, transient: { [PRIVATE_TRANSIENT_KEY]: list } };
}
