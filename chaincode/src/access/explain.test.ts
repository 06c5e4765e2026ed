import type { AccessFacts } from './access-facts.ts';
import { ACCESS_RULES } from './access-rules.ts';
import { decide } from './decide.ts';
import { explain } from './explain.ts';
import { MAX_CHANGE_SETS } from './smallest-changes.ts';
import { actor, consent, deny, permit, purpose } from './testing/consents.ts';
import { breakingTheGlass, facts, NORTH, PATIENT_AT_HOME } from './testing/facts.ts';

const changes = (asked: AccessFacts) =>
  explain(asked).changes.map((set) => set.map(({ fact, to }) => `${fact}: ${to}`));

describe('explain', () => {
  it('gives the decision and every rule, applied or not, with what was compared', () => {
    const asked = facts({ consents: [deny({ purpose: purpose('TREAT') })] });
    const { decision, rules } = explain(asked);
    expect(decision).toEqual(decide(asked));
    expect(rules.map(({ code }) => code)).toEqual(
      [...ACCESS_RULES.constraints, ...ACCESS_RULES.grounds].map(({ code }) => code),
    );
    expect(rules.filter(({ applied }) => applied).map(({ code }) => code)).toEqual(['consent-denies']);
    expect(rules.find(({ code }) => code === 'zone-not-permitted')).toEqual({
      code: 'zone-not-permitted',
      rule: 'C4',
      sentence: 'The request comes from outside the zone permitted to the role.',
      kind: 'constraint',
      applied: false,
      compared: { role: 'clinician', zone: 'clinical', permittedZones: ['clinical'] },
    });
  });

  it('says of each consent what it says, and why', () => {
    const consents = [
      deny({ purpose: purpose('HRESCH'), actor: [actor('Group/g')] }, { id: 'a' }),
      consent({ type: 'perhaps' }, { id: 'b' }),
      permit({}, { id: 'c', status: 'draft' }),
    ];
    expect(explain(facts({ consents })).consents).toEqual([
      { id: 'a', says: 'nothing-no-match', where: null, elements: { purpose: 'no', actor: 'maybe' } },
      { id: 'b', says: 'unreadable', where: 'Consent.provision.type', elements: null },
      { id: 'c', says: 'nothing-does-not-count', where: 'Consent.status', elements: null },
    ]);
  });

  it('names the one change that would turn a refusal', () => {
    const place = { facility: null, zone: 'administrative', revalidateAt: null };
    expect(changes(facts({ consents: [permit()], request: { place } }))).toContainEqual([
      'request.place.zone: clinical',
    ]);
    expect(changes(facts({ consents: [permit(), deny({}, { id: 'd' })] }))).toEqual([
      ['consents[1].status (d): inactive'],
    ]);
    expect(changes(facts({ consents: [permit({ purpose: purpose('HRESCH') })] }))).toContainEqual([
      'request.purpose: HRESCH',
    ]);
    expect(changes(facts({ consents: [permit()], registry: { legalHold: true } }))).toEqual([
      ['registry.legalHold: false'],
    ]);
    expect(changes(facts({ consents: [permit()], request: { withinSkew: false } }))).toEqual([
      ['request.withinSkew: true'],
    ]);
    expect(changes(breakingTheGlass({ emergency: null }))).toContainEqual([
      'emergency: declared, with a reason and a review due',
    ]);
  });

  it('names the several that are needed, and no idle one', () => {
    const asked = facts({
      record: { labels: ['PSY'] },
      relation: { care: [] },
      registry: { patient: 'suspended', facilityOrganization: NORTH },
    });
    expect(changes(asked)).toEqual([
      [
        'consents: a consent that permits this and names requester and labels',
        'relation.care: open',
        `registry.facilityOrganization: ${asked.requester.organization}`,
        'registry.patient: active',
      ],
    ]);
  });

  it('names what would end a permit', () => {
    expect(changes(facts({ consents: [permit()] }))).toEqual(
      expect.arrayContaining([
        ['consents[0].status (c1): inactive'],
        ['consents: a consent that denies this'],
        ['relation.care: closed'],
        ['requester.role: auditor'],
      ]),
    );
    expect(changes(facts(PATIENT_AT_HOME))).toContainEqual(['consents: a consent that denies this']);
  });

  it('finds none where nothing that can be arranged would do', () => {
    const asked = facts({ requester: { role: 'auditor' }, request: { purpose: 'CURIOSITY' } });
    expect(explain(asked).changes).toEqual([]);
    expect(
      explain(facts({ consents: [permit({ purpose: purpose('PurposeOfUse') })], request: { purpose: 'X' } })).changes,
    ).toHaveLength(MAX_CHANGE_SETS);
  });

  it('explains malformed facts as such', () => {
    expect(explain({})).toEqual({ decision: decide({}), rules: [], consents: [], changes: [] });
  });
});
