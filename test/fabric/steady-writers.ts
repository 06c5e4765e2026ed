import { setTimeout as delay } from 'node:timers/promises';
import type { Transaction } from '@hyperledger/fabric-gateway';
import { AcknowledgedLog, type LoggedWrite } from './acknowledged-log.ts';
import type { OperatedNetwork } from './operated-network.ts';
import { ProbeClient } from './probe-client.ts';

/** Rest between two writes of a lane: a steady load, not a benchmark. */
const PAUSE_MS = 20;
/** Writes that each organisation has in flight at most. */
const LANES = 3;
const RETRY_MS = 100;
const VALID = 0;
/** Past this a write counts as failed: nothing here should be away so long. */
const GIVE_UP_MS = 60_000;

export type Acknowledged = LoggedWrite &
  Readonly<{
    key: string;
    /** The transaction that was acknowledged. */
    txId: string;
    /** All transactions endorsed for this key; at most one may be valid. */
    attempts: readonly string[];
  }>;

/** A client per organisation that writes a new key again and again, as a careful application does: what it does not know, it finds out. */
export class SteadyWriters {
  readonly #network: OperatedNetwork;
  readonly #mspIds: readonly string[];
  readonly #log: AcknowledgedLog<Acknowledged>;
  readonly #failures: string[] = [];
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();

  static start(network: OperatedNetwork, mspIds: readonly string[], logFile: string): SteadyWriters {
    const writers = new SteadyWriters(network, mspIds, logFile);
    const lanes = mspIds.flatMap((mspId) => Array.from({ length: LANES }, (_, lane) => writers.#writeOn(mspId, lane)));
    writers.#running = Promise.all(lanes);
    return writers;
  }

  private constructor(network: OperatedNetwork, mspIds: readonly string[], logFile: string) {
    this.#network = network;
    this.#mspIds = mspIds;
    this.#log = new AcknowledgedLog(logFile);
  }

  /** What was acknowledged so far, as the log has it. */
  log(): readonly Acknowledged[] {
    return this.#log.entries();
  }

  /** Writes that were given up, with the last failure. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Times from now until each organisation has had a new write acknowledged. @throws Error */
  async recovered(): Promise<readonly number[]> {
    return [...(await this.#log.recovered(this.#mspIds, GIVE_UP_MS)).values()];
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async #writeOn(mspId: string, lane: number): Promise<void> {
    const client = await ProbeClient.connect(this.#network, mspId);
    for (let n = 0; !this.#stopping; n += 1) {
      const key = `${mspId}/${lane}/${n}`;
      await this.#write(client, mspId, key).catch((error: Error) => this.#failures.push(`${key}: ${error.message}`));
      await delay(PAUSE_MS);
    }
    client.close();
  }

  async #write(client: ProbeClient, mspId: string, key: string): Promise<void> {
    const begunMs = performance.now();
    const attempts: string[] = [];
    const script = JSON.stringify([['put', key, `value of ${key}`]]);
    const patiently = <T>(act: () => Promise<T>) => untilItWorks(act, begunMs + GIVE_UP_MS);
    for (;;) {
      // Nothing is submitted before it is endorsed: to endorse anew is safe.
      const transaction: Transaction = await patiently(() =>
        client.contract.newProposal('run', { arguments: [script] }).endorse(),
      );
      const txId = transaction.getTransactionId();
      attempts.push(txId);
      // Whether a failed submission arrived is not known. The ledger is asked; only what is not there is sent again, as the same transaction,
      // which commits once at most. (BFT orderers refuse a transaction that they have ordered already.)
      let isFirst = true;
      const isValid = await patiently(async () => {
        const recorded = isFirst ? undefined : await client.recordedCode(txId);
        isFirst = false;
        if (recorded !== undefined) return recorded === VALID;
        return (await (await transaction.submit()).getStatus()).successful;
      });
      if (!isValid) continue;
      this.#log.append({ writer: mspId, key, txId, attempts, begunMs, doneMs: performance.now() });
      return;
    }
  }
}

async function untilItWorks<T>(act: () => Promise<T>, deadlineMs: number): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await delay(RETRY_MS);
    }
  }
}
