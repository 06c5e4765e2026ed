import type { HoursOfDay } from '../access-facts.ts';
import type { AccessRule } from '../access-rule.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** C4. Hours of the day in UTC, where any are set for the role. */
export const hoursNotPermitted: AccessRule = {
  code: 'hours-not-permitted',
  applies: ({ facts: { requester, settings }, timeMs }) => {
    const hours = settings.hours[requester.role];
    return hours !== undefined && !isWithin(hours, minuteOfDay(timeMs));
  },
  compared: ({ facts: { requester, settings }, timeMs }) => ({
    role: requester.role,
    minuteOfDay: minuteOfDay(timeMs),
    permittedHours: settings.hours[requester.role] ?? 'any',
  }),
};

function minuteOfDay(timeMs: number): number {
  const minute = Math.floor(timeMs / MINUTE_MS) % DAY_MINUTES;
  return minute < 0 ? minute + DAY_MINUTES : minute;
}

function isWithin({ fromMinute, untilMinute }: HoursOfDay, minute: number): boolean {
  return fromMinute < untilMinute
    ? fromMinute <= minute && minute < untilMinute
    : fromMinute <= minute || minute < untilMinute;
}
