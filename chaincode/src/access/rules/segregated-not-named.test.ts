import { confidentiality, permit, sensitivity } from '../testing/consents.ts';
import { breakingTheGlass, EMERGENCY, type FactsChange } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { segregatedNotNamed } from './segregated-not-named.ts';

const naming = (...codes: string[]) => permit({ securityLabel: codes.map(sensitivity) });
const labelled = (...labels: string[]): FactsChange => ({ record: { labels } });

describe('C2 segregated-not-named', () => {
  it.each(['SUD', 'ETH', 'PSY', 'HIV', 'ETHUD', 'OPIOIDUD'])('%s needs a permit that names it', (label) => {
    expect(applies(segregatedNotNamed, labelled(label))).toBe(true);
    expect(applies(segregatedNotNamed, { ...labelled(label), consents: [permit()] })).toBe(true);
    expect(applies(segregatedNotNamed, { ...labelled(label), consents: [naming(label)] })).toBe(false);
  });
  it.each(['SEX', 'STD', 'GDIS', 'SPI', 'BH', 'MH'])('%s does not', (label) => {
    expect(applies(segregatedNotNamed, labelled(label))).toBe(false);
  });
  it('takes a label above it as naming it', () => {
    expect(applies(segregatedNotNamed, { ...labelled('PSY'), consents: [naming('SPI')] })).toBe(false);
    expect(applies(segregatedNotNamed, { ...labelled('OPIOIDUD'), consents: [naming('SUD')] })).toBe(false);
  });
  it('wants each label named, by one permit', () => {
    const both = labelled('PSY', 'HIV', 'SEX');
    expect(applies(segregatedNotNamed, { ...both, consents: [naming('PSY')] })).toBe(true);
    expect(applies(segregatedNotNamed, { ...both, consents: [naming('PSY'), naming('HIV')] })).toBe(true);
    expect(applies(segregatedNotNamed, { ...both, consents: [naming('PSY', 'HIV')] })).toBe(false);
  });
  it('wants V named as V', () => {
    const veryRestricted: FactsChange = { record: { confidentiality: 'V' } };
    expect(applies(segregatedNotNamed, { ...veryRestricted, consents: [permit()] })).toBe(true);
    const named = permit({ securityLabel: [confidentiality('V')] });
    expect(applies(segregatedNotNamed, { ...veryRestricted, consents: [named] })).toBe(false);
    expect(applies(segregatedNotNamed, { record: { confidentiality: 'R' } })).toBe(false);
  });
  it('wants them named by the provision that decides', () => {
    const outer = permit({ securityLabel: [sensitivity('PSY')], provision: [{ type: 'permit' }] });
    expect(applies(segregatedNotNamed, { ...labelled('PSY'), consents: [outer] })).toBe(true);
    const inner = permit({ provision: [{ type: 'permit', securityLabel: [sensitivity('PSY')] }] });
    expect(applies(segregatedNotNamed, { ...labelled('PSY'), consents: [inner] })).toBe(false);
  });
  it('makes an exception for an accountable break-glass, not for a declared emergency', () => {
    const glass = breakingTheGlass(labelled('PSY'));
    expect(applies(segregatedNotNamed, glass)).toBe(false);
    expect(applies(segregatedNotNamed, { ...glass, emergency: { ...EMERGENCY, reviewDue: null } })).toBe(true);
    expect(applies(segregatedNotNamed, { ...labelled('PSY'), emergency: EMERGENCY })).toBe(true);
  });
});
