import { CodeHierarchy } from './code-hierarchy.ts';
import { ACT_REASON, PURPOSES_OF_USE } from './purpose-of-use.ts';
import { RESOURCE_TYPES } from './resource-types.ts';
import { ACT_CODE, isSegregated, SENSITIVITIES } from './security-label.ts';

describe('CodeHierarchy', () => {
  const tree = new CodeHierarchy('\nA*\n B\n  C\nD\n C\n');

  it('subsumes downwards, through every parent', () => {
    expect(['A', 'B', 'C', 'D'].map((code) => tree.subsumes(code, 'C'))).toEqual([true, true, true, true]);
    expect(['A', 'B', 'C', 'D'].map((code) => tree.subsumes(code, 'B'))).toEqual([true, true, false, false]);
    expect(tree.under('D')).toEqual(['C', 'D']);
  });
  it('knows abstract codes, and nothing of others', () => {
    expect([tree.isAbstract('A'), tree.isAbstract('B')]).toEqual([true, false]);
    expect([tree.has('A'), tree.has('A*'), tree.has('constructor')]).toEqual([true, false, false]);
    expect(tree.subsumes('X', 'X')).toBe(false);
  });
});

describe('the HL7 code systems', () => {
  it('have purposes of use as v3-ActReason has them', () => {
    expect(ACT_REASON.under('TREAT')).toEqual(['TREAT', 'CLINTRL', 'COC', 'ETREAT', 'BTG', 'ERTREAT', 'POPHLTH']);
    expect(ACT_REASON.under('PATRQT')).toEqual(['PATRQT', 'FAMRQT', 'PWATRNY', 'SUPNWK']);
    expect(ACT_REASON.under('PurposeOfUse')).toHaveLength(PURPOSES_OF_USE.length + 1);
  });
  it('have sensitivities as v3-ActCode has them', () => {
    expect(ACT_CODE.under('SPI')).toEqual([
      ...['SPI', 'BH', 'COGN', 'DVD', 'EMOTDIS', 'MH', 'PSY', 'PSYTHPN', 'SUD', 'ETHUD', 'OPIOIDUD'],
    ]);
    expect(SENSITIVITIES.filter(isSegregated)).toEqual(['ETH', 'HIV', 'PSY', 'SUD', 'ETHUD', 'OPIOIDUD']);
  });
  it('have the resource types of R4', () => {
    expect(['DocumentReference', 'ExplanationOfBenefit', 'Citation'].map((type) => RESOURCE_TYPES.has(type))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
