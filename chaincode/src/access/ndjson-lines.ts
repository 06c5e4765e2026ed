/** A longer line is not taken into memory. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The lines of a UTF-8 stream, split at `\n` alone: JSON strings may hold every other separator as it is. What follows
 * the last `\n` is a line unless it is empty. Holds one line at a time.
 *
 * @returns undefined in place of a line that is longer than {@link MAX_LINE_BYTES} or no UTF-8
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string | undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array) => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  const finish = () => {
    const line = length > MAX_LINE_BYTES ? undefined : decode(parts);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      take(bytes.subarray(start, end));
      start = end + 1;
      yield finish();
    }
    take(bytes.subarray(start));
  }
  if (length > 0) yield finish();
}

function decode(parts: readonly Uint8Array[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)); // drops a byte order mark
  } catch {
    return undefined;
  }
}
