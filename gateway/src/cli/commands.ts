import type { Command } from './command.ts';
import { configPrint } from './config-print.ts';
import { configReference } from './config-reference.ts';
import { consortiumConfigure } from './consortium-configure.ts';
import { consortiumDiff } from './consortium-diff.ts';
import { consortiumRenewPolicies } from './consortium-renew-policies.ts';
import { rebuild } from './rebuild.ts';

/** What `medquorum gateway ...` and `medquorum consortium ...` dispatch to. */
export const GATEWAY_COMMANDS: readonly Command[] = [
  rebuild,
  configPrint,
  configReference,
  consortiumDiff,
  consortiumConfigure,
  consortiumRenewPolicies,
];
