import type { DecisionOutcome } from '@medquorum/chaincode/access/decision-state';
import type { JsonValue } from '@medquorum/crypto/encoding/canonical-json';
import { applyObligations } from '../access/apply-obligations.ts';
import type { AccessRequest, CommittedDecision, Decisions } from '../access/decisions.ts';
import { ContentDecryptionError, decryptContent } from '../content/content-encryption.ts';
import { GatewayError, type GatewayErrorCode } from '../gateway-error.ts';
import type { Principal } from '../identity/principal.ts';
import type { WriteRequest } from '../operation/operations.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { ContentKeyRelease } from '../release/content-key-release.ts';
import type { Ciphertexts } from './fetch-ciphertext.ts';

/** One record as it came back: refused with reasons, or released with what the reader is obliged to. */
export type ReadItem = DecisionOutcome &
  Readonly<{
    /** `preliminary`: not attested by enough authorities yet. */
    standing: 'active' | 'preliminary';
    content: JsonValue | undefined;
    /** Code of what went wrong after a permit, such as content that differs from the ledger. */
    failure: GatewayErrorCode | undefined;
  }>;
export type ReadAnswer = Readonly<{ decision: CommittedDecision; items: readonly ReadItem[] }>;

type Options = Readonly<{
  decisions: Decisions;
  readModel: ReadModel;
  release: ContentKeyRelease;
  ciphertexts: Ciphertexts;
  nowMs: () => number;
}>;

/** Audit first, data after: decision committed, key released, ciphertext checked, obligations applied, returned. */
export class RecordReader {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async read(write: WriteRequest, principal: Principal, asked: AccessRequest): Promise<ReadAnswer> {
    const decision = await this.#options.decisions.decide(write, principal, asked);
    const items = await Promise.all(decision.outcomes.map((outcome) => this.#item(decision, outcome)));
    return { decision, items };
  }

  /** Content in clear under a decision that stands on the ledger, before obligations. */
  async open(decision: CommittedDecision, { recordId, version, expiresAt }: DecisionOutcome): Promise<JsonValue> {
    const { ciphertexts, nowMs, readModel, release } = this.#options;
    if (expiresAt !== null && nowMs() >= Date.parse(expiresAt))
      throw new GatewayError('MQ_ACCESS_DENIED', 'the decision has run out');
    const head = await readModel.trusted('record', recordId);
    const stored = await readModel.trusted('record-version', recordId, version);
    if (head === undefined || !stored?.header) throw new GatewayError('MQ_RECORD_UNKNOWN', 'no such record version');
    const { custodian } = head;
    const { blockNumber, decisionId, patient } = decision;
    const [key, ciphertext] = await Promise.all([
      release.release({ custodian, decisionId, patient, recordId, version, blockNumber }),
      ciphertexts.fetch(custodian, stored.header),
    ]);
    try {
      return JSON.parse(decryptContent(ciphertext, key, { recordId, version }).toString('utf8')) as JsonValue;
    } catch (cause) {
      if (!(cause instanceof ContentDecryptionError || cause instanceof SyntaxError)) throw cause;
      throw new GatewayError('MQ_CONTENT_CORRUPT', 'the content does not open under its key');
    } finally {
      key.fill(0);
    }
  }

  async #item(decision: CommittedDecision, outcome: DecisionOutcome): Promise<ReadItem> {
    const { readModel } = this.#options;
    const head = await readModel.find('record', outcome.recordId);
    const standing = head?.state.activeVersion === outcome.version ? 'active' : 'preliminary';
    if (outcome.effect === 'deny') return { ...outcome, standing, content: undefined, failure: undefined };
    try {
      const content = applyObligations(await this.open(decision, outcome), outcome.obligations);
      return { ...outcome, standing, content, failure: undefined };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { ...outcome, standing, content: undefined, failure: error.code };
    }
  }
}
