import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const BLOCK_BYTES = 64 * 1024;
/** A line that grows beyond this is handed out in pieces. */
export const MAX_LINE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads the log file of a process line by line while the process writes it, and again from its beginning where it was emptied or replaced. A
 * file that is not there yet has no lines.
 */
export class LogReader {
  readonly #file: string;
  #inode: number | undefined;
  #offset = 0;
  /** What was written of an unfinished line up to here is not handed out unless more of it comes. */
  #leftOut = 0;
  /** Bytes of a line whose end is not written yet. */
  #begun: Buffer = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
  }

  /** Leaves out all lines but the last `count`, an unfinished one among them. Reads backwards, so that the size of the file does not matter. */
  skipToLast(count: number): void {
    this.#read((descriptor, size) => {
      if (count === 0) this.#leftOut = size;
      const isFinished = size === 0 || readBlock(descriptor, size - 1, size)[0] === NEWLINE;
      // One that is left out begins here all the same: it is handed out whole once it ends.
      let wanted = isFinished ? count + 1 : Math.max(count, 1);
      for (let end = size; end > 0; end -= Math.min(end, BLOCK_BYTES)) {
        const start = Math.max(0, end - BLOCK_BYTES);
        const block = readBlock(descriptor, start, end);
        for (let at = block.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)) {
          wanted -= 1;
          if (wanted > 0) continue;
          this.#offset = start + at + 1;
          return;
        }
      }
    });
  }

  /** Hands out the whole lines that were written since, each without its end. */
  lines(tell: (line: string) => void): void {
    this.#read((descriptor, size) => {
      while (this.#offset < size) {
        const block = readBlock(descriptor, this.#offset, Math.min(size, this.#offset + BLOCK_BYTES));
        if (block.length === 0) return; // it was emptied this very moment
        this.#offset += block.length;
        this.#tellWhole(Buffer.concat([this.#begun, block]), tell);
      }
    });
  }

  /** Hands out what was written of a line that has no end, if anything. */
  unfinished(tell: (line: string) => void): void {
    if (this.#begun.length > 0 && this.#offset > this.#leftOut) tell(this.#begun.toString('utf8'));
    this.#begun = Buffer.alloc(0);
  }

  #tellWhole(bytes: Buffer, tell: (line: string) => void): void {
    let start = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
      tell(bytes.toString('utf8', start, at));
      start = at + 1;
    }
    this.#begun = bytes.subarray(start);
    if (this.#begun.length > MAX_LINE_BYTES) this.unfinished(tell);
  }

  #read(act: (descriptor: number, size: number) => void): void {
    const descriptor = openExisting(this.#file);
    if (descriptor === undefined) return;
    try {
      const { ino, size } = fstatSync(descriptor);
      if ((this.#inode !== undefined && this.#inode !== ino) || size < this.#offset) {
        this.#offset = 0;
        this.#leftOut = 0;
        this.#begun = Buffer.alloc(0);
      }
      this.#inode = ino;
      act(descriptor, size);
    } finally {
      closeSync(descriptor);
    }
  }
}

function openExisting(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

function readBlock(descriptor: number, start: number, end: number): Buffer {
  const block = Buffer.alloc(end - start);
  return block.subarray(0, readSync(descriptor, block, 0, block.length, start));
}
