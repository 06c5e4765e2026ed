import { createHash } from 'node:crypto';
import { parseLedgerKey } from '@medquorum/chaincode/ledger/ledger-key';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import type { RecordState } from '@medquorum/chaincode/record/record-state';
import type { Logger } from 'pino';
import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import { currentConfiguration } from '../readmodel/current-configuration.ts';
import type { Projected } from '../readmodel/projector.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { Attestations } from './attestations.ts';

type Options = Readonly<{
  attestations: Attestations;
  readModel: ReadModel;
  db: Database;
  mspId: string;
  log: Logger;
  nowMs: () => number;
}>;

const MAX_CONCURRENT = 8;
/** Records waiting; what does not fit is found again by the sweep. */
const MAX_QUEUED = 100_000;
/** Authorities beyond those needed step in one after the other, each this much later. */
const STAND_IN_MS = 4000;
const SWEEP_MS = 15_000;
const SWEEP_LIMIT = 200;
const RETRY_MS = 2000;
/** Failures that pass: the custodian's gateway or the ledger does not answer. */
const PASSING: ReadonlySet<string> = new Set([
  'MQ_RELEASE_UNAVAILABLE',
  'MQ_LEDGER_UNAVAILABLE',
  'MQ_LEDGER_CONFLICT',
  'MQ_OPERATION_PENDING',
  'MQ_QUEUE_FULL',
  'MQ_READ_MODEL_BEHIND',
  'MQ_CONTENT_NOT_FOUND',
  'MQ_INTENT_HEAD',
  'MQ_TIMESTAMP_SKEW',
]);

/**
 * Attests what others propose, after the checks that a machine can make, and activates own records once enough
 * authorities have attested. As many authorities as a class asks for begin at once, in an order that the record's id
 * draws; the others stand in later, so that a record is not attested by everybody every time.
 */
