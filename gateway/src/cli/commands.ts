import { backup } from './backup.ts';
import type { Command } from './command.ts';
import { configPrint } from './config-print.ts';
import { configReference } from './config-reference.ts';
import { consortiumConfigure } from './consortium-configure.ts';
import { consortiumDiff } from './consortium-diff.ts';
import { consortiumRenewPolicies } from './consortium-renew-policies.ts';
import { holdings } from './holdings.ts';
import { rebuild } from './rebuild.ts';
import { restore } from './restore.ts';

/** What `medquorum gateway ...` and `medquorum consortium ...` dispatch to. */
export const GATEWAY_COMMANDS: readonly Command[] = [
  backup,
  restore,
  holdings,
  rebuild,
  configPrint,
  configReference,
  consortiumDiff,
  consortiumConfigure,
  consortiumRenewPolicies,
];
