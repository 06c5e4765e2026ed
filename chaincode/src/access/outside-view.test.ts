import { decide } from './decide.ts';
import { outsideView } from './outside-view.ts';
import { actor, deny, permit, sensitivity } from './testing/consents.ts';
import { type FactsChange, facts, NORTH, PATIENT, SOUTH } from './testing/facts.ts';

const view = (change: FactsChange) => outsideView(decide(facts(change)), facts(change));
const bare = decide(facts());

describe('outsideView', () => {
  const psychiatric: FactsChange = { record: { labels: ['PSY'] }, consents: [deny()] };

  it('shows a refused segregated record as one that nothing permits, field for field', () => {
    expect(decide(facts(psychiatric)).reasons).toContain('segregated-not-named');
    expect(view(psychiatric)).toEqual(bare);
    expect(JSON.stringify(view(psychiatric))).toBe(JSON.stringify(bare));
  });
  it.each<[string, FactsChange['record']]>([
    ['a label below one', { labels: ['OPIOIDUD'] }],
    ['confidentiality V', { confidentiality: 'V' }],
    ['42 CFR Part 2', { policies: ['42CFRPart2'] }],
    ['its record class', { recordClass: 'segregated' }],
  ])('hides by %s', (_, record = {}) => {
    expect(view({ record, relation: { care: [] } })).toEqual(bare);
  });
  it('shows the reasons for any other record', () => {
    expect(view({ consents: [deny()] }).reasons).toEqual(['consent-denies', 'no-ground']);
  });
  it('shows a permit', () => {
    const given = permit({ securityLabel: [sensitivity('PSY')], actor: [actor(SOUTH)] });
    expect(view({ record: { labels: ['PSY'] }, consents: [given] }).effect).toBe('permit');
  });
  it.each<[string, FactsChange['requester']]>([
    ['the custodian', { organization: NORTH }],
    ['the author', { practitioner: 'Practitioner/a' }],
    ['the patient', { role: 'patient', person: PATIENT, organization: null, practitioner: null }],
  ])('hides nothing from %s, who knows', (_, requester = {}) => {
    expect(view({ ...psychiatric, requester }).reasons).toContain('segregated-not-named');
  });
});
