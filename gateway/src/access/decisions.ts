import type { DecideArgs } from '@medquorum/chaincode/access/access-args';
import type { DecisionOutcome, DecisionState } from '@medquorum/chaincode/access/decision-state';
import { placeAttestationBytes } from '@medquorum/chaincode/access/place-attestation';
import type { Entry } from '@medquorum/chaincode/ledger/entry';
import { GatewayError } from '../gateway-error.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import type { Principal } from '../identity/principal.ts';
import type { WriteRequest } from '../operation/operations.ts';
import type { Planned, Writer } from '../operation/writer.ts';
import type { Authors } from '../organization/authors.ts';
import { currentConfiguration } from '../readmodel/current-configuration.ts';
import type { ReadModel } from '../readmodel/read-model.ts';

/** What somebody asks for, before it is signed. */
export type AccessRequest = Readonly<{
  patient: string;
  records: readonly string[];
  purpose: DecideArgs['purpose'];
  action: DecideArgs['action'];
  /** A role held by the practitioner; the account's own by default. */
  role?: DecideArgs['role'];
  place?: Readonly<{ facility: string; zone: NonNullable<DecideArgs['place']>['zone'] }>;
  emergency?: NonNullable<DecideArgs['emergency']>;
  practitionerRole?: string;
  /** Practitioner for whom a system asks. */
  onBehalfOf?: string;
}>;

export type CommittedDecision = Readonly<{
  decisionId: string;
  txId: string;
  operationId: string;
  blockNumber: number | undefined;
  patient: string;
  outcomes: readonly DecisionOutcome[];
}>;

type Options = Readonly<{
  writer: Writer;
  signer: EntrySigner;
  authors: Authors;
  readModel: ReadModel;
  channel: string;
  chaincode: string;
  nowMs: () => number;
  /** Told the outcomes of each decision when it is made; not again when a request is repeated. */
  observe?: (outcomes: readonly DecisionOutcome[]) => void;
}>;

/** Asks the ledger. Permits and refusals alike are written there before anybody learns of them. */
export class Decisions {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws MedQuorumError of `access.decide` for a request that is malformed or not its author's to make */
  async decide(write: WriteRequest, principal: Principal, asked: AccessRequest): Promise<CommittedDecision> {
    const outcome = await this.#options.writer.write(write, 'access', 'decide', () => this.#plan(principal, asked));
    const [result] = outcome.results as readonly Readonly<{
      decisionId: string;
      outcomes: readonly DecisionOutcome[];
    }>[];
    const { txId, operationId, blockNumber, index } = outcome;
    if (result !== undefined) this.#options.observe?.(result.outcomes);
    const decided = result ?? (await this.#stored(asked.patient, `${txId}-${index}`));
    const { decisionId, outcomes } = decided;
    return { decisionId, txId, operationId, blockNumber, patient: asked.patient, outcomes };
  }

  /** The entry as it would be submitted; `explain` uses it too. */
  async entry(principal: Principal, asked: AccessRequest): Promise<Entry> {
    const { authors, signer } = this.#options;
    if (principal.role === 'patient') {
      const author = await authors.patient(principal.patient ?? '');
      return signer.sign(
        author,
        'access',
        'decide',
        this.#args(asked, principal.patient === asked.patient ? 'patient' : 'proxy', null),
      );
    }
    const actor = await authors.actor(principal, asked.onBehalfOf);
    const role = asked.role ?? (principal.role === 'system' ? undefined : principal.role);
    if (role === undefined) throw new GatewayError('MQ_HTTP_INPUT_INVALID', 'a system names the role it asks under');
    const args = this.#args(
      asked,
      role,
      await this.#place(asked, actor.onBehalfOf === undefined ? actor.practitionerId : undefined),
    );
    const named = actor.onBehalfOf === undefined ? args : { ...args, onBehalfOf: actor.onBehalfOf };
    return signer.sign(actor.entryAuthor, 'access', 'decide', named);
  }

  async #plan(principal: Principal, asked: AccessRequest): Promise<Planned> {
    return { entries: [await this.entry(principal, asked)], touches: [] };
  }

  #args(asked: AccessRequest, role: DecideArgs['role'], place: DecideArgs['place']): DecideArgs {
    const { patient, records, purpose, action, emergency = null, practitionerRole } = asked;
    return {
      patient,
      records,
      purpose,
      action,
      role,
      place,
      emergency,
      ...(practitionerRole === undefined ? {} : { practitionerRole }),
    };
  }

  /** This gateway speaks for the organisation: it vouches, for one lease, for the place of a practitioner who signs for himself. */
  async #place({ place }: AccessRequest, practitioner: string | undefined): Promise<DecideArgs['place']> {
    if (place === undefined) return null;
    const { authors, channel, chaincode, nowMs, readModel } = this.#options;
    const { leaseSeconds } = await currentConfiguration(readModel);
    const until = new Date(nowMs() + leaseSeconds * 1000).toISOString();
    if (practitioner === undefined) return { ...place, until };
    const claim = { channel, chaincode, mspId: authors.mspId, practitioner, ...place, until };
    return { ...place, until, signature: authors.organization().key.sign(placeAttestationBytes(claim)) };
  }

  async #stored(patient: string, decisionId: string): Promise<DecisionState> {
    const found = await this.#options.readModel.trusted('decision', patient, decisionId);
    if (found === undefined) throw new GatewayError('MQ_READ_MODEL_BEHIND', 'the decision is not projected yet');
    return found;
  }
}
