import type { Receipt, SignedEntry, Unit } from '../ledger/group-commit.ts';
import type { FoundCommit } from '../ledger/ledger.ts';

/** What can be asked without submitting anything. */
export type LedgerQuestions = Readonly<{
  /** The transaction as the ledger holds it, if it has it as valid within a moment. */
  findCommit: (txId: string) => Promise<FoundCommit | undefined>;
  /** Where the ledger holds this nonce, if it does. */
  findNonce: (entry: SignedEntry) => Promise<Readonly<{ txId: string; index: number }> | undefined>;
  nowMs: () => number;
}>;

/** Finds units that an earlier attempt has brought to the ledger, though its answer was lost. */
export class EarlierCommits {
  readonly #ledger: LedgerQuestions;
  readonly #asking = new Map<string, Promise<FoundCommit | undefined>>();

  constructor(ledger: LedgerQuestions) {
    this.#ledger = ledger;
  }

  /**
   * By the transaction that the unit was planned under; by its nonce once it has expired, since submitting it again would then
   * be refused. Undefined where it has to be submitted to find out.
   */
  async find(unit: Unit, txId: string | null = null): Promise<Receipt | undefined> {
    const committed = txId === null ? undefined : await this.#findCommit(txId);
    const receipt = committed === undefined ? undefined : receiptOf(unit, committed);
    const [first] = unit.entries;
    if (receipt !== undefined || first === undefined || !this.hasExpired(unit)) return receipt;
    const found = await this.#ledger.findNonce(first);
    return found === undefined ? undefined : { ...found, blockNumber: undefined, results: [] };
  }

  hasExpired({ entries }: Unit): boolean {
    return entries.some((entry) => Date.parse(entry.intent.notAfter) <= this.#ledger.nowMs());
  }

  /** Asked once for all operations that share the transaction. */
  #findCommit(txId: string): Promise<FoundCommit | undefined> {
    const asking = this.#asking.get(txId) ?? this.#ledger.findCommit(txId).finally(() => this.#asking.delete(txId));
    this.#asking.set(txId, asking);
    return asking;
  }
}

/** The unit's part of a transaction that it shared with others. */
function receiptOf(
  { entries: [first, ...rest] }: Unit,
  { argument, result, ...where }: FoundCommit,
): Receipt | undefined {
  const entries = JSON.parse(argument) as readonly SignedEntry[];
  const index = entries.findIndex(({ signature }) => signature === first?.signature);
  if (index < 0) return undefined;
  const results = (JSON.parse(result) as readonly unknown[]).slice(index, index + 1 + rest.length);
  return { ...where, index, results };
}
