import { createReadStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { linesOf } from './ndjson-lines.ts';
import { answerTrialLine } from './trial-line.ts';

export type CommandStreams = Readonly<{ stdin: Readable; stdout: Writable; stderr: Writable }>;

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const USAGE = `usage: medquorum decide [FILE]

Tries consents before they are signed. Reads NDJSON {id, consents, record, requester} from FILE or standard input and
writes NDJSON {id, effect, reasons}, one line for each line (docs/access-decision.md, section 5). A line that cannot be
read is answered too: deny, facts-malformed.
`;

/** As the `medquorum` command lists and runs it. */
export const DECIDE_COMMAND = {
  name: 'decide',
  summary: 'Try consents before they are signed: NDJSON in, decisions out',
  help: USAGE,
  run: (argv: readonly string[]) => decideCommand(argv, process),
};

/** @returns the exit code: 0 however the lines were answered, 1 where input or output failed, 2 for wrong arguments */
export async function decideCommand(
  argv: readonly string[],
  { stdin, stdout, stderr }: CommandStreams,
): Promise<number> {
  const options = { help: { type: 'boolean', short: 'h' } } as const;
  let parsed: { values: { help?: boolean }; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch {
    stderr.write(USAGE);
    return EXIT_USAGE;
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    stdout.write(USAGE);
    return EXIT_OK;
  }
  if (positionals.length > 1) {
    stderr.write(USAGE);
    return EXIT_USAGE;
  }
  const [file = '-'] = positionals;
  const input = file === '-' ? stdin : createReadStream(file);
  const answers = Readable.from(answersTo(input), { objectMode: false });
  try {
    await pipeline(answers, stdout, { end: false });
    return EXIT_OK;
  } catch (error) {
    stderr.write(`medquorum decide: ${messageOf(error)}\n`);
    return EXIT_FAILED;
  }
}

async function* answersTo(input: Readable): AsyncGenerator<string> {
  for await (const line of linesOf(input)) yield `${JSON.stringify(answerTrialLine(line ?? ''))}\n`;
}

/** A system's message names the path and the cause; the lines themselves are never repeated. */
function messageOf(error: unknown): string {
  const isNamed = typeof error === 'object' && error !== null && 'message' in error;
  return isNamed ? String(error.message) : 'input or output failed';
}
