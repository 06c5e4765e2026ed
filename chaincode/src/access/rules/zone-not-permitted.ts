import type { AccessRule } from '../access-rule.ts';

/** C4. The attested zone is one of those permitted to the role; no place is outside all of them. */
export const zoneNotPermitted: AccessRule = {
  code: 'zone-not-permitted',
  applies: ({ facts: { requester, request, settings } }) => {
    const permitted = settings.zones[requester.role];
    return permitted !== undefined && !permitted.some((zone) => zone === request.place?.zone);
  },
  compared: ({ facts: { requester, request, settings } }) => ({
    role: requester.role,
    zone: request.place?.zone ?? null,
    permittedZones: settings.zones[requester.role] ?? 'any',
  }),
};
