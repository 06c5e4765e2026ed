import type { AccountRole } from './roles.ts';
import type { Scope } from './scopes.ts';

/** Who makes a request, as proven by the bearer token. */
export type Principal = Readonly<{
  /** `<issuer>|<subject>`: unique across issuers, without a person's name. */
  id: string;
  role: AccountRole;
  scopes: readonly Scope[];
  /** Registered practitioner who acts, or in whose name a system acts when it says so. */
  practitionerId: string | undefined;
  /** Pseudonym, for a patient's own account. */
  patient: string | undefined;
}>;
