import { ACT_REASON_TREE } from './act-reason-tree.ts';
import { CodeHierarchy } from './code-hierarchy.ts';

export const ACT_REASON_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
export const ACT_REASON = new CodeHierarchy(ACT_REASON_TREE);

/** True for a code that may stand in a request: under PurposeOfUse, which itself says no purpose. */
export const isPurposeOfUse = (code: string) =>
  ACT_REASON.subsumes('PurposeOfUse', code) && code !== 'PurposeOfUse' && !ACT_REASON.isAbstract(code);

/** Purposes a request may have, in the order of the code system. */
export const PURPOSES_OF_USE: readonly string[] = ACT_REASON.under('PurposeOfUse').filter(isPurposeOfUse);

export const isTreatment = (purpose: string) => ACT_REASON.subsumes('TREAT', purpose);
export const isEmergencyTreatment = (purpose: string) => ACT_REASON.subsumes('ETREAT', purpose);
export const isPayment = (purpose: string) => ACT_REASON.subsumes('HPAYMT', purpose);
export const isResearch = (purpose: string) => ACT_REASON.subsumes('HRESCH', purpose);
