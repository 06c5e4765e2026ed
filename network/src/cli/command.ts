import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Exit statuses of every command. */
export const EXIT_OK = 0;
/** The command could not do what was asked; the reason is on stderr with its code. */
export const EXIT_FAILED = 1;
/** The command line is wrong. */
export const EXIT_USAGE = 2;
/** What was asked about is not there or not running. */
export const EXIT_NOT_RUNNING = 3;

export type Output = Readonly<{ write(text: string): unknown }>;

/** Where a command writes: data on stdout, everything else on stderr. */
export type CommandContext = Readonly<{
  stdout: Output;
  stderr: Output;
  /** Aborted when a command that `endsInOrder` is asked to end. */
  signal: AbortSignal;
}>;

/** One sub-command. Failures throw; `main.ts` turns them into exit statuses once. */
export type Command = Readonly<{
  /** Words after the program's name, such as `pki renew`. */
  name: string;
  summary: string;
  /** Text of `--help`. */
  help: string;
  /**
   * Runs until the context's signal is aborted, and then ends what it has started. Without it signals end the command as
   * they end any process: it must leave nothing running.
   */
  endsInOrder?: boolean;
  run(argv: readonly string[], context: CommandContext): Promise<number>;
}>;

/** A wrong command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'MQ_USAGE';
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses options; unknown ones, missing values and positional arguments throw UsageError. */
export function parseOptions<T extends Options>(argv: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false, strict: true }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Parses options and, between them, names of what the command is about. @throws UsageError as parseOptions */
export function parseWithNames<T extends Options>(argv: readonly string[], options: T) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { values, names: positionals };
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The value of an option that must be given. */
export function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`--${option} is missing`);
  return value;
}
