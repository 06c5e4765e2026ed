import { UsageError } from './command.ts';

const MAX_DAYS = 15 * 365;

/** Value of `--days`. @throws UsageError */
export function daysOf(text: string | undefined): Readonly<{ days?: number }> {
  if (text === undefined) return {};
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw new UsageError(`--days is ${JSON.stringify(text)}; allowed: 1 to ${MAX_DAYS}`);
  }
  return { days };
}
