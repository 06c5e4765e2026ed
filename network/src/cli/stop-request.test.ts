import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { NETWORK_COMMANDS } from './commands.ts';

const MAIN = pathToFileURL(path.join(import.meta.dirname, 'main.ts')).href;
/** Two commands that write to a stream for ever: one stops when it is told, and writes its last words then; the other has an end of its own. */
const PROGRAM = `
import { writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { runMedquorum } from '${MAIN}';
const texts = { summary: '', help: '' };
async function write(stream, isOver) {
  while (!isOver()) {
    stream.write('a line\\n');
    await turn();
  }
}
process.exitCode = await runMedquorum(process.argv.slice(1), [
  { ...texts, name: 'in-order', endsInOrder: true, async run([stream, file], context) {
    await write(context[stream], () => context.signal.aborted);
    context[stream].write('stopping\\n');
    await turn();
    writeFileSync(file, 'stopped');
    return 0;
  } },
  { ...texts, name: 'by-default', async run([stream, file, lines], context) {
    let written = 0;
    await write(context[stream], () => ++written > Number(lines));
    writeFileSync(file, 'done');
    return 0;
  } },
]);
`;
const FOR_EVER = 'Infinity';

describe('a command of this process', () => {
  let folder = '';
  let child: ChildProcess;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stop-request-'));
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  /** Runs it until it has written. */
  async function run(command: string, stream: 'stdout' | 'stderr', lines = FOR_EVER) {
    const mark = path.join(folder, 'mark');
    child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, command, stream, mark, lines]);
    const exited = once(child, 'exit');
    const output = child[stream];
    if (output === null) throw new Error('no pipe');
    const [first] = await once(output, 'data');
    expect(String(first)).toMatch(/^a line/);
    output.resume();
    const end = async () => {
      const [code, signal] = await exited;
      return { code, signal, mark: await readFile(mark, 'utf8').catch(() => undefined) };
    };
    return { output, end };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('that ends in order does so at %s', async (signal) => {
    const { end } = await run('in-order', 'stdout');
    child.kill(signal);
    expect(await end()).toEqual({ code: 0, signal: null, mark: 'stopped' });
  });

  it.each(['stdout', 'stderr'] as const)('that ends in order does so when nobody reads its %s', async (stream) => {
    const { output, end } = await run('in-order', stream);
    output.destroy();
    expect(await end()).toEqual({ code: 0, signal: null, mark: 'stopped' });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('that does not is ended by %s', async (signal) => {
    const { end } = await run('by-default', 'stdout');
    child.kill(signal);
    expect(await end()).toEqual({ code: null, signal, mark: undefined });
  });

  it.each(['stdout', 'stderr'] as const)('that does not goes on where nobody reads its %s', async (stream) => {
    const { output, end } = await run('by-default', stream, '20000');
    output.destroy();
    expect(await end()).toEqual({ code: 0, signal: null, mark: 'done' });
  });
});

it('commands that run until they are told end in order', () => {
  const names = NETWORK_COMMANDS.filter(({ endsInOrder }) => endsInOrder).map(({ name }) => name);
  expect(names.toSorted()).toEqual(['network logs', 'network up', 'node up']);
});
