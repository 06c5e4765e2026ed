import type { AccessRule } from '../access-rule.ts';

/** C1. Overrides every permit and every ground, break-glass included, whether it names emergencies or not. */
export const consentDenies: AccessRule = {
  code: 'consent-denies',
  applies: ({ readings }) => readings.some(({ says }) => says === 'deny'),
  compared: ({ readings }) => ({ consents: readings.map(({ id, says }) => ({ id, says })) }),
};
