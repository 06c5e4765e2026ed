import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, EXIT_USAGE, UsageError } from './command.ts';

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

/** Runs a command of this process: standard streams, ended by Ctrl-C or SIGTERM. */
export async function runMedquorum(argv: readonly string[], commands: readonly Command[]): Promise<number> {
  const ending = new AbortController();
  const end = () => ending.abort();
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  // Who reads the output has enough of it, as `head` does: that ends a command like Ctrl-C.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    end();
  });
  try {
    return await runCommand(argv, commands, { stdout: process.stdout, stderr: process.stderr, signal: ending.signal });
  } finally {
    process.removeListener('SIGINT', end);
    process.removeListener('SIGTERM', end);
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
