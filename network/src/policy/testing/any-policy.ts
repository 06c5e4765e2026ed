import fc from 'fast-check';

/** Organisations of the property tests: few, so that principals meet. */
export const POLICY_MSP_IDS = ['AMSP', 'BMSP', 'CMSP', 'DMSP'] as const;

/** Policy text over these roles, up to three gates deep. */
export function anyPolicyText(roles: readonly string[] = ['peer', 'member', 'client']): fc.Arbitrary<string> {
  const principal = fc
    .tuple(fc.constantFrom(...POLICY_MSP_IDS), fc.constantFrom(...roles))
    .map((parts) => `'${parts.join('.')}'`);
  const { gate } = fc.letrec<{ gate: string; branch: string }>((tie) => ({
    gate: fc
      .tuple(fc.array(tie('branch'), { minLength: 1, maxLength: 4 }), fc.nat(4), fc.constantFrom('AND', 'OR', 'OutOf'))
      .map(([branches, n, kind]) => {
        const inner = branches.join(', ');
        return kind === 'OutOf' ? `OutOf(${Math.min(n, branches.length)}, ${inner})` : `${kind}(${inner})`;
      }),
    branch: fc.oneof({ maxDepth: 2, depthIdentifier: 'gates' }, principal, tie('gate')),
  }));
  return gate;
}

/** As `anyPolicyText`, without a principal that occurs twice. */
export function anyPolicyOfDistinctPrincipals(roles: readonly string[]): fc.Arbitrary<string> {
  return anyPolicyText(roles).filter((text) => {
    const principals = text.match(/'[^']+'/g) ?? [];
    return new Set(principals).size === principals.length;
  });
}
