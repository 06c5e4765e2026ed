import type { DecisionState } from '@medquorum/chaincode/access/decision-state';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import type { RecordHeader } from '@medquorum/chaincode/record/record-header';
import { reevaluate } from '../access/reevaluate.ts';
import { GatewayError } from '../gateway-error.ts';
import type { ReadModel, Seen } from '../readmodel/read-model.ts';
import type { ReleaseRequest } from './content-key-release.ts';

type Options = Readonly<{ readModel: ReadModel; mspId: string; nowMs: () => number }>;

/**
 * The custodian's own judgement before a key leaves: the decision stands on its own view of the ledger, was verified
 * there, is a permit for this version that has not run out, was made for the organisation that asks, and would be made
 * again now. Says no in one way, whatever the reason: what is refused shall not be told apart by those it is refused to.
 */
export class ReleaseCheck {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * @param requesterMspId from the certificate of the caller
   * @returns the content that the version has on the ledger
   * @throws GatewayError `MQ_RELEASE_REFUSED`, `MQ_READ_MODEL_BEHIND`
   */
  async check(requesterMspId: string, request: ReleaseRequest): Promise<RecordHeader['content']> {
    const { mspId, nowMs, readModel } = this.#options;
    // A view that stands still does not see withdrawals.
    if (!readModel.status.connected) throw new GatewayError('MQ_READ_MODEL_BEHIND', 'no blocks arrive now');
    await readModel.caughtUp(request.blockNumber);
    const { patient, decisionId, recordId, version } = request;
    const head = await readModel.find('record', recordId);
    if (head === undefined || head.flaw !== null || head.state.custodian !== mspId)
      throw refused('not a record of this custodian');
    if (!['active', 'proposed'].includes(head.state.versions[version - 1]?.status ?? ''))
      throw refused('the version is not served');
    const stored = await readModel.find('record-version', recordId, version);
    if (!stored?.state.header || stored.flaw !== null) throw refused('no such version');
    const decision = await readModel.find('decision', patient, decisionId);
    if (decision === undefined || decision.flaw !== null) throw refused('no such decision');
    if ((await this.#carrier(decision)) !== requesterMspId) throw refused('decided for another organisation');
    const holds = permits(decision.state, request, nowMs());
    if (!holds) throw refused('the decision does not permit this, or no longer');
    if (!(await this.#wouldPermitNow(decision, requesterMspId, request)))
      throw refused('it would not be permitted now');
    return stored.state.header.content;
  }

  /** The organisation that may receive: the requester's, or for a patient's own request the keeper of the wallet. */
  async #carrier({ state }: Seen<DecisionState>): Promise<string | undefined> {
    if (state.requester.mspId !== null) return state.requester.mspId;
    const patient = await this.#options.readModel.find('patient', state.entry.intent.author.id);
    return patient?.flaw === null ? patient.state.registeredBy : undefined;
  }

  async #wouldPermitNow(
    { state }: Seen<DecisionState>,
    requesterMspId: string,
    request: ReleaseRequest,
  ): Promise<boolean> {
    const { nowMs, readModel } = this.#options;
    try {
      const outcomes = await reevaluate(readModel, state.entry, requesterMspId, nowMs());
      return outcomes.some(
        ({ recordId, version, effect }) =>
          effect === 'permit' && recordId === request.recordId && version === request.version,
      );
    } catch (error) {
      if (error instanceof MedQuorumError) return false;
      throw error;
    }
  }
}

function permits({ outcomes }: DecisionState, { recordId, version }: ReleaseRequest, nowMs: number): boolean {
  const outcome = outcomes.find((candidate) => candidate.recordId === recordId && candidate.version === version);
  return outcome?.effect === 'permit' && outcome.expiresAt !== null && nowMs < Date.parse(outcome.expiresAt);
}

function refused(reason: string): GatewayError {
  return new GatewayError('MQ_RELEASE_REFUSED', reason);
}
