import { CONFIDENTIALITIES, type Confidentiality } from '../access-facts.ts';
import { ACT_CODE_TREE } from './act-code-tree.ts';
import { CodeHierarchy } from './code-hierarchy.ts';

export const ACT_CODE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const CONFIDENTIALITY_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
export const ACT_CODE = new CodeHierarchy(ACT_CODE_TREE);

/** True for a label a record may carry: a sensitivity code of v3-ActCode, not an abstract one. */
export const isSensitivity = (code: string) =>
  ACT_CODE.subsumes('_InformationSensitivityPolicy', code) && !ACT_CODE.isAbstract(code);

export const SENSITIVITIES: readonly string[] = ACT_CODE.under('_InformationSensitivityPolicy').filter(isSensitivity);

export const isConfidentiality = (code: string): code is Confidentiality =>
  CONFIDENTIALITIES.some((known) => known === code);

/** 0 for U (unrestricted) to 5 for V (very restricted). */
export const confidentialityRank = (code: Confidentiality) => CONFIDENTIALITIES.indexOf(code);

/** Labels whose records need a permit that names them, with what lies under them (docs/access-decision.md, C2). */
const SEGREGATED = ['SUD', 'ETH', 'PSY', 'HIV'];
export const isSegregated = (label: string) => SEGREGATED.some((general) => ACT_CODE.subsumes(general, label));

/** Confidential Alcohol and Drug Abuse Patient Records, 42 CFR Part 2; a code of v3-ActCode. */
export const PART_2 = '42CFRPart2';
