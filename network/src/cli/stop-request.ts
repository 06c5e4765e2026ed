/** Ctrl-C, an orderly end by a service manager, the terminal or connection that is gone. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A pipe whose reader has ended; a terminal that is gone. */
const READER_GONE: readonly (string | undefined)[] = ['EPIPE', 'EIO'];

export type StopRequest = Readonly<{
  /** Aborted when the process is asked to stop. */
  signal: AbortSignal;
  /** Signals end the process by default again. */
  release(): void;
}>;

/**
 * Listens for what asks this process to stop what it runs: a signal, or the end of who reads its output (`| head`, `| tee` at Ctrl-C), upon which
 * it goes on without output until it has stopped.
 */
export function stopRequest(): StopRequest {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const name of STOP_SIGNALS) process.on(name, stop);
  onReaderGone(stop, () => {}); // what it runs is worth more than its output
  const release = () => {
    for (const name of STOP_SIGNALS) process.removeListener(name, stop);
  };
  return { signal: stopping.signal, release };
}

/**
 * Has the process outlive the readers of its output; unhandled, a write to nobody would end it where it stands.
 *
 * @param otherwise what becomes of other failures to write, such as a full disk
 */
export function onReaderGone(
  then: () => void,
  otherwise: (error: Error) => void = (error) => {
    throw error;
  },
): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (READER_GONE.includes(error.code)) then();
      else otherwise(error);
    });
}
