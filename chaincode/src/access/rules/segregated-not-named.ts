import { namesSegregated, segregatedLabels } from '../access-case.ts';
import type { AccessRule } from '../access-rule.ts';

/** C2. SUD, ETH, PSY, HIV, what lies under them, and V need one permit that names each; break-glass excepted. */
export const segregatedNotNamed: AccessRule = {
  code: 'segregated-not-named',
  applies: ({ facts: { record }, permits, isBreakGlass }) =>
    segregatedLabels(record).length > 0 && !isBreakGlass && !permits.some((path) => namesSegregated(path, record)),
  compared: ({ facts: { record }, permits, isBreakGlass }) => ({
    segregatedLabels: segregatedLabels(record),
    permitsNamingEach: permits.filter((path) => namesSegregated(path, record)).length,
    isBreakGlass,
  }),
};
