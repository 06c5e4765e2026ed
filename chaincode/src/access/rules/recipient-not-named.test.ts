import { actor, permit, sensitivity } from '../testing/consents.ts';
import { breakingTheGlass, CLINICIAN, type FactsChange, NORTH, SOUTH } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { recipientNotNamed } from './recipient-not-named.ts';

const part2: FactsChange = { record: { policies: ['42CFRPart2'] } };

describe('C2 recipient-not-named', () => {
  it('wants the recipient named by a permit', () => {
    expect(applies(recipientNotNamed, { ...part2, consents: [permit()] })).toBe(true);
    expect(applies(recipientNotNamed, { ...part2, consents: [permit({ actor: [actor(SOUTH)] })] })).toBe(false);
    expect(
      applies(recipientNotNamed, { ...part2, consents: [permit({ actor: [actor(NORTH), actor(CLINICIAN)] })] }),
    ).toBe(false);
    expect(applies(recipientNotNamed, { consents: [permit()] })).toBe(false);
  });
  it('by the one that names the labels', () => {
    const record = { policies: ['42CFRPart2'], labels: ['SUD'] };
    const label = { securityLabel: [sensitivity('SUD')] };
    const apart = [permit(label), permit({ actor: [actor(SOUTH)] })];
    expect(applies(recipientNotNamed, { record, consents: apart })).toBe(true);
    expect(applies(recipientNotNamed, { record, consents: [permit({ ...label, actor: [actor(SOUTH)] })] })).toBe(false);
  });
  it('makes an exception for an accountable break-glass', () => {
    expect(applies(recipientNotNamed, breakingTheGlass(part2))).toBe(false);
  });
});
