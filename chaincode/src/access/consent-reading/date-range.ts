/** Instants from `low`, included, to `high`, not included, in milliseconds since 1970 UTC; an open side is infinite. */
export type DateRange = Readonly<{ low: number; high: number }>;

// FHIR R4 dateTime: a time needs seconds and an offset.
const DATE_TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d)))?)?)?$/;
const MINUTE_MS = 60_000;
const MAX_OFFSET_MINUTES = 14 * 60;

/**
 * What a FHIR R4 dateTime covers: a year, month or day without time is all of it in UTC, an instant one millisecond.
 *
 * @returns undefined for what is no dateTime or a day that does not exist
 */
export function dateRange(value: unknown): DateRange | undefined {
  const parts = typeof value === 'string' ? DATE_TIME.exec(value) : null;
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = parts;
  const y = Number(year);
  const m = Number(month ?? 1);
  const d = Number(day ?? 1);
  if (y < 1 || m < 1 || m > 12 || d < 1 || startOfDay(y, m, d) >= startOfDay(y, m + 1, 1)) return undefined;
  if (month === undefined) return { low: startOfDay(y, 1, 1), high: startOfDay(y + 1, 1, 1) };
  if (day === undefined) return { low: startOfDay(y, m, 1), high: startOfDay(y, m + 1, 1) };
  if (hour === undefined) return { low: startOfDay(y, m, d), high: startOfDay(y, m, d + 1) };
  // 60 is a leap second, as FHIR R4 allows it: the millisecond after second 59 has ended.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const offset = Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0);
  if (Number(offsetMinute ?? 0) > 59 || offset > MAX_OFFSET_MINUTES) return undefined;
  const minutes = Number(hour) * 60 + Number(minute) - (sign === '-' ? -offset : offset);
  const millis = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const low = startOfDay(y, m, d) + minutes * MINUTE_MS + Number(second) * 1000 + millis;
  return { low, high: low + 1 };
}

/** The instant of a FHIR `instant`, in milliseconds since 1970 UTC; undefined for anything else, partial dates included. */
export function instantMs(value: unknown): number | undefined {
  const range = typeof value === 'string' && value.includes('T') ? dateRange(value) : undefined;
  return range?.low;
}

/**
 * What lies between two dates, both included; a missing side is open.
 *
 * @returns undefined where a side is malformed or the end lies before the start
 */
export function periodRange(start: unknown, end: unknown): DateRange | undefined {
  const from = start === undefined || start === null ? { low: -Infinity } : dateRange(start);
  const until = end === undefined || end === null ? { high: Infinity } : dateRange(end);
  if (from === undefined || until === undefined || from.low >= until.high) return undefined;
  return { low: from.low, high: until.high };
}

export const contains = ({ low, high }: DateRange, timeMs: number) => low <= timeMs && timeMs < high;

/** Milliseconds of 00:00 UTC; a month of 13 or a day past the month's end carries over, years below 100 are themselves. */
function startOfDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}
