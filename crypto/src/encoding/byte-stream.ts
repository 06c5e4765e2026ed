/** Streams of bytes in constant memory: Node streams, web streams, generators and arrays alike are iterables of chunks. */
import { concatBytes } from './bytes.ts';

/** Chunks of any sizes; their borders carry no meaning. */
export type ByteStream = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const EMPTY = new Uint8Array();

/** All chunks of a stream in one array, for contents known to be small. */
export async function collectBytes(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return concatBytes(...chunks);
}

/** Parts of `size` bytes; the last has 1 to `size`, or 0 where there is nothing at all. */
export async function* inParts(stream: ByteStream, size: number) {
  const source = new ByteSource(stream);
  let part = await source.upTo(size);
  for (;;) {
    const next = part.length === size ? await source.upTo(size) : EMPTY;
    const last = next.length === 0;
    yield { part, last };
    if (last) return;
    part = next;
  }
}

/** Takes exact lengths from chunks of any sizes. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #held: Uint8Array = EMPTY;
  #ended = false;
  constructor(stream: ByteStream) {
    this.#chunks = Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
  }

  /** The next `length` bytes, fewer at the end. */
  async upTo(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      if (this.#held.length === 0 && !(await this.#fill())) break;
      const taken = this.#held.subarray(0, missing);
      this.#held = this.#held.subarray(taken.length);
      missing -= taken.length;
      parts.push(taken);
    }
    return concatBytes(...parts);
  }

  async *rest(): AsyncGenerator<Uint8Array<ArrayBufferLike>, void> {
    while (this.#held.length > 0 || (await this.#fill())) {
      const chunk = this.#held;
      this.#held = EMPTY;
      yield chunk;
    }
  }

  async #fill(): Promise<boolean> {
    while (!this.#ended && this.#held.length === 0) {
      const { done, value } = await this.#chunks.next();
      this.#ended = done === true;
      if (!this.#ended) this.#held = value as Uint8Array;
    }
    return !this.#ended;
  }
}
