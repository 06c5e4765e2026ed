/** create, read, update, delete, search: the letters of SMART App Launch 2 scopes, in this order. */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's';
export type Scope = Readonly<{ context: 'patient' | 'user' | 'system'; resource: string; permissions: string }>;

const SCOPE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{1,63})\.(c?r?u?d?s?)$/;
/** Scopes in one token. */
export const MAX_SCOPES = 100;

/** Scopes of SMART v2 in a space-separated text; others (`openid`, SMART v1, with search parameters) grant nothing. */
export function parseScopes(text: string): readonly Scope[] {
  return text
    .split(' ', MAX_SCOPES)
    .map((scope) => SCOPE.exec(scope))
    .flatMap((match) => {
      const [, context, resource, permissions] = match ?? [];
      if (context === undefined || resource === undefined || !permissions) return [];
      return [{ context: context as Scope['context'], resource, permissions }];
    });
}

/**
 * What of the scopes counts for an account of this kind. `patient/` in a clinician's token means the one patient that an
 * application was started for, which is not told apart here: it must not open what `user/` would.
 */
export function scopesFor(account: 'patient' | 'system' | 'practitioner', scopes: readonly Scope[]): readonly Scope[] {
  const counting: readonly Scope['context'][] =
    account === 'patient' ? ['patient', 'user'] : account === 'system' ? ['system'] : ['user'];
  return scopes.filter(({ context }) => counting.includes(context));
}

/** Whether one of the scopes allows `permission` on the resource type. */
export function allows(scopes: readonly Scope[], resource: string, permission: Permission): boolean {
  return scopes.some(
    (scope) => (scope.resource === '*' || scope.resource === resource) && scope.permissions.includes(permission),
  );
}
