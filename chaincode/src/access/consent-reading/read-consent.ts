import { isResearch } from '../code-systems/purpose-of-use.ts';
import { type Effect, type Provision, readProvisions } from './consent-form.ts';
import { fail, Unreadable } from './fhir-json.ts';
import { actsForAnother, namesWhoActs } from './match-actor.ts';
import { type Asked, matchProvision } from './match-provision.ts';

export const CONSENT_SCOPE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/consentscope';

/**
 * What one consent says of one request (docs/access-decision.md, section 2). `paths` leads, once per provision that
 * decided, from the root to it. `where` is the FHIR path of what does not let the consent count, or cannot be read.
 */
export type ConsentReading =
  | Readonly<{ id: string | null; says: 'nothing-does-not-count' | 'unreadable'; where: string }>
  | Readonly<{ id: string | null; says: 'nothing-no-match'; root: Provision }>
  | Readonly<{ id: string | null; says: Effect; root: Provision; paths: readonly ProvisionPath[] }>;
export type ProvisionPath = readonly Provision[];

/** Reads a consent of the facts against them. Any JSON object is read; nothing is thrown. */
export function readConsent(consent: Readonly<Record<string, unknown>>, asked: Asked): ConsentReading {
  const id = typeof consent.id === 'string' ? consent.id : null;
  try {
    const barrier = whyNotCounted(consent, asked);
    if (barrier !== undefined) return { id, says: 'nothing-does-not-count', where: barrier };
    const root = readProvisions(consent);
    const outcome = evaluate(root, [], asked);
    return outcome === undefined
      ? { id, says: 'nothing-no-match', root }
      : { id, says: outcome.effect, root, paths: outcome.paths };
  } catch (error) {
    if (error instanceof Unreadable) return { id, says: 'unreadable', where: error.path };
    throw error;
  }
}

/** It counts if active, of the record's patient and of a scope that speaks of disclosure (2.1). */
function whyNotCounted(consent: Readonly<Record<string, unknown>>, { facts }: Asked): string | undefined {
  if (consent.status !== 'active') return 'Consent.status';
  const reference = member(consent.patient, 'reference');
  const patient = typeof reference === 'string' ? reference.replace(/\/_history\/[^/]*$/, '') : undefined;
  if (patient !== facts.record.patient) return 'Consent.patient';
  const coding = member(consent.scope, 'coding');
  const scopes: readonly unknown[] = Array.isArray(coding) ? coding : [];
  const meant = isResearch(facts.request.purpose) ? ['patient-privacy', 'research'] : ['patient-privacy'];
  const matching = scopes.filter((scope) => meant.some((code) => code === member(scope, 'code')));
  if (matching.some((scope) => member(scope, 'system') === CONSENT_SCOPE_SYSTEM)) return undefined;
  // A scope of no system may be the one that counts: what it forbids is then not known.
  if (matching.some((scope) => member(scope, 'system') === undefined)) fail('Consent.scope');
  return 'Consent.scope';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

type Outcome = Readonly<{ effect: Effect; paths: readonly ProvisionPath[] }>;

/**
 * A nested provision is looked at only where its parent matched; the deepest decides; among siblings deny wins (2.4).
 * Where a match is not settled a deny stands and a permit does not.
 */
function evaluate(provision: Provision, above: ProvisionPath, asked: Asked): Outcome | undefined {
  const match = matchProvision(provision, asked);
  if (match === 'no') return undefined;
  const path = [...above, provision];
  const nested = provision.nested.map((inner) => evaluate(inner, path, asked)).filter((inner) => inner !== undefined);
  const denies = nested.filter(({ effect }) => effect === 'deny');
  if (denies.length > 0) return { effect: 'deny', paths: denies.flatMap(({ paths }) => paths) };
  if (nested.length > 0) {
    return match === 'yes' ? { effect: 'permit', paths: nested.flatMap(({ paths }) => paths) } : undefined;
  }
  if (provision.type === 'deny') return { effect: 'deny', paths: [path] };
  const { requester } = asked.facts;
  const mayRely = match === 'yes' && (!actsForAnother(requester) || namesWhoActs(provision, requester));
  return mayRely ? { effect: 'permit', paths: [path] } : undefined;
}
