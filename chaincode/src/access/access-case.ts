import type { AccessFacts, CareRelation } from './access-facts.ts';
import { isEmergencyTreatment } from './code-systems/purpose-of-use.ts';
import { isSegregated } from './code-systems/security-label.ts';
import { contains, type DateRange, dateRange, instantMs, periodRange } from './consent-reading/date-range.ts';
import { namesSensitivity, namesVeryRestricted } from './consent-reading/match-label.ts';
import type { Asked } from './consent-reading/match-provision.ts';
import { type ConsentReading, type ProvisionPath, readConsent } from './consent-reading/read-consent.ts';

/** Facts, with what several rules ask of them worked out once. */
export type AccessCase = Asked &
  Readonly<{
    readings: readonly ConsentReading[];
    /** Provisions that permit, each at the end of its path from the root. */
    permits: readonly ProvisionPath[];
    openCare: readonly CareRelation[];
    isBreakGlass: boolean;
  }>;

/** @param facts valid facts, as `parseAccessFacts` gives them */
export function accessCase(facts: AccessFacts): AccessCase {
  const timeMs = instantMs(facts.request.time) ?? Number.NaN;
  const asked: Asked = { facts, timeMs, recordRange: recordRange(facts.record.date) };
  const readings = facts.consents.map((consent) => readConsent(consent as Readonly<Record<string, unknown>>, asked));
  return {
    ...asked,
    readings,
    permits: readings.flatMap((reading) => (reading.says === 'permit' ? reading.paths : [])),
    openCare: facts.relation.care.filter((relation) => isOpenTo(relation, facts, timeMs)),
    isBreakGlass: isAccountableEmergency(facts, timeMs),
  };
}

/** True where a period of the facts holds the time; a missing side is open. */
export function isInForce(from: string | null, until: string | null, timeMs: number): boolean {
  const range = periodRange(from, until);
  return range !== undefined && contains(range, timeMs);
}

/** The segregated labels of the record, `V` for its confidentiality, that a permit has to name (C2). */
export function segregatedLabels({ labels, confidentiality }: AccessFacts['record']): readonly string[] {
  return [...labels.filter(isSegregated), ...(confidentiality === 'V' ? ['V'] : [])];
}

/** True where the provision at the end of the path names every segregated label of the record itself (C2). */
export function namesSegregated(path: ProvisionPath, record: AccessFacts['record']): boolean {
  const provision = path.at(-1);
  return (
    provision !== undefined &&
    segregatedLabels(record).every((label) =>
      label === 'V' ? namesVeryRestricted(provision) : namesSensitivity(provision, label),
    )
  );
}

function recordRange(date: AccessFacts['record']['date']): DateRange | undefined {
  if (date === null) return undefined;
  return typeof date === 'string' ? dateRange(date) : periodRange(date.start, date.end);
}

function isOpenTo(relation: CareRelation, { requester }: AccessFacts, timeMs: number): boolean {
  const { organization, practitioner, practitionerRoles, person } = requester;
  return (
    [organization, practitioner, ...practitionerRoles, person].includes(relation.with) &&
    isInForce(relation.from, relation.until, timeMs)
  );
}

/**
 * Accountable break-glass (G5): an emergency purpose, a clinician, a clinical zone, a stated reason, and a second
 * clinician of another authority now or a review that is due within the quota.
 */
function isAccountableEmergency({ emergency, request, requester }: AccessFacts, timeMs: number): boolean {
  if (emergency === null || !isEmergencyTreatment(request.purpose)) return false;
  if (requester.role !== 'clinician' || request.place?.zone !== 'clinical') return false;
  if ((emergency.reason ?? '').trim() === '') return false;
  const { secondClinician: second, reviewDue, withinQuota } = emergency;
  const isSeconded =
    second !== null && second.organization !== requester.organization && second.practitioner !== requester.practitioner;
  return isSeconded || (withinQuota && reviewDue !== null && (instantMs(reviewDue) ?? -Infinity) >= timeMs);
}
