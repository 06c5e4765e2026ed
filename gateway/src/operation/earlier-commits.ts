import type { Receipt, SignedEntry, Unit } from '../ledger/group-commit.ts';

/** What can be asked without submitting anything. */
export type LedgerQuestions = Readonly<{
  /** Block that holds this transaction as valid, if the ledger has it within a moment. */
  findCommit: (txId: string) => Promise<number | undefined>;
  /** Where the ledger holds this nonce, if it does. */
  findNonce: (entry: SignedEntry) => Promise<Readonly<{ txId: string; index: number }> | undefined>;
  nowMs: () => number;
}>;

/** Finds units that an earlier attempt has brought to the ledger, though its answer was lost. */
export class EarlierCommits {
  readonly #ledger: LedgerQuestions;
  readonly #asking = new Map<string, Promise<number | undefined>>();

  constructor(ledger: LedgerQuestions) {
    this.#ledger = ledger;
  }

  /**
   * By the transaction that the unit was planned under; by its nonce once it has expired, since submitting it again would then
   * be refused. Undefined where it has to be submitted to find out.
   */
  async find(unit: Unit, txId: string | null = null): Promise<Receipt | undefined> {
    const [first] = unit.entries;
    const blockNumber = txId === null ? undefined : await this.#findCommit(txId);
    if (first === undefined || (blockNumber === undefined && !this.hasExpired(unit))) return undefined;
    const found = await this.#ledger.findNonce(first);
    if (found === undefined) return undefined;
    return { ...found, blockNumber: found.txId === txId ? blockNumber : undefined, results: [] };
  }

  hasExpired({ entries }: Unit): boolean {
    return entries.some((entry) => Date.parse(entry.intent.notAfter) <= this.#ledger.nowMs());
  }

  /** Asked once for all operations that share the transaction. */
  #findCommit(txId: string): Promise<number | undefined> {
    const asking = this.#asking.get(txId) ?? this.#ledger.findCommit(txId).finally(() => this.#asking.delete(txId));
    this.#asking.set(txId, asking);
    return asking;
  }
}
