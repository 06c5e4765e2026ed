import { GatewayError } from '../gateway-error.ts';
import type { Receipt, SignedEntry, Unit } from '../ledger/group-commit.ts';
import type { FoundCommit } from '../ledger/ledger.ts';

/** What can be asked without submitting anything of the unit. */
export type LedgerQuestions = Readonly<{
  /** The transaction as the ledger holds it, if it has it as valid within a moment. */
  findCommit: (txId: string) => Promise<FoundCommit | undefined>;
  /** Where the ledger holds this nonce, if it does. */
  findNonce: (entry: SignedEntry) => Promise<Readonly<{ txId: string; index: number }> | undefined>;
  /** Resolves once this organisation has all that was ordered before now. Rejects where that takes too long. */
  caughtUpNow: () => Promise<void>;
  nowMs: () => number;
}>;

/** A unit on the ledger, with its entries as they stand there: those signed before it was signed anew, perhaps. */
export type HeldUnit = Receipt & Readonly<{ entries: readonly SignedEntry[] }>;

/** Finds units that an earlier attempt has brought to the ledger, though its answer was lost. */
export class EarlierCommits {
  readonly #ledger: LedgerQuestions;
  readonly #asking = new Map<string, Promise<FoundCommit | undefined>>();
  #catchingUp: Promise<void> | undefined;

  constructor(ledger: LedgerQuestions) {
    this.#ledger = ledger;
  }

  /**
   * By the transaction that the unit was planned under; by its nonce once it has expired, since submitting it again would then
   * be refused.
   *
   * @returns undefined where a unit in force has to be submitted to find out; of an expired one it says that the ledger does not hold it
   * @throws LedgerFault or GatewayError where a peer that may be behind cannot be asked
   */
  async find(unit: Unit, txId: string | null): Promise<HeldUnit | undefined> {
    const known = await this.#byTransaction(unit, txId);
    if (known !== undefined || !this.hasExpired(unit)) return known;
    const used = await this.#byNonce(unit);
    if (used !== undefined) return used;
    // A peer that was away pulls blocks for a while: what it does not have yet may be on the ledger.
    await this.caughtUpNow();
    return (await this.#byNonce(unit)) ?? this.#byTransaction(unit, txId); // its nonce may have been pruned
  }

  /**
   * The unit as the transaction holds it that used its nonce.
   * @throws GatewayError `MQ_OPERATION_PENDING` where it cannot be read now
   */
  async holding(unit: Unit, txId: string): Promise<HeldUnit> {
    const held = await this.#byTransaction(unit, txId);
    if (held !== undefined) return held;
    throw new GatewayError('MQ_OPERATION_PENDING', 'the transaction that holds the entries cannot be read yet');
  }

  /** Once for all who ask at a time. */
  caughtUpNow(): Promise<void> {
    this.#catchingUp ??= this.#ledger.caughtUpNow().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  hasExpired({ entries }: Unit): boolean {
    return entries.some((entry) => Date.parse(entry.intent.notAfter) <= this.#ledger.nowMs());
  }

  async #byTransaction(unit: Unit, txId: string | null): Promise<HeldUnit | undefined> {
    const committed = txId === null ? undefined : await this.#findCommit(txId);
    return committed === undefined ? undefined : heldIn(committed, unit);
  }

  async #byNonce(unit: Unit): Promise<HeldUnit | undefined> {
    const [first] = unit.entries;
    const used = first === undefined ? undefined : await this.#ledger.findNonce(first);
    return used === undefined ? undefined : this.holding(unit, used.txId);
  }

  /** Asked once for all operations that share the transaction. */
  #findCommit(txId: string): Promise<FoundCommit | undefined> {
    const asking = this.#asking.get(txId) ?? this.#ledger.findCommit(txId).finally(() => this.#asking.delete(txId));
    this.#asking.set(txId, asking);
    return asking;
  }
}

/** The unit's part of a transaction that it shared with others: known by author and nonce, which stay when it is signed anew. */
function heldIn({ argument, result, ...where }: FoundCommit, { entries: own }: Unit): HeldUnit | undefined {
  const all = JSON.parse(argument) as readonly SignedEntry[];
  const index = all.findIndex((entry) => nonceOf(entry) === nonceOf(own[0]));
  if (index < 0) return undefined;
  const end = index + own.length;
  const results = (JSON.parse(result) as readonly unknown[]).slice(index, end);
  return { ...where, index, results, entries: all.slice(index, end) };
}

function nonceOf(entry: SignedEntry | undefined): string | undefined {
  return entry && JSON.stringify([entry.intent.author.kind, entry.intent.author.id, entry.intent.nonce]);
}
