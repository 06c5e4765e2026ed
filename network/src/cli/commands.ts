import type { HostedApplication } from '../consortium/hosted-application.ts';
import { backupCreate } from './backup-create.ts';
import { backupRestore } from './backup-restore.ts';
import { chaincodeCompare } from './chaincode-compare.ts';
import { chaincodeInstall } from './chaincode-install.ts';
import { chaincodePackage } from './chaincode-package.ts';
import { chaincodeStatus } from './chaincode-status.ts';
import { chaincodeUpgrade } from './chaincode-upgrade.ts';
import { channelCheck } from './channel-check.ts';
import { channelCreate } from './channel-create.ts';
import { channelJoin } from './channel-join.ts';
import type { Command } from './command.ts';
import { doctor } from './doctor.ts';
import { fabricInstall } from './fabric-install.ts';
import { governanceApply } from './governance-apply.ts';
import { governanceSign } from './governance-sign.ts';
import { governanceStatus } from './governance-status.ts';
import { networkDown } from './network-down.ts';
import { networkLogs } from './network-logs.ts';
import { networkRender } from './network-render.ts';
import { networkReset } from './network-reset.ts';
import { networkStatus } from './network-status.ts';
import { networkUp } from './network-up.ts';
import { nodeRestart } from './node-restart.ts';
import { nodeUp } from './node-up.ts';
import { ordererUpdate } from './orderer-update.ts';
import { organizationAdd } from './organization-add.ts';
import { organizationRemove } from './organization-remove.ts';
import { organizationUpdate } from './organization-update.ts';
import { pkiGenerate } from './pki-generate.ts';
import { pkiList } from './pki-list.ts';
import { pkiRenew } from './pki-renew.ts';
import { pkiRevoke } from './pki-revoke.ts';
import { topologyCheck } from './topology-check.ts';

/**
 * The commands of this workspace, in the order in which help lists them.
 * @param hosted the application that whoever composes them brings, if any
 */
export const networkCommands = (hosted?: HostedApplication): readonly Command[] => [
  doctor,
  networkUp(hosted),
  networkStatus,
  networkLogs,
  networkDown,
  networkReset(hosted),
  networkRender,
  topologyCheck,
  pkiGenerate,
  pkiList,
  pkiRenew,
  pkiRevoke,
  fabricInstall,
  channelCreate,
  channelCheck,
  channelJoin,
  nodeUp,
  nodeRestart,
  organizationAdd,
  organizationRemove,
  organizationUpdate,
  ordererUpdate,
  governanceSign,
  governanceStatus,
  governanceApply,
  chaincodePackage,
  chaincodeStatus,
  chaincodeCompare,
  chaincodeInstall,
  chaincodeUpgrade,
  backupCreate,
  backupRestore,
];

/** The same for any chaincode: no application comes with them. */
export const NETWORK_COMMANDS = networkCommands();
