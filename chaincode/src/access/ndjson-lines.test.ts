import { linesOf, MAX_LINE_BYTES } from './ndjson-lines.ts';

async function lines(...chunks: readonly (string | Uint8Array)[]) {
  async function* source() {
    yield* chunks;
  }
  return Array.fromAsync(linesOf(source()));
}

describe('linesOf', () => {
  it('joins chunks and splits at newlines alone', async () => {
    expect(await lines('a\nb', 'c\r\n', '\u2028d')).toEqual(['a', 'bc\r', '\u2028d']);
    expect(await lines('a\n\n')).toEqual(['a', '']);
    expect(await lines()).toEqual([]);
  });
  it('joins characters that are cut between chunks', async () => {
    const bytes = Buffer.from('ä\n');
    expect(await lines(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['ä']);
  });
  it('gives undefined for what is no UTF-8, and goes on', async () => {
    expect(await lines(Buffer.from([0xff, 0x0a]), 'b\n')).toEqual([undefined, 'b']);
  });
  it('takes a line of the limit and none above it', async () => {
    const longest = Buffer.alloc(MAX_LINE_BYTES, 'x');
    expect((await lines(longest, '\n'))[0]).toHaveLength(MAX_LINE_BYTES);
    expect(await lines(longest, 'x\nnext')).toEqual([undefined, 'next']);
  });
});
