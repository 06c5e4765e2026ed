import type { AccessRule } from '../access-rule.ts';

/** G1. */
export const consentPermits: AccessRule = {
  code: 'consent-permits',
  applies: ({ permits }) => permits.length > 0,
  compared: ({ readings }) => ({ consents: readings.map(({ id, says }) => ({ id, says })) }),
};
