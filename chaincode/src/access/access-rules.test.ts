import type { AccessFacts } from './access-facts.ts';
import { ACCESS_RULES } from './access-rules.ts';
import { decideByRules } from './decide.ts';
import type { ReasonCode } from './reason-codes.ts';
import { consent, deny, permit } from './testing/consents.ts';
import {
  breakingTheGlass,
  EMERGENCY,
  type FactsChange,
  facts,
  NORTH,
  PATIENT_AT_HOME,
  PROXY_AT_HOME,
  SOUTH,
} from './testing/facts.ts';

const consented = (change: FactsChange = {}) => facts({ consents: [permit()], ...change });
const named = permit({ actor: [{ reference: { reference: SOUTH } }] });

/** For each rule, facts of which it alone decides. */
const DECIDED_BY: Readonly<Record<Exclude<ReasonCode, 'facts-malformed' | 'no-ground'>, AccessFacts>> = {
  'consent-denies': consented({ consents: [permit(), deny()] }),
  'consent-unreadable': consented({ consents: [permit(), consent({ type: 'perhaps' })] }),
  'segregated-not-named': consented({ record: { labels: ['PSY'] } }),
  'recipient-not-named': consented({ record: { policies: ['42CFRPart2'] } }),
  'redisclosure-barred': facts({
    consents: [named],
    record: { policies: ['42CFRPart2'] },
    request: { action: 'disclose' },
  }),
  'purpose-unknown': consented({ request: { purpose: 'CURIOSITY' } }),
  'insurer-beyond-claims': consented({ requester: { role: 'claims-officer' }, request: { purpose: 'HPAYMT' } }),
  'researcher-beyond-research': consented({ requester: { role: 'researcher' }, request: { purpose: 'HOPERAT' } }),
  'auditor-no-content': consented({ requester: { role: 'auditor' } }),
  'zone-not-permitted': consented({ request: { place: null } }),
  'hours-not-permitted': consented({ settings: { hours: { clinician: { fromMinute: 0, untilMinute: 60 } } } }),
  'facility-not-own': consented({ registry: { facilityOrganization: NORTH } }),
  'time-outside-skew': consented({ request: { withinSkew: false } }),
  'credential-revoked': consented({ registry: { credentialRevoked: true } }),
  'no-care-relation': consented({ relation: { care: [] } }),
  'organization-not-in-standing': consented({ registry: { organization: 'suspended' } }),
  'practitioner-not-in-standing': consented({ registry: { practitioner: 'left' } }),
  'patient-not-in-standing': consented({ registry: { patient: 'unknown' } }),
  'legal-hold': consented({ registry: { legalHold: true } }),
  'erasure-in-progress': consented({ registry: { erasureInProgress: true } }),
  'consent-permits': consented(),
  'patient-self': facts(PATIENT_AT_HOME),
  'delegation-in-force': facts({
    ...PROXY_AT_HOME,
    relation: { care: [], delegations: [{ to: 'RelatedPerson/r', from: null, until: null }] },
  }),
  'custodian-care': facts({ record: { custodian: SOUTH } }),
  'legal-basis': facts({
    request: { purpose: 'PUBHLTH' },
    registry: {
      legalBases: [{ id: 'b', organization: SOUTH, class: 'clinical', purpose: 'PUBHLTH', from: null, until: null }],
    },
  }),
  'break-glass': breakingTheGlass({ emergency: EMERGENCY }),
};

const without = (code: string) => ({
  constraints: ACCESS_RULES.constraints.filter((rule) => rule.code !== code),
  grounds: ACCESS_RULES.grounds.filter((rule) => rule.code !== code),
});

describe('every access rule', () => {
  it.each(Object.entries(DECIDED_BY))('%s decides alone of some facts, and would be missed', (code, asked) => {
    const answer = decideByRules(ACCESS_RULES, asked);
    expect(answer.reasons).toEqual([code]);
    expect(decideByRules(without(code), asked).effect).not.toBe(answer.effect);
  });

  it('stands in one of the two lists, once', () => {
    const codes = [...ACCESS_RULES.constraints, ...ACCESS_RULES.grounds].map((rule) => rule.code);
    expect(codes.toSorted()).toEqual(Object.keys(DECIDED_BY).toSorted());
  });
});
