import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runVectorFile } from './run.ts';
import type { VectorSet } from './vector-set.ts';

const directory = path.resolve(import.meta.dirname, '../../vectors');
const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
const textOf = (file: string) => readFileSync(path.join(directory, file), 'utf8');

async function run(name: string, text: string, sets?: readonly VectorSet[]) {
  const lines: string[] = [];
  const report = await runVectorFile(name, text, (line) => lines.push(line), ...(sets ? [sets] : []));
  return { ...report, lines };
}

describe('the published vectors', () => {
  it.each(files)(
    'of %s pass on every implementation',
    async (file) => {
      const { failed, passed, lines } = await run(file, textOf(file));
      expect(lines).toEqual([]);
      expect(failed).toBe(0);
      expect(passed).toBe((JSON.parse(textOf(file)) as { vectors: unknown[] }).vectors.length);
    },
    120_000,
  );
});

describe('the runner', () => {
  const vector = { id: 'v1', op: 'double', input: { x: 2 }, expected: { y: 4 } };
  const doubling: VectorSet = {
    spec: 'test.md',
    arithmetic: 'bls12-381',
    operations: {
      double: (input, { arithmetic }) => ({ y: 2 * input.integer('x'), by: arithmetic.name }),
      bytes: () => ({ y: Uint8Array.of(1, 255) }),
    },
  };
  const file = (...vectors: unknown[]) => JSON.stringify({ spec: 'test.md', vectors });
  const runTest = (text: string) => run('test.json', text, [doubling]);

  it('passes what is equal, byte strings as hexadecimal', async () => {
    const bytes = { id: 'v2', op: 'bytes', input: {}, expected: { y: '01ff' } };
    expect(await runTest(file(vector, bytes))).toEqual({ passed: 2, failed: 0, lines: [] });
  });

  it.each([
    ['a wrong value, once per implementation', { ...vector, expected: { y: 5 } }, 2],
    ['one wrong member of several', { ...vector, expected: { y: 4, z: 1 } }, 2],
    ['an unknown operation', { ...vector, op: 'triple' }, 1],
    ['an operation named like a member of objects', { ...vector, op: 'constructor' }, 1],
    ['an input of another type', { ...vector, input: { x: '2' } }, 2],
    ['no expectation', { ...vector, expected: {} }, 1],
    ['no input', { ...vector, input: null }, 1],
    ['no vector at all', null, 1],
  ])('fails %s', async (_, broken, lines) => {
    const report = await runTest(file(vector, broken));
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(report.lines).toHaveLength(lines);
  });

  it('fails a vector that only one implementation passes', async () => {
    const onlyNoble = file({ ...vector, expected: { by: 'noble' } });
    const { passed, failed, lines } = await runTest(onlyNoble);
    expect([passed, failed]).toEqual([0, 1]);
    expect(lines).toEqual(['FAIL test.json v1 by [mcl]: expected "noble", got "mcl"']);
  });

  it.each([
    ['of an unknown specification', JSON.stringify({ spec: 'other.md', vectors: [vector] })],
    ['without vectors', file()],
    ['that is not JSON', '{'],
    ['that is not an object', '[]'],
  ])('fails a file %s', async (_, text) => {
    expect(await runTest(text)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('finds every kind of change in the published vectors', async () => {
    const published = JSON.parse(textOf('ma-abs.json')) as {
      vectors: { op: string; expected: Record<string, unknown> }[];
    };
    const cheap = published.vectors.filter(({ op }) => op !== 'verify');
    const changed = cheap.map((original) => ({ ...original, expected: changeOne(original.expected) }));
    const { passed, failed } = await run('ma-abs.json', JSON.stringify({ ...published, vectors: changed }));
    expect([passed, failed]).toEqual([0, changed.length]);
  }, 60_000);
});

/** Changes the first expected member in one place. */
function changeOne(expected: Record<string, unknown>): Record<string, unknown> {
  const [[member, value] = ['', '']] = Object.entries(expected);
  const other =
    typeof value === 'boolean'
      ? !value
      : Array.isArray(value)
        ? value.slice(1)
        : `${value}`.replace(/.$/, (c) => (c === '0' ? '1' : '0'));
  return { ...expected, [member]: other };
}
