import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LogReader, MAX_LINE_BYTES } from './log-reader.ts';

describe('LogReader', () => {
  let directory = '';
  let file = '';
  let reader: LogReader;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'medquorum-log-'));
    file = path.join(directory, 'peer.log');
    reader = new LogReader(file);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const lines = () => {
    const found: string[] = [];
    reader.lines((line) => found.push(line));
    return found;
  };

  it.each([
    [0, []],
    [1, ['c']],
    [2, ['b', 'c']],
    [3, ['', 'b', 'c']],
    [9, ['a', '', 'b', 'c']],
  ])('skips to the last %d lines', (count, expected) => {
    writeFileSync(file, 'a\n\nb\nc\n');
    reader.skipToLast(count);
    expect(lines()).toEqual(expected);
  });

  it.each([
    [0, []],
    [1, ['c']],
    [2, ['b', 'c']],
    [3, ['', 'b', 'c']],
    [9, ['a', '', 'b', 'c']],
  ])('counts an unfinished line among the last %d', (count, expected) => {
    writeFileSync(file, 'a\n\nb\nc');
    reader.skipToLast(count);
    const found = lines();
    reader.unfinished((line) => found.push(line));
    expect(found).toEqual(expected);
  });

  it('finds them in a file of many blocks, wherever blocks end', () => {
    const all = Array.from({ length: 40_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 7)}`);
    writeFileSync(file, `${all.join('\n')}\n`);
    for (const count of [1, 2_999, 30_000]) {
      reader = new LogReader(file);
      reader.skipToLast(count);
      expect(lines()).toEqual(all.slice(-count));
    }
  });

  it('hands a line out when its end is written, whole in its own script', () => {
    const bytes = Buffer.from('Zürich\n');
    writeFileSync(file, bytes.subarray(0, 2));
    reader.skipToLast(0);
    expect(lines()).toEqual([]);
    appendFileSync(file, bytes.subarray(2, 4));
    expect(lines()).toEqual([]);
    appendFileSync(file, bytes.subarray(4));
    expect(lines()).toEqual(['Zürich']);
    appendFileSync(file, 'cut of');
    expect(lines()).toEqual([]);
    const rest: string[] = [];
    reader.unfinished((line) => rest.push(line));
    reader.unfinished((line) => rest.push(line));
    expect(rest).toEqual(['cut of']);
  });

  it('reads a file that comes later, and one that was emptied or replaced, from the beginning', () => {
    reader.skipToLast(5);
    expect(lines()).toEqual([]);
    writeFileSync(file, 'first\nsecond\n');
    expect(lines()).toEqual(['first', 'second']);
    truncateSync(file);
    appendFileSync(file, 'third\n');
    expect(lines()).toEqual(['third']);
    writeFileSync(`${file}.new`, 'fourth and longer than what was there\n');
    renameSync(`${file}.new`, file);
    expect(lines()).toEqual(['fourth and longer than what was there']);
    rmSync(file);
    expect(lines()).toEqual([]);
  });

  it('hands out in pieces what never ends', () => {
    writeFileSync(file, 'x'.repeat(MAX_LINE_BYTES));
    expect(lines()).toEqual([]);
    appendFileSync(file, 'xy');
    const [piece = ''] = lines();
    expect(piece).toHaveLength(MAX_LINE_BYTES + 2);
    appendFileSync(file, '\n');
    expect(lines()).toEqual(['']);
  });
});
