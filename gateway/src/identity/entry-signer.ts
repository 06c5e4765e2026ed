import { randomBytes } from 'node:crypto';
import { type Entry, entry as entryShape } from '@medquorum/chaincode/ledger/entry';
import {
  type ArgsOf,
  type ContractName,
  type FunctionName,
  WRITING_FUNCTIONS,
} from '@medquorum/chaincode/ledger/functions';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import type { Shape } from '@medquorum/chaincode/schema/shape';
import type { JsonValue } from '@medquorum/crypto/encoding/canonical-json';
import { type Intent, type IntentAuthor, intentBytes, intentMismatch } from '@medquorum/crypto/keys/signed-intent';
import type { SigningKey } from './signing-key.ts';

/** A registered party whose key this gateway may use. */
export type EntryAuthor = Readonly<{ author: IntentAuthor; key: SigningKey }>;

export type EntrySignerOptions = Readonly<{
  channel: string;
  chaincode: string;
  lifetimeMs: number;
  nowMs: () => number;
}>;

/** Makes signed entries; the arguments are held to the ledger's own shapes first, so that a mistake costs no transaction. */
export class EntrySigner {
  readonly #options: EntrySignerOptions;
  /** Of the entries made here, for as long as somebody holds them. */
  readonly #keys = new WeakMap<Entry, SigningKey>();

  constructor(options: EntrySignerOptions) {
    this.#options = options;
  }

  /** @throws MedQuorumError `MQ_INPUT_INVALID` naming the member */
  sign<C extends ContractName, F extends FunctionName<C>>(
    { author, key }: EntryAuthor,
    contract: C,
    functionName: F,
    args: ArgsOf<C, F>,
    headDigest?: string,
  ): Entry {
    const { channel, chaincode, lifetimeMs, nowMs } = this.#options;
    checkArgs(contract, functionName, args);
    const intent: Intent = {
      v: 1,
      channel,
      chaincode,
      contract,
      function: functionName,
      args: args as JsonValue,
      author,
      ...(headDigest === undefined ? {} : { headDigest }),
      nonce: randomBytes(24).toString('base64url'),
      notAfter: new Date(nowMs() + lifetimeMs).toISOString(),
    };
    return this.#signed(intent, key);
  }

  /**
   * The same entry under another nonce of its author: of two entries with one nonce the ledger carries out one.
   *
   * @param entry one that {@link sign} returned; any other is returned as it is
   */
  withNonce(entry: Entry, nonce: string): Entry {
    const key = this.#keys.get(entry);
    return key === undefined ? entry : this.#signed({ ...entry.intent, nonce }, key);
  }

  /**
   * An entry that the caller brings signed, held to its form and purpose. The ledger checks the signature.
   *
   * @throws MedQuorumError `MQ_INPUT_INVALID`, `MQ_INTENT_INVALID`, `MQ_INTENT_CHANNEL` and the like
   */
  accept(
    value: unknown,
    contract: ContractName,
    functionName: string,
    author: Pick<IntentAuthor, 'kind' | 'id'>,
  ): Entry {
    const { channel, chaincode, nowMs } = this.#options;
    const found = entryShape(value, 'entry');
    const use = { channel, chaincode, contract, function: functionName, timeMs: nowMs() };
    const mismatch = intentMismatch(found.intent, use);
    if (mismatch !== undefined) throw new MedQuorumError(mismatch, 'the intent does not fit this request');
    if (found.intent.author.kind !== author.kind || found.intent.author.id !== author.id) {
      throw new MedQuorumError('MQ_AUTHOR_NOT_ALLOWED', 'the intent is of another author');
    }
    checkArgs(contract, functionName, found.intent.args);
    return found;
  }

  #signed(intent: Intent, key: SigningKey): Entry {
    const entry = { intent, signature: key.sign(intentBytes(intent)) };
    this.#keys.set(entry, key);
    return entry;
  }
}

function checkArgs(contract: ContractName, functionName: string, args: unknown): void {
  const shapes = WRITING_FUNCTIONS[contract] as Readonly<Record<string, Shape<unknown>>>;
  shapes[functionName]?.(args, 'args');
}
