import { SupervisorError } from './supervisor-error.ts';

export type BringUpOptions<T> = Readonly<{
  /** Aborted when people want it to stop before it has come up. */
  signal: AbortSignal | undefined;
  start(): Promise<T>;
  /** Ends what has started, so that nothing can be started any more. Called again, it waits for the same end. */
  close(): Promise<void>;
}>;

/**
 * Brings up what people may interrupt: it is closed as soon as the signal is given, upon which what is being started fails, and where a step fails.
 * @throws whatever a step throws; SupervisorError `MQ_INTERRUPTED` when the signal is given before everything is up
 */
export async function bringUp<T>({ signal, start, close }: BringUpOptions<T>): Promise<T> {
  const onAbort = () => void close().catch(() => {}); // whoever waits for the end is told
  signal?.addEventListener('abort', onAbort);
  try {
    refuseInterrupted(signal);
    const running = await start();
    refuseInterrupted(signal);
    return running;
  } catch (error) {
    await close();
    refuseInterrupted(signal);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function refuseInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SupervisorError('MQ_INTERRUPTED', 'stopped before it had come up');
}
