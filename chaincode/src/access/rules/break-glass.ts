import type { AccessRule } from '../access-rule.ts';

/** G5. An accountable emergency. */
export const breakGlass: AccessRule = {
  code: 'break-glass',
  applies: ({ isBreakGlass }) => isBreakGlass,
  compared: ({ facts: { requester, request, emergency } }) => ({
    purpose: request.purpose,
    role: requester.role,
    zone: request.place?.zone ?? null,
    organization: requester.organization,
    isReasonStated: (emergency?.reason ?? '').trim() !== '',
    secondClinician: emergency?.secondClinician ?? null,
    reviewDue: emergency?.reviewDue ?? null,
    withinQuota: emergency?.withinQuota ?? null,
  }),
};
