import { actor, deny, permit, sensitivity } from './testing/consents.ts';
import { trialLine } from './testing/trial.ts';
import { answerTrialLine } from './trial-line.ts';

const answer = (change: Parameters<typeof trialLine>[0] = {}) => answerTrialLine(JSON.stringify(trialLine(change)));
const reasons = (change: Parameters<typeof trialLine>[0] = {}) => answer(change).reasons;
const plain = { record: { labels: [], policies: [], confidentiality: 'N' } };

describe('answerTrialLine', () => {
  it('answers the line of the specification', () => {
    expect(answer()).toEqual({
      id: 'x1',
      effect: 'deny',
      reasons: ['no-ground', 'recipient-not-named', 'segregated-not-named'],
    });
    const given = permit({ securityLabel: [sensitivity('PSY')], actor: [actor('Organization/south')] });
    expect(answer({ consents: [given] })).toEqual({ id: 'x1', effect: 'permit', reasons: ['consent-permits'] });
  });

  it('takes the emergency as stated: a second clinician or a review', () => {
    const emergency = (change: object) => ({
      requester: {
        purpose: 'ETREAT',
        careRelation: false,
        emergency: { declared: true, reason: 'shock', secondClinician: null, review: null, ...change },
      },
    });
    expect(reasons(emergency({ secondClinician: 'Practitioner/c' }))).toEqual(['break-glass']);
    expect(reasons(emergency({ review: 'within 24 h' }))).toEqual(['break-glass']);
    expect(reasons(emergency({ review: ' ' }))).toContain('no-ground');
    expect(reasons(emergency({ secondClinician: 'Practitioner/b' }))).toContain('no-ground');
    expect(reasons(emergency({ review: 'within 24 h', declared: false }))).toContain('no-ground');
    expect(reasons(emergency({ review: 'within 24 h', reason: null }))).toContain('no-ground');
    expect(reasons({ ...emergency({ review: 'soon' }), consents: [deny()] })).toEqual(['consent-denies']);
  });

  it('takes the care relation as stated', () => {
    expect(reasons({ ...plain, requester: { careRelation: false }, consents: [permit()] })).toEqual([
      'no-care-relation',
    ]);
    const own = { organization: 'Organization/north', emergency: null };
    expect(reasons({ ...plain, requester: own })).toEqual(['custodian-care']);
    expect(reasons({ ...plain, requester: { ...own, careRelation: null } })).toEqual(['no-ground']);
  });

  it('lets the patient ask, without organisation or place', () => {
    const self = {
      ...{ organization: null, practitioner: null, practitionerRole: null, person: 'Patient/p7', role: 'patient' },
      ...{ purpose: 'PATRQT', place: null, careRelation: null, emergency: null },
    };
    expect(reasons({ ...plain, requester: self })).toEqual(['patient-self']);
  });

  it('takes null for an empty list', () => {
    const record = { ...plain.record, labels: null, policies: null, code: null, date: null, author: null };
    expect(reasons({ record })).toEqual(['no-ground']);
    expect(answerTrialLine(JSON.stringify({ ...trialLine(plain), consents: null })).reasons).toEqual(['no-ground']);
  });

  it('leaves further members of the line to its writer', () => {
    expect(
      answerTrialLine(JSON.stringify({ ...trialLine({ ...plain, consents: [permit()] }), note: 'mine' })).effect,
    ).toBe('permit');
  });

  it('takes a period as the date of the record', () => {
    const given = permit({ dataPeriod: { start: '2025', end: '2025' } });
    const dated = (date: object) => reasons({ record: { ...plain.record, date }, consents: [given] });
    expect(dated({ start: '2025-01', end: '2025-02' })).toEqual(['consent-permits']);
    expect(dated({ start: '2025-01' })).toEqual(['no-ground']);
    expect(dated({})).toEqual(['facts-malformed']);
    expect(dated({ start: '2025', until: '2026' })).toEqual(['facts-malformed']);
  });

  it.each<[string, string, unknown]>([
    ['no JSON', '{"id":"x2", oops', 'x2'],
    ['no JSON and no id', 'oops', null],
    ['an id that cannot be read', '{"id":"\\x", oops', null],
    ['nothing', '', null],
    ['a list', '[]', null],
    ['null', 'null', null],
    ['an id alone', '{"id":7}', 7],
    ['another id', JSON.stringify({ ...trialLine(), id: { a: 1 }, record: 7 }), null],
    ['no requester', JSON.stringify({ ...trialLine(), requester: undefined }), 'x1'],
    ['an unknown role', JSON.stringify(trialLine({ requester: { role: 'wizard' } })), 'x1'],
    ['an unknown action', JSON.stringify(trialLine({ requester: { action: 'peek' } })), 'x1'],
    ['an unknown field', JSON.stringify(trialLine({ requester: { suspended: true } })), 'x1'],
    ['a field less', JSON.stringify(trialLine({ record: { author: undefined } })), 'x1'],
    ['a malformed time', JSON.stringify(trialLine({ requester: { time: '2025-03-01' } })), 'x1'],
    ['a time that is none', JSON.stringify(trialLine({ requester: { time: null } })), 'x1'],
    ['a malformed date', JSON.stringify(trialLine({ record: { date: '3.2.2025' } })), 'x1'],
    ['an unknown label', JSON.stringify(trialLine({ record: { labels: ['X'] } })), 'x1'],
    ['a consent that is none', JSON.stringify(trialLine({ consents: ['c1'] })), 'x1'],
    ['consents that are no list', JSON.stringify(trialLine({ consents: {} })), 'x1'],
    ['a care relation in words', JSON.stringify(trialLine({ requester: { careRelation: 'yes' } })), 'x1'],
    ['deep nesting', `{"id":"x3","consents":${'['.repeat(50_000)}`, 'x3'],
  ])('refuses %s as malformed, with the id where it can be read', (_, line, id) => {
    expect(answerTrialLine(line)).toEqual({ id, effect: 'deny', reasons: ['facts-malformed'] });
  });
});
