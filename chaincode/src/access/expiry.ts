import type { AccessCase } from './access-case.ts';
import { isTreatment } from './code-systems/purpose-of-use.ts';
import { dateRange, instantMs } from './consent-reading/date-range.ts';
import { delegationsUsed } from './rules/delegation-in-force.ts';
import { legalBasesUsed } from './rules/legal-basis.ts';

/**
 * The last millisecond a permit holds: the least of the lease, the end of every period it rests on, the end of the care
 * relation and the time the place has to be attested again (docs/access-decision.md, section 4).
 */
export function expiresAtMs(asked: AccessCase): number {
  const { facts, timeMs, permits } = asked;
  const periods = permits.flatMap((path) => path.map(({ period }) => (period?.high ?? Infinity) - 1));
  const granted = [...delegationsUsed(asked), ...legalBasesUsed(asked)].map(({ until }) => lastMs(until));
  return Math.min(
    timeMs + facts.settings.leaseMs,
    ...periods,
    ...granted,
    careUntilMs(asked),
    instantMs(facts.request.place?.revalidateAt) ?? Infinity,
  );
}

/** Several relations may be open; treatment may go on until the last of them ends. */
function careUntilMs({ facts, openCare, isBreakGlass }: AccessCase): number {
  if (!isTreatment(facts.request.purpose) || openCare.length === 0 || isBreakGlass) return Infinity;
  return Math.max(...openCare.map(({ until }) => lastMs(until)));
}

const lastMs = (until: string | null) => (dateRange(until)?.high ?? Infinity) - 1;
