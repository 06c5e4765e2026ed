import type { AccessRule } from '../access-rule.ts';

/** C6. The record is not being erased. */
export const erasureInProgress: AccessRule = {
  code: 'erasure-in-progress',
  applies: ({ facts: { registry } }) => registry.erasureInProgress,
  compared: ({ facts: { registry } }) => ({ erasureInProgress: registry.erasureInProgress }),
};
