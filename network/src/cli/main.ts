import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, EXIT_USAGE, UsageError } from './command.ts';
import { onReaderGone, stopRequest } from './stop-request.ts';

/**
 * Runs the command that the arguments name and returns its exit status. The first matching command with the most
 * words wins; `--help` after a command shows its help, without one it lists the commands.
 */
export async function runCommand(
  argv: readonly string[],
  commands: readonly Command[],
  context: CommandContext,
): Promise<number> {
  const command = find(argv, commands);
  if (command === undefined) {
    const asked = argv.length === 0 || isHelp(argv[0]);
    (asked ? context.stdout : context.stderr).write(overview(argv, commands));
    return asked ? EXIT_OK : EXIT_USAGE;
  }
  const rest = argv.slice(command.name.split(' ').length);
  if (rest.some(isHelp)) {
    context.stdout.write(command.help);
    return EXIT_OK;
  }
  try {
    return await command.run(rest, context);
  } catch (error) {
    if (error instanceof UsageError) {
      context.stderr.write(`medquorum ${command.name}: ${error.message}\n${command.help}`);
      return EXIT_USAGE;
    }
    if (!isExpected(error)) throw error;
    context.stderr.write(`medquorum ${command.name}: ${error.message}\n`);
    return EXIT_FAILED;
  }
}

/**
 * Runs a command of this process on its standard streams. Ctrl-C, SIGTERM, SIGHUP and the end of who reads the output are told to a command that
 * ends in order; any other is ended by signals as the system does, and goes on where nobody reads.
 */
export async function runMedquorum(argv: readonly string[], commands: readonly Command[]): Promise<number> {
  const { stdout, stderr } = process;
  if (!find(argv, commands)?.endsInOrder) {
    onReaderGone(() => {});
    return runCommand(argv, commands, { stdout, stderr, signal: new AbortController().signal });
  }
  const { signal, release } = stopRequest();
  try {
    return await runCommand(argv, commands, { stdout, stderr, signal });
  } finally {
    release();
  }
}

function find(argv: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands
    .filter(({ name }) => name.split(' ').every((word, i) => argv[i] === word))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

function overview([group]: readonly string[], commands: readonly Command[]): string {
  const inGroup = commands.filter(({ name }) => name.split(' ')[0] === group);
  const listed = inGroup.length > 0 ? inGroup : commands;
  const width = Math.max(...listed.map(({ name }) => name.length));
  const lines = listed.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `usage: medquorum <command> [options]\n\n${lines.join('')}\nmedquorum <command> --help shows its options.\n`;
}

const isHelp = (argument: string | undefined) => argument === '--help' || argument === '-h';

/** Failures that were foreseen carry a stable code (ours `MQ_...`, the system's `EADDRINUSE` and the like). */
function isExpected(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
