import { segregatedLabels } from './access-case.ts';
import { ACTIONS, type AccessFacts, ROLE_KINDS } from './access-facts.ts';
import { ACT_REASON_SYSTEM, PURPOSES_OF_USE } from './code-systems/purpose-of-use.ts';
import { ACT_CODE_SYSTEM, CONFIDENTIALITY_SYSTEM } from './code-systems/security-label.ts';
import { instantMs } from './consent-reading/date-range.ts';
import { CONSENT_SCOPE_SYSTEM } from './consent-reading/read-consent.ts';
import type { FactChange } from './smallest-changes.ts';

/** One way the facts could be otherwise. */
export type AlteredFacts = Readonly<{ change: FactChange; apply(facts: AccessFacts): AccessFacts }>;

const HOUR_MS = 60 * 60 * 1000;

/** Every single change that is tried: what the request could have said, and what could be arranged or ended. */
export function alternatives(facts: AccessFacts, effect: 'permit' | 'deny'): readonly AlteredFacts[] {
  const arranged = effect === 'deny' ? combinable(facts) : ended(facts);
  return [...arranged, ...asked(facts)];
}

/** What could be arranged for a permit, one change each. They do not depend on one another. */
export function combinable(facts: AccessFacts): readonly AlteredFacts[] {
  return [
    ...withdrawn(facts),
    permitted(facts),
    ...related(facts),
    ...placed(facts),
    ...restored(facts),
    ...rescued(facts),
  ];
}

/** What could end for a denial. */
function ended(facts: AccessFacts): readonly AlteredFacts[] {
  const { relation, emergency, registry } = facts;
  return [
    ...withdrawn(facts),
    alter('consents', null, 'a consent that denies this', (given) => withConsent(given, 'deny')),
    ...(relation.care.length > 0
      ? [
          alter('relation.care', 'open', 'closed', (given) => ({
            ...given,
            relation: { ...given.relation, care: [] },
          })),
        ]
      : []),
    ...(relation.delegations.length > 0
      ? [
          alter('relation.delegations', 'in force', 'ended', (given) => ({
            ...given,
            relation: { ...given.relation, delegations: [] },
          })),
        ]
      : []),
    ...(registry.legalBases.length > 0
      ? [
          alter('registry.legalBases', 'in force', 'ended', (given) => ({
            ...given,
            registry: { ...given.registry, legalBases: [] },
          })),
        ]
      : []),
    ...(emergency === null ? [] : [alter('emergency', 'declared', 'none', (given) => ({ ...given, emergency: null }))]),
  ];
}

/** What the requester could have asked otherwise. */
function asked({ request, requester }: AccessFacts): readonly AlteredFacts[] {
  return [
    ...PURPOSES_OF_USE.filter((purpose) => purpose !== request.purpose).map((purpose) =>
      alter('request.purpose', request.purpose, purpose, (given) => ({
        ...given,
        request: { ...given.request, purpose },
      })),
    ),
    ...ACTIONS.filter((action) => action !== request.action).map((action) =>
      alter('request.action', request.action, action, (given) => ({ ...given, request: { ...given.request, action } })),
    ),
    ...ROLE_KINDS.filter((role) => role !== requester.role && requester.organization !== null).map((role) =>
      alter('requester.role', requester.role, role, (given) => ({ ...given, requester: { ...given.requester, role } })),
    ),
  ];
}

function withdrawn({ consents }: AccessFacts): readonly AlteredFacts[] {
  return consents.map((consent, index) => {
    const { id = null } = consent as Readonly<{ id?: unknown }>;
    return alter(
      `consents[${index}].status`,
      'active',
      'inactive',
      (given) => ({
        ...given,
        consents: given.consents.map((other, at) =>
          at === index ? { ...(other as object), status: 'inactive' } : other,
        ),
      }),
      id,
    );
  });
}

function permitted(_: AccessFacts): AlteredFacts {
  return alter('consents', null, 'a consent that permits this and names requester and labels', (given) =>
    withConsent(given, 'permit'),
  );
}

