/**
 * A command of the gateway, in the form in which `medquorum` lists and runs commands: arguments in, exit code out; data
 * on stdout, everything else on stderr. Failures throw.
 */
export type Command = Readonly<{
  name: string;
  summary: string;
  /** Text of `--help`. */
  help: string;
  run(argv: readonly string[], context: CommandContext): Promise<number>;
}>;

type Output = Readonly<{ write(text: string): unknown }>;
export type CommandContext = Readonly<{ stdout: Output; stderr: Output }>;

export const EXIT_OK = 0;
/** What was asked about is not as it should be. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
