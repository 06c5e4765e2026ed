import type { RecordFacts } from '../access-facts.ts';
import type { Datum } from './consent-form.ts';
import type { FhirReference } from './fhir-reference.ts';
import type { Match } from './match.ts';

/**
 * Consent.provision.data by its meaning (FHIR R4 consent-data-meaning): the resource itself; it and what it refers to
 * (`related`); it and what refers to it (`dependents`); what is authored by it (`authoredby`).
 */
export function matchDatum({ meaning, reference }: Datum, record: RecordFacts): Match {
  const { refersTo, referredBy, patient, custodian, author } = record;
  switch (meaning) {
    case 'instance':
      return isAmong(reference, [record.reference]);
    case 'authoredby':
      return isAmong(reference, [author]);
    case 'dependents': {
      const match = isAmong(reference, [record.reference, ...refersTo]);
      // The header says who patient, custodian and author are, not that the resource itself refers to them.
      return match === 'no' && isAmong(reference, [patient, custodian, author]) !== 'no' ? 'maybe' : match;
    }
    case 'related': {
      const match = isAmong(reference, [record.reference, ...referredBy]);
      // IHE uses `related` for what refers to an encounter as well, against the letter of R4: so it may be meant.
      return match === 'no' && isAmong(reference, refersTo) !== 'no' ? 'maybe' : match;
    }
  }
}

/** Another server's reference of the same type and id, a contained resource or a URN may be meant. */
function isAmong({ tail, isLocal }: FhirReference, references: readonly (string | null)[]): Match {
  if (tail === undefined) return 'maybe';
  if (!references.includes(tail)) return 'no';
  return isLocal ? 'yes' : 'maybe';
}
