import { setTimeout as delay } from 'node:timers/promises';
import { OperationError } from './operation-error.ts';

const POLL_MS = 200;
/** What a network of healthy nodes does within seconds; past this an operator should look. */
export const DEFAULT_WAIT_MS = 60_000;

/**
 * Asks until there is an answer, or the signal is given.
 * @throws OperationError MQ_OPERATION_TIMEOUT naming what was waited for, with the last failure as cause; AbortError at the signal
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs: number = DEFAULT_WAIT_MS,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      const last = cause instanceof Error ? `; last failure: ${cause.message}` : '';
      throw new OperationError('MQ_OPERATION_TIMEOUT', `waited ${timeoutMs / 1000} s in vain until ${what}${last}`, {
        cause,
      });
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
