import type { AccessRule } from '../access-rule.ts';

/** C4. The clock is no fact; what the skew check said of the timestamp is. */
export const timeOutsideSkew: AccessRule = {
  code: 'time-outside-skew',
  applies: ({ facts: { request } }) => !request.withinSkew,
  compared: ({ facts: { request } }) => ({ time: request.time, withinSkew: request.withinSkew }),
};
