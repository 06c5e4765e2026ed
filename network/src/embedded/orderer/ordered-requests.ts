import { common } from '@hyperledger/fabric-protos';
import { readEnvelope } from '../../protocol/signed-envelope.ts';
import { computeTransactionId } from '../../protocol/transaction-id.ts';
import { BROADCAST_SUCCESS, type BroadcastReply } from './broadcast-check.ts';

/** Requests that BFT orderers remember after they are in a block. */
export const REMEMBERED_REQUESTS = 1000;

/** An envelope that waits for its block already: it is not ordered twice, and its sender need not know. */
export const WAITS_ALREADY: BroadcastReply = { ...BROADCAST_SUCCESS };

/**
 * The requests that BFT orderers know and do not order again. A request is its nonce and creator, whatever else is in it. What was
 * ordered before the last thousand, or before a restart, is forgotten and would be ordered again.
 */
export class OrderedRequests {
  readonly #maxBytes: number;
  readonly #waiting = new Set<string>();
  /** Oldest first. */
  readonly #ordered = new Set<string>();

  /** `maxBytes`: the largest envelope, framing included. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes an envelope that has passed every other check. Only `BROADCAST_SUCCESS` itself says that it is to be ordered. */
  admit(envelope: Uint8Array): BroadcastReply {
    if (envelope.length > this.#maxBytes) {
      return refused(`submitted request (${envelope.length}) is bigger than request max bytes (${this.#maxBytes})`);
    }
    const id = requestId(envelope);
    if (this.#waiting.has(id)) return WAITS_ALREADY;
    if (this.#ordered.has(id)) return refused('request already processed');
    this.#waiting.add(id);
    return BROADCAST_SUCCESS;
  }

  /** The envelopes of a block wait no more. */
  order(envelopes: readonly Uint8Array[]): void {
    for (const id of envelopes.map(requestId)) {
      this.#waiting.delete(id);
      this.#ordered.add(id);
    }
    for (const id of this.#ordered) {
      if (this.#ordered.size <= REMEMBERED_REQUESTS) break;
      this.#ordered.delete(id);
    }
  }

  /** Forgets everything, as orderers do that begin anew. */
  clear(): void {
    this.#waiting.clear();
    this.#ordered.clear();
  }
}

function requestId(envelope: Uint8Array): string {
  const { nonce, creator } = readEnvelope(envelope);
  return computeTransactionId(nonce, creator);
}

function refused(info: string): BroadcastReply {
  return { status: common.Status.SERVICE_UNAVAILABLE, info: `failed to submit request: ${info}` };
}
