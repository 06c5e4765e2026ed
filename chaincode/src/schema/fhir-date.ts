import { object, refuse, type Shape, type Shaped, text } from './shape.ts';

const DATE_TIME =
  /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d))?)?)?$/;

/** FHIR R4 dateTime: a year, month, day, or an instant with its offset; days that do not exist are refused. */
export const fhirDateTime: Shape<string> = (value, path) => {
  const dateTime = text(DATE_TIME, 'a FHIR dateTime')(value, path);
  const day = dateTime.slice(0, 10);
  const exists = day.length < 10 || new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return exists ? dateTime : refuse(path, 'must be a day that exists');
};

/** FHIR R4 Period; a missing side is open. */
export const fhirPeriod = object({}, { start: fhirDateTime, end: fhirDateTime });
export type FhirPeriod = Shaped<typeof fhirPeriod>;
