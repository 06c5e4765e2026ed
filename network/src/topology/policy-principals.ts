/** The roles that a policy's principals may ask for. */
export const POLICY_ROLES: readonly string[] = ['member', 'admin', 'client', 'peer', 'orderer'];

export type PolicyPrincipal = Readonly<{ mspId: string; role: string }>;

/** Every `'MSP.role'` that a signature policy names, in order, repeated ones included. */
export function principalsOf(policy: string): PolicyPrincipal[] {
  return [...policy.matchAll(/['"]([^'"]*)['"]/g)].map(([, principal = '']) => {
    const dot = principal.lastIndexOf('.');
    return { mspId: principal.slice(0, Math.max(dot, 0)), role: principal.slice(dot + 1) };
  });
}

/** What keeps a text from being a policy at all, or undefined. */
export function policyProblem(policy: string): Readonly<{ found: string; allowed: string }> | undefined {
  const allowed = "AND(...), OR(...) or OutOf(n, ...) over 'MSP.role'";
  if (!/^\s*(AND|OR|OutOf)\s*\(/i.test(policy)) return { found: JSON.stringify(policy), allowed };
  if (principalsOf(policy).length === 0) return { found: 'a policy without organisations', allowed };
  const open = policy.split('(').length;
  const closed = policy.split(')').length;
  return open === closed ? undefined : { found: `${open - 1} opening and ${closed - 1} closing brackets`, allowed };
}
