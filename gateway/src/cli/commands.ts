import type { Command } from './command.ts';
import { configPrint } from './config-print.ts';
import { configReference } from './config-reference.ts';
import { rebuild } from './rebuild.ts';

/** What `medquorum gateway ...` dispatches to. */
export const GATEWAY_COMMANDS: readonly Command[] = [rebuild, configPrint, configReference];
