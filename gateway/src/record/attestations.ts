import { stateDigest } from '@medquorum/chaincode/ledger/state';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { attestationCounts } from '@medquorum/chaincode/record/attestation-counts';
import { classOf } from '@medquorum/chaincode/record/class-of';
import type { AttestArgs } from '@medquorum/chaincode/record/record-args';
import { headerDigest } from '@medquorum/chaincode/record/record-header';
import type { RecordState } from '@medquorum/chaincode/record/record-state';
import { GatewayError } from '../gateway-error.ts';
import type { EntryAuthor, EntrySigner } from '../identity/entry-signer.ts';
import type { WriteOutcome, WriteRequest } from '../operation/operations.ts';
import type { Writer } from '../operation/writer.ts';
import type { Actor, Authors } from '../organization/authors.ts';
import { currentConfiguration } from '../readmodel/current-configuration.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { Ciphertexts } from './fetch-ciphertext.ts';

type Options = Readonly<{
  writer: Pick<Writer, 'write'>;
  signer: EntrySigner;
  authors: Pick<Authors, 'organization'>;
  readModel: Pick<ReadModel, 'find' | 'list' | 'settled' | 'trusted'>;
  ciphertexts: Pick<Ciphertexts, 'fetch'>;
}>;

/** Vouching for versions, and making them active once enough authorities have. */
export class Attestations {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * After this gateway has checked by machine: the version's author signature (by the read model), the header against
   * the head's digest, the ciphertext against the header's.
   *
   * @throws GatewayError `MQ_STATE_NOT_TRUSTED`, `MQ_CONTENT_CORRUPT`, `MQ_RELEASE_UNAVAILABLE`; MedQuorumError of `record.attest`
   */
  async attestAutomatically(write: WriteRequest, recordId: string, version: number): Promise<WriteOutcome> {
    const digest = await this.check(recordId, version);
    return this.#submit(write, this.#options.authors.organization(), {
      recordId,
      version,
      attestation: 'automatic',
      headerDigest: digest,
    });
  }

  /** By a person who was released the content under `decision`. */
  async attestClinically(
    write: WriteRequest,
    actor: Actor,
    recordId: string,
    version: number,
    decision: string,
  ): Promise<WriteOutcome> {
    const head = await this.#head(recordId);
    const digest = head.versions[version - 1]?.digest;
    if (digest === undefined) throw new MedQuorumError('MQ_RECORD_VERSION', 'no such version');
    const { entryAuthor, onBehalfOf } = actor;
    const named = onBehalfOf === undefined ? {} : { onBehalfOf };
    return this.#submit(write, entryAuthor, {
      recordId,
      version,
      attestation: 'clinical',
      headerDigest: digest,
      decision,
      ...named,
    });
  }

  /** @returns the digest that an attestation is about */
  async check(recordId: string, version: number): Promise<string> {
    const { ciphertexts, readModel } = this.#options;
    const head = await this.#head(recordId);
    const stored = await readModel.trusted('record-version', recordId, version);
    const digest = head.versions[version - 1]?.digest;
    if (stored === undefined || digest === undefined) throw new MedQuorumError('MQ_RECORD_VERSION', 'no such version');
    if (stored.header === null) throw new GatewayError('MQ_KEY_NOT_HELD', 'the header is in a private collection');
    if (headerDigest(stored.header) !== digest)
      throw new GatewayError('MQ_STATE_NOT_TRUSTED', 'the header is not the one of the head');
    await ciphertexts.fetch(head.custodian, stored.header);
    return digest;
  }

  /**
   * Authorities whose attestation of the version was verified here and counts now. Only these may be named: the chaincode
   * refuses an activation that names one more.
   */
  async attestedBy(recordId: string, version: number): Promise<readonly string[]> {
    const { readModel } = this.#options;
    const head = await this.#head(recordId);
    const digest = head.versions[version - 1]?.digest;
    if (digest === undefined) return [];
    const listed = await readModel.list('attestation', { recordId, limit: MAX_ATTESTATIONS });
    const verified = listed.filter(({ flaw, state }) => flaw === null && state.version === version);
    const configuration = await currentConfiguration(readModel);
    const counting = await Promise.all(
      verified.map(async ({ state }) => {
        const organization = await readModel.find('organization', state.mspId);
        const trusted = organization?.flaw === null ? organization.state : undefined;
        return attestationCounts(configuration, state, trusted, digest) ? [state.mspId] : [];
      }),
    );
    return counting.flat().sort();
  }

  /** Authorities that the record's class asks for, as it is agreed now. */
  async needed({ class: name }: RecordState): Promise<number> {
    return classOf(await currentConfiguration(this.#options.readModel), name).attestations;
  }

  /** By the custodian. @throws MedQuorumError `MQ_ATTESTATIONS_MISSING`, `MQ_AUTHOR_NOT_ALLOWED`, `MQ_INTENT_HEAD` */
  async activate(write: WriteRequest, recordId: string, version: number): Promise<WriteOutcome> {
    const { authors, signer, writer } = this.#options;
    const head = await this.#head(recordId);
    return writer.write(write, 'record', 'activate', async () => {
      const attestedBy = await this.attestedBy(recordId, version);
      if (attestedBy.length === 0)
        throw new MedQuorumError('MQ_ATTESTATIONS_MISSING', 'nobody has attested the version whose word counts now');
      const args = { recordId, version, attestedBy };
      const entry = signer.sign(authors.organization(), 'record', 'activate', args, stateDigest(head));
      return { entries: [entry], touches: [`record:${recordId}`], policy: head.class ?? '' };
    });
  }

  async #submit(write: WriteRequest, author: EntryAuthor, args: AttestArgs): Promise<WriteOutcome> {
    const { signer, writer } = this.#options;
    return writer.write(write, 'record', 'attest', async () => ({
      entries: [signer.sign(author, 'record', 'attest', args)],
      touches: [`attestation:${args.recordId}:${args.version}`],
    }));
  }

  async #head(recordId: string): Promise<RecordState> {
    const head = await this.#options.readModel.trusted('record', recordId);
    if (head === undefined) throw new GatewayError('MQ_RECORD_UNKNOWN', 'no such record');
    return head;
  }
}

/** Attestations of one record: members times versions, bounded by what the ledger allows. */
const MAX_ATTESTATIONS = 1000;
