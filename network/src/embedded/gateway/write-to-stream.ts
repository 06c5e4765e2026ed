import { once } from 'node:events';

/** The part of a writable gRPC stream that is used. */
type MessageSink<T> = Readonly<{ write(message: T): boolean }> & NodeJS.EventEmitter;

/** Writes a message and waits while the client is slow. Resolves early when the signal aborts. */
export async function writeToStream<T>(stream: MessageSink<T>, message: T, signal: AbortSignal): Promise<void> {
  if (signal.aborted || stream.write(message)) return;
  try {
    await once(stream, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
