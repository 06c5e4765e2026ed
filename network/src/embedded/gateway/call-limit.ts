import { status } from '@grpc/grpc-js';
import { RpcError } from '../../protocol/rpc-error.ts';

/** Calls of `gateway.Gateway` in progress at once, per organisation, event streams included. */
export const MAX_GATEWAY_CALLS = 500;

/** Calls of `protos.Endorser` and streams of `protos.Deliver` at once, per organisation, as Fabric's peers have it. */
export const MAX_ENDORSER_CALLS = 2_500;
export const MAX_DELIVER_STREAMS = 2_500;

/** Refuses calls beyond a limit, as Fabric's peers do: with UNKNOWN, not RESOURCE_EXHAUSTED. */
export class CallLimit {
  readonly #service: string;
  readonly #maxCalls: number;
  #calls = 0;

  constructor(service: string, maxCalls: number) {
    this.#service = service;
    this.#maxCalls = maxCalls;
  }

  /** Takes a place; the returned function gives it back, once. */
  enter(): () => void {
    if (this.#calls >= this.#maxCalls) {
      const message = `too many requests for /${this.#service}, exceeding concurrency limit (${this.#maxCalls})`;
      throw new RpcError(status.UNKNOWN, message);
    }
    this.#calls++;
    let left = false;
    return () => {
      if (!left) this.#calls--;
      left = true;
    };
  }
}