/** A consent for exactly this requester, purpose and record. */
function withConsent(facts: AccessFacts, type: 'permit' | 'deny'): AccessFacts {
  const { record, requester, request } = facts;
  const reference = requester.onBehalfOf === null ? requester.organization : null;
  const named = reference ?? requester.practitioner ?? requester.person ?? requester.organization;
  const securityLabel = segregatedLabels(record).map((code) => ({
    system: code === 'V' ? CONFIDENTIALITY_SYSTEM : ACT_CODE_SYSTEM,
    code,
  }));
  const consent = {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: CONSENT_SCOPE_SYSTEM, code: 'patient-privacy' }] },
    patient: { reference: record.patient },
    provision: {
      type,
      ...(named === null ? {} : { actor: [{ reference: { reference: named } }] }),
      ...(type === 'permit' && securityLabel.length > 0 ? { securityLabel } : {}),
      purpose: [{ system: ACT_REASON_SYSTEM, code: request.purpose }],
    },
  };
  return { ...facts, consents: [...facts.consents, consent] };
}

function related({ requester }: AccessFacts): readonly AlteredFacts[] {
  const withWhom = requester.organization ?? requester.practitioner ?? requester.person;
  if (withWhom === null) return [];
  const open = { kind: 'treatment', with: withWhom, from: null, until: null };
  return [
    alter('relation.care', 'none open', 'open', (given) => ({
      ...given,
      relation: { ...given.relation, care: [...given.relation.care, open] },
    })),
  ];
}

function placed({ request, requester, settings, registry }: AccessFacts): readonly AlteredFacts[] {
  const changes: AlteredFacts[] = [];
  const [zone] = settings.zones[requester.role] ?? [];
  if (zone !== undefined && zone !== request.place?.zone) {
    changes.push(
      alter('request.place.zone', request.place?.zone ?? null, zone, (given) => ({
        ...given,
        request: { ...given.request, place: { facility: null, revalidateAt: null, ...given.request.place, zone } },
      })),
    );
  }
  if (registry.facilityOrganization !== null && registry.facilityOrganization !== requester.organization) {
    changes.push(
      alter('registry.facilityOrganization', registry.facilityOrganization, requester.organization, (given) => ({
        ...given,
        registry: { ...given.registry, facilityOrganization: requester.organization },
      })),
    );
  }
  if (!request.withinSkew) {
    changes.push(
      alter('request.withinSkew', false, true, (given) => ({
        ...given,
        request: { ...given.request, withinSkew: true },
      })),
    );
  }
  const hours = settings.hours[requester.role];
  if (hours !== undefined) {
    const dayMs = Math.floor((instantMs(request.time) ?? 0) / (24 * HOUR_MS)) * 24 * HOUR_MS;
    const time = new Date(dayMs + hours.fromMinute * 60_000).toISOString();
    changes.push(
      alter('request.time', request.time, time, (given) => ({ ...given, request: { ...given.request, time } })),
    );
  }
  return changes;
}

/** Standing on the registry put right. */
function restored({ registry }: AccessFacts): readonly AlteredFacts[] {
  const standings = (['organization', 'practitioner', 'patient'] as const).filter((who) => registry[who] !== 'active');
  const flags = (['credentialRevoked', 'legalHold', 'erasureInProgress'] as const).filter((flag) => registry[flag]);
  const setTo = (name: string, from: unknown, to: unknown) =>
    alter(`registry.${name}`, from, to, (given) => ({ ...given, registry: { ...given.registry, [name]: to } }));
  return [
    ...standings.map((who) => setTo(who, registry[who], 'active')),
    ...flags.map((flag) => setTo(flag, true, false)),
  ];
}

/** An emergency with all that makes it accountable. */
function rescued({ emergency }: AccessFacts): readonly AlteredFacts[] {
  return [
    alter(
      'emergency',
      emergency === null ? 'none' : 'as declared',
      'declared, with a reason and a review due',
      (given) => ({
        ...given,
        emergency: { reason: 'stated', secondClinician: null, reviewDue: given.request.time, withinQuota: true },
      }),
    ),
  ];
}

function alter(
  fact: string,
  from: unknown,
  to: unknown,
  apply: AlteredFacts['apply'],
  id: unknown = null,
): AlteredFacts {
  return { change: id === null ? { fact, from, to } : { fact: `${fact} (${String(id)})`, from, to }, apply };
}
