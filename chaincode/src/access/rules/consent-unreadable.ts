import type { AccessRule } from '../access-rule.ts';

/** 2.2. What a consent that counts forbids cannot be known when it cannot be read. */
export const consentUnreadable: AccessRule = {
  code: 'consent-unreadable',
  applies: ({ readings }) => readings.some(({ says }) => says === 'unreadable'),
  compared: ({ readings }) => ({
    unreadable: readings.flatMap((reading) =>
      reading.says === 'unreadable' ? [{ id: reading.id, where: reading.where }] : [],
    ),
  }),
};
