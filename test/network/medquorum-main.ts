import { NETWORK_COMMANDS } from '@medquorum/network/cli/commands';
import { runMedquorum } from '@medquorum/network/cli/main';

process.exitCode = await runMedquorum(process.argv.slice(2), NETWORK_COMMANDS);
