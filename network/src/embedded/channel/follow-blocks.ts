import type { Ledger } from '../ledger/ledger.ts';

/** A block in its place on the chain. */
export type NumberedBlock = Readonly<{ number: number; bytes: Buffer }>;

/**
 * The blocks of the chain from a number on, each as soon as it is committed; ends when the signal aborts. After the
 * ledger has gone back to an earlier height it waits until the next number is reached again.
 */
export async function* followBlocks(
  ledger: Ledger,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<NumberedBlock, void, undefined> {
  let wake = (): void => {};
  const stopListening = ledger.onCommit(() => wake());
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    for (let number = start; !signal.aborted; ) {
      const bytes = ledger.getBlock(number);
      if (bytes !== undefined) {
        yield { number, bytes };
        number++;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', onAbort);
  }
}
