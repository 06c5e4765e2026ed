import { UsageError } from './command.ts';

/** One of the allowed values of an option. @throws UsageError naming them */
export function choice<T extends string>(option: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new UsageError(`--${option} is ${JSON.stringify(value)}; allowed: ${allowed.join(', ')}`);
  return found;
}