export class AutoAttester {
  readonly #options: Options;
  readonly #queue = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #running = 0;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    void this.#sweepRegularly();
  }

  /** Records that a block proposed or attested; after another configuration or a change of our own standing, all that wait. */
  onProjected({ transactions }: Projected): void {
    for (const { writes } of transactions) {
      for (const { key } of writes) {
        const { type, attributes = [] } = parseLedgerKey(key) ?? {};
        if ((type === 'record-version' || type === 'attestation') && attributes[0] !== undefined)
          this.#enqueue(attributes[0]);
        const isOwnStanding = type === 'organization' && attributes[0] === this.#options.mspId;
        if (type === 'configuration' || isOwnStanding) void this.#sweep();
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#queue.clear();
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #enqueue(recordId: string): void {
    if (this.#closed || this.#queue.size >= MAX_QUEUED) return;
    this.#queue.add(recordId);
    this.#pump();
  }

  #later(ms: number, action: () => void): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  #pump(): void {
    while (this.#running < MAX_CONCURRENT) {
      const [recordId] = this.#queue;
      if (recordId === undefined) return;
      this.#queue.delete(recordId);
      this.#running += 1;
      void this.#handle(recordId).finally(() => {
        this.#running -= 1;
        this.#pump();
        if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
      });
    }
  }

  async #handle(recordId: string): Promise<void> {
    const { log, readModel } = this.#options;
    try {
      const head = await readModel.find('record', recordId);
      if (head === undefined || head.flaw !== null) return;
      const version = head.state.versions.findLastIndex(({ status }) => status === 'proposed') + 1;
      if (version === 0) return;
      // What is suspended writes nothing; that is no answer to the record: after reinstatement the sweep finds it again.
      if ((await readModel.find('organization', this.#options.mspId))?.state.status !== 'active') return;
      await (head.state.custodian === this.#options.mspId
        ? this.#activate(head.state, version)
        : this.#attest(head.state, version, head.timeMs));
    } catch (error) {
      const code = error instanceof GatewayError || error instanceof MedQuorumError ? error.code : 'MQ_INTERNAL';
      if (PASSING.has(code)) {
        this.#later(RETRY_MS, () => this.#enqueue(recordId));
        return;
      }
      log.warn({ recordId, code, ...(code === 'MQ_INTERNAL' ? { err: error } : {}) }, 'not attested');
    }
  }

  async #activate(head: RecordState, version: number): Promise<void> {
    const { attestations } = this.#options;
    const attestedBy = await attestations.attestedBy(head.recordId, version);
    if (attestedBy.length < (await attestations.needed(head))) return;
    await attestations.activate(worker(`activate:${head.recordId}:${version}`), head.recordId, version);
  }

  async #attest(head: RecordState, version: number, proposedAtMs: number): Promise<void> {
    const { attestations, mspId, nowMs, readModel } = this.#options;
    const { recordId } = head;
    if (head.patient === null) return; // a segregated header is not ours to see
    if ((await readModel.find('attestation', recordId, version, mspId)) !== undefined) return;
    if (await this.#answered(recordId, version)) return;
    const needed = await attestations.needed(head);
    const rank = await this.#rank(head);
    if (rank < 0) return; // what is no member attests does not count
    const standInMs = Math.max(0, rank - needed + 1) * STAND_IN_MS;
    const waitMs = proposedAtMs + standInMs - nowMs();
    if (standInMs > 0 && waitMs > 0) {
      this.#later(waitMs, () => this.#enqueue(recordId));
      return;
    }
    if ((await attestations.attestedBy(recordId, version)).length >= needed) return;
    try {
      await attestations.attestAutomatically(worker(`attest:${recordId}:${version}`), recordId, version);
    } catch (error) {
      if (
        error instanceof MedQuorumError &&
        (error.code === 'MQ_ATTESTATION_EXISTS' || error.code === 'MQ_RECORD_STATUS')
      )
        return;
      const code = error instanceof GatewayError || error instanceof MedQuorumError ? error.code : 'MQ_INTERNAL';
      if (!PASSING.has(code) && code !== 'MQ_AUTHOR_SUSPENDED') await this.#remember(recordId, version, code);
      throw error;
    }
  }

  /** Position of this organisation in an order of all other members that is different for each record; -1 for no member. */
  async #rank({ recordId, custodian }: RecordState): Promise<number> {
    const draw = (mspId: string) => createHash('sha256').update(`${recordId}|${mspId}`).digest('hex');
    const { members } = await currentConfiguration(this.#options.readModel);
    const others = members.map(({ mspId }) => mspId).filter((mspId) => mspId !== custodian);
    return others.sort((a, b) => (draw(a) < draw(b) ? -1 : 1)).indexOf(this.#options.mspId);
  }

  async #answered(recordId: string, version: number): Promise<boolean> {
    const row = await this.#options.db
      .selectFrom('attestationAttempt')
      .select('outcome')
      .where('recordId', '=', recordId)
      .where('version', '=', version)
      .executeTakeFirst();
    return row !== undefined;
  }

  async #remember(recordId: string, version: number, outcome: string): Promise<void> {
    await this.#options.db
      .insertInto('attestationAttempt')
      .values({ recordId, version, outcome, atMs: this.#options.nowMs() })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** What was proposed while this gateway was down, or did not fit the queue. */
  async #sweep(): Promise<void> {
    if (this.#closed) return;
    try {
      const open = await this.#options.readModel.list('record', { status: 'proposed', limit: SWEEP_LIMIT });
      for (const { state } of open) this.#enqueue(state.recordId);
    } catch (error) {
      if (this.#closed) return;
      this.#options.log.warn(
        { reason: error instanceof Error ? error.name : 'unknown' },
        'sweep of proposed records failed',
      );
    }
  }

  async #sweepRegularly(): Promise<void> {
    await this.#sweep();
    this.#later(SWEEP_MS, () => void this.#sweepRegularly());
  }
}

/** The worker's writes have no idempotency key: what it does twice, the ledger refuses. */
function worker(what: string) {
  return { principalId: 'attester', idempotencyKey: undefined, requestDigest: what };
}
