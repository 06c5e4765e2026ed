import type { AccessFacts, OrganizationKind, RoleKind } from './access-facts.ts';

const ROLE_OF_KIND: Readonly<Partial<Record<OrganizationKind, RoleKind>>> = {
  insurer: 'claims-officer',
  research: 'researcher',
  regulator: 'auditor',
};

/**
 * Whether someone asks as an insurer, a research institute or the regulator: by his role, or as one who works there.
 * A patient or proxy does not work at the organisation he asks through.
 */
export function asksAs(kind: 'insurer' | 'research' | 'regulator', { requester, registry }: AccessFacts): boolean {
  const isStaff = requester.role !== 'patient' && requester.role !== 'proxy';
  return requester.role === ROLE_OF_KIND[kind] || (isStaff && registry.organizationKind === kind);
}
