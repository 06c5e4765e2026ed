#!/usr/bin/env node
// npx medquorum <command>: see --help. Each workspace brings the commands it can answer.
import process from 'node:process';
import { prepare } from './runtime.mjs';

await prepare(import.meta);
const { runMedquorum } = await import('@medquorum/network/cli/main');
const { networkCommands } = await import('@medquorum/network/cli/commands');
const { DECIDE_COMMAND } = await import('@medquorum/chaincode/access/decide-command');
const { GATEWAY_COMMANDS } = await import('@medquorum/gateway/cli/commands');
const { MEDQUORUM } = await import('./consortium/application.mjs');
const { wholeBackupCommands } = await import('./commands/whole-backup.mjs');
const network = networkCommands(MEDQUORUM);
const whole = wholeBackupCommands(network, GATEWAY_COMMANDS);
process.exitCode = await runMedquorum(process.argv.slice(2), [
  ...whole,
  ...network.filter(({ name }) => !whole.some((command) => command.name === name)),
  DECIDE_COMMAND,
  ...GATEWAY_COMMANDS,
]);
