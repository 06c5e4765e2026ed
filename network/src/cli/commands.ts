import type { Command } from './command.ts';
import { fabricInstall } from './fabric-install.ts';
import { networkDown } from './network-down.ts';
import { networkStatus } from './network-status.ts';
import { networkUp } from './network-up.ts';
import { pkiGenerate } from './pki-generate.ts';
import { pkiList } from './pki-list.ts';
import { pkiRenew } from './pki-renew.ts';
import { pkiRevoke } from './pki-revoke.ts';
import { topologyCheck } from './topology-check.ts';

/** The commands of this workspace, in the order in which help lists them. */
export const NETWORK_COMMANDS: readonly Command[] = [
  networkUp,
  networkStatus,
  networkDown,
  topologyCheck,
  pkiGenerate,
  pkiList,
  pkiRenew,
  pkiRevoke,
  fabricInstall,
];
