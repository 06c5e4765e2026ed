/** Rules of `common.ImplicitMetaPolicy`. */
export type ImplicitMetaRule = 'ANY' | 'ALL' | 'MAJORITY';

/** How many of the sub-policies must hold. Of none, ANY and MAJORITY still ask for one: nothing satisfies them. */
export function implicitMetaThreshold(rule: ImplicitMetaRule, subPolicyCount: number): number {
  switch (rule) {
    case 'ANY':
      return 1;
    case 'ALL':
      return subPolicyCount;
    case 'MAJORITY':
      return Math.floor(subPolicyCount / 2) + 1;
  }
}

/** Text with which Fabric refuses, here for the sub-policies called `subPolicyName`. */
export function implicitMetaRefusal(subPolicyName: string, satisfied: number, threshold: number): string {
  return (
    `implicit policy evaluation failed - ${satisfied} sub-policies were satisfied, ` +
    `but this policy requires ${threshold} of the '${subPolicyName}' sub-policies to be satisfied`
  );
}
