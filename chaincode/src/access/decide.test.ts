import type { AccessFacts } from './access-facts.ts';
import { ACCESS_RULES } from './access-rules.ts';
import { decide, decideByRules } from './decide.ts';
import { actor, confidentiality, consent, deny, permit, purpose, sensitivity } from './testing/consents.ts';
import { breakingTheGlass, CLINICIAN, facts, NORTH, PATIENT_AT_HOME, PROXY_AT_HOME, SOUTH } from './testing/facts.ts';

const answer = (asked: AccessFacts) => {
  const { effect, reasons } = decide(asked);
  return [effect, ...reasons];
};

describe('decide', () => {
  it('denies without a ground', () => {
    expect(decide(facts())).toEqual({
      effect: 'deny',
      reasons: ['no-ground'],
      obligations: [],
      consentIds: [],
      expiresAt: null,
    });
  });

  it('permits by a consent, and names it', () => {
    expect(decide(facts({ consents: [permit()] }))).toEqual({
      effect: 'permit',
      reasons: ['consent-permits'],
      obligations: [],
      consentIds: ['c1'],
      expiresAt: '2025-03-01T12:15:00.000Z',
    });
  });

  it('lets a deny override every permit and ground, older or newer', () => {
    const old = deny({ actor: [actor(SOUTH)] }, { id: 'old', dateTime: '2001' });
    const consents = [permit({}, { id: 'new', dateTime: '2025' }), old];
    expect(answer(facts({ consents }))).toEqual(['deny', 'consent-denies']);
    expect(decide(facts({ consents })).consentIds).toEqual(['old']);
    const bySelf = facts({ ...PATIENT_AT_HOME, consents: [deny()] });
    expect(answer(bySelf)).toEqual(['deny', 'consent-denies']);
  });

  it('lets a deny override break-glass, whether it names emergencies or not', () => {
    expect(answer(breakingTheGlass())).toEqual(['permit', 'break-glass']);
    expect(answer(breakingTheGlass({ consents: [deny()] }))).toEqual(['deny', 'consent-denies']);
    expect(answer(breakingTheGlass({ consents: [deny({ purpose: purpose('ETREAT') })] }))).toEqual([
      'deny',
      'consent-denies',
    ]);
    expect(answer(breakingTheGlass({ consents: [deny({ purpose: purpose('HRESCH') })] }))).toEqual([
      'permit',
      'break-glass',
    ]);
  });

  it('denies everything of the patient while a consent that counts cannot be read', () => {
    const unreadable = consent({ type: 'perhaps' }, { id: 'c2' });
    expect(answer(facts({ consents: [permit(), unreadable] }))).toEqual(['deny', 'consent-unreadable']);
    expect(decide(facts({ consents: [permit(), unreadable] })).consentIds).toEqual(['c2']);
    expect(answer(breakingTheGlass({ consents: [unreadable] }))).toEqual(['deny', 'consent-unreadable']);
    const ineffective = { ...unreadable, status: 'draft' };
    expect(answer(facts({ consents: [permit(), ineffective] }))).toEqual(['permit', 'consent-permits']);
  });

  it('lists all reasons, sorted by code', () => {
    const asked = facts({
      consents: [deny()],
      record: { labels: ['PSY'], policies: ['42CFRPart2'] },
      relation: { care: [] },
      request: { place: null },
    });
    expect(answer(asked)).toEqual([
      'deny',
      'consent-denies',
      'no-care-relation',
      'no-ground',
      'recipient-not-named',
      'segregated-not-named',
      'zone-not-permitted',
    ]);
    const custodian = facts({
      requester: { organization: NORTH },
      relation: { care: [{ kind: 'treatment', with: NORTH, from: null, until: null }] },
      registry: { facilityOrganization: NORTH },
      consents: [permit()],
    });
    expect(answer(custodian)).toEqual(['permit', 'consent-permits', 'custodian-care']);
  });

  it('uses exactly the rules it is given', () => {
    const asked = facts({ consents: [deny()] });
    expect(decideByRules({ ...ACCESS_RULES, constraints: [] }, asked).reasons).toEqual(['no-ground']);
  });

  describe('obligations', () => {
    const obligations = (asked: AccessFacts) => decide(asked).obligations;
    it('has a researcher see what is de-identified', () => {
      const asked = facts({
        requester: { role: 'researcher' },
        request: { purpose: 'HRESCH' },
        consents: [
          permit(
            {},
            { scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'research' }] } },
          ),
        ],
      });
      expect(obligations(asked)).toEqual(['de-identify']);
    });
    it('forbids to pass on what is under 42 CFR Part 2', () => {
      const given = permit({ securityLabel: [sensitivity('SUD')], actor: [actor(SOUTH)] });
      const asked = facts({ record: { labels: ['SUD'], policies: ['42CFRPart2'] }, consents: [given] });
      expect(obligations(asked)).toEqual(['log-detail', 'no-redisclosure']);
    });
    it('has the patient notified of break-glass, and the review held in time', () => {
      expect(obligations(breakingTheGlass())).toEqual([
        'log-detail',
        'notify-patient',
        'review-by:2025-03-02T12:00:00Z',
      ]);
    });
    it('masks and redacts what the settings say for the role', () => {
      const settings = { masks: { clinician: ['Patient.telecom'] }, redactions: { clinician: ['HIV'] } };
      expect(obligations(facts({ consents: [permit()], settings }))).toEqual(['mask:Patient.telecom', 'redact:HIV']);
      expect(obligations(facts({ settings }))).toEqual([]);
    });
  });

  describe('expiry', () => {
    const expiry = (asked: AccessFacts) => decide(asked).expiresAt;
    it('is the lease at the latest', () => {
      expect(expiry(facts({ consents: [permit()], settings: { leaseMs: 1000 } }))).toBe('2025-03-01T12:00:01.000Z');
    });
    it('is the end of each period the permit rests on, outer ones included', () => {
      const inner = permit({
        period: { end: '2025-03-01T12:05:00Z' },
        provision: [{ type: 'permit', period: { end: '2025-03-01T12:10:00Z' } }],
      });
      expect(expiry(facts({ consents: [inner] }))).toBe('2025-03-01T12:05:00.000Z');
      const late = facts({
        request: { time: '2025-03-01T23:59:00Z' },
        consents: [permit({ period: { end: '2025-03-01' } })],
      });
      expect(expiry(late)).toBe('2025-03-01T23:59:59.999Z');
    });
    it('is the end of the care relation, the last of several', () => {
      const until = (time: string | null) => ({ kind: 'treatment', with: SOUTH, from: null, until: time });
      const ends = (...care: ReturnType<typeof until>[]) => expiry(facts({ consents: [permit()], relation: { care } }));
      expect(ends(until('2025-03-01T12:03:00Z'))).toBe('2025-03-01T12:03:00.000Z');
      expect(ends(until('2025-03-01T12:03:00Z'), until('2025-03-01T12:04:00Z'))).toBe('2025-03-01T12:04:00.000Z');
      expect(ends(until('2025-03-01T12:03:00Z'), until(null))).toBe('2025-03-01T12:15:00.000Z');
    });
    it('is when the place has to be attested again', () => {
      const place = { facility: null, zone: 'clinical', revalidateAt: '2025-03-01T12:02:00Z' };
      expect(expiry(facts({ consents: [permit()], request: { place } }))).toBe('2025-03-01T12:02:00.000Z');
    });
    it('is the end of the delegation or legal basis', () => {
      const until = '2025-03-01T12:01:00Z';
      const proxy = facts({
        ...PROXY_AT_HOME,
        relation: { care: [], delegations: [{ to: 'RelatedPerson/r', from: null, until }] },
      });
      expect([decide(proxy).effect, expiry(proxy)]).toEqual(['permit', '2025-03-01T12:01:00.000Z']);
      const basis = {
        id: 'b1',
        organization: SOUTH,
        class: 'DocumentReference',
        purpose: 'PUBHLTH',
        from: null,
        until,
      };
      const lawful = facts({ request: { purpose: 'DISASTER' }, registry: { legalBases: [basis] } });
      expect([decide(lawful).effect, expiry(lawful)]).toEqual(['permit', '2025-03-01T12:01:00.000Z']);
    });
  });

  it('does not depend on the order or the number of equal consents', () => {
    const consents = [permit({}, { id: 'b' }), permit({}, { id: 'a' }), permit({}, { id: 'b' })];
    expect(decide(facts({ consents })).consentIds).toEqual(['a', 'b']);
  });

  it('reads a full example: a label by its parent, a recipient by name, a day inclusive', () => {
    const given = permit({
      period: { start: '2025-01', end: '2025-03-01' },
      securityLabel: [sensitivity('SPI'), confidentiality('V')],
      actor: [actor(CLINICIAN)],
      purpose: purpose('TREAT'),
    });
    const asked = facts({
      record: { labels: ['PSY'], confidentiality: 'V', policies: ['42CFRPart2'] },
      consents: [given],
    });
    expect(answer(asked)).toEqual(['permit', 'consent-permits']);
  });
});
