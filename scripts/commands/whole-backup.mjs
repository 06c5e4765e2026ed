// `backup create` and `backup restore` of a whole organisation: the network's command for the peer and its keys, and after `--` the gateway's.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BackupError } from '@medquorum/gateway/backup/backup-error';
import { readBackup } from '@medquorum/gateway/backup/backup-manifest';

/** Below the folders that are given; `_` is in no name of an organisation, whose folders are beside the second. */
const DATA_FOLDER = 'gateway';
const KEYS_FOLDER = 'gateway_keys';

const helpOf = (command, example) => `${command.help}
The gateway is saved and restored with it when its settings follow after --, for example
  medquorum ${command.name} ${example} -- --config gateway.yaml
`;

/** @typedef {import('@medquorum/network/cli/command').Command} Command */

/** @param {readonly Command[]} network @param {readonly Command[]} gateway @returns {Command[]} */
export function wholeBackupCommands(network, gateway) {
  const named = (name) => [...network, ...gateway].find((command) => command.name === name);
  return [
    createCommand(named('backup create'), named('gateway backup')),
    restoreCommand(named('backup restore'), named('gateway restore')),
  ];
}

/** @param {Command} peer @param {Command} gateway @returns {Command} */
function createCommand(peer, gateway) {
  return {
    name: peer.name,
    summary: 'Save a whole organisation while it runs, and apart from it its keys',
    help: helpOf(peer, '--org NAME --out DIR --keys-out DIR'),
    async run(argv, context) {
      const { own, settings } = split(argv);
      const status = await peer.run(own, context);
      if (settings === undefined) {
        context.stderr.write("a gateway's database, content and keys are not in it: its settings follow after --\n");
        return status;
      }
      if (status !== 0) return status;
      const { out, 'keys-out': keysOut, 'dry-run': isDry } = optionsOf(own, ['out', 'keys-out']);
      const place = ['--out', path.join(out, DATA_FOLDER), '--keys-out', path.join(keysOut, KEYS_FOLDER)];
      // The gateway has to have read what the peer's snapshot ends with: blocks before that are then on no peer of its own.
      const blockNumber = isDry ? undefined : await snapshotBlock(out);
      const after = blockNumber === undefined ? [] : ['--after-block', String(blockNumber)];
      const more = isDry ? ['--dry-run'] : after;
      return second(gateway, [...place, ...more], settings, context);
    },
  };
}

/** @param {Command} peer @param {Command} gateway @returns {Command} */
function restoreCommand(peer, gateway) {
  return {
    name: peer.name,
    summary: 'Put a saved organisation onto an empty machine',
    help: helpOf(peer, '--from DIR --keys-from DIR'),
    async run(argv, context) {
      const { own, settings } = split(argv);
      const { from, 'keys-from': keysFrom, 'dry-run': isDry } = optionsOf(own, ['from', 'keys-from']);
      if (settings === undefined || !from || !keysFrom) return peer.run(own, context);
      const place = { directory: path.resolve(from, DATA_FOLDER), keysDirectory: path.resolve(keysFrom, KEYS_FOLDER) };
      // Nothing is written before both halves are known to be whole and to fit.
      const { checkpoint, content, mspId, tables, takenAt } = await readBackup(place);
      const blockNumber = await snapshotBlock(from);
      if ((checkpoint?.nextBlock ?? 0) <= blockNumber)
        throw new BackupError(
          'MQ_BACKUP_DAMAGED',
          `the gateway was saved before block ${blockNumber} of the peer's snapshot; restore the gateway alone, and let its peer read the whole chain`,
        );
      const status = await peer.run(own, context);
      if (status !== 0) return status;
      if (isDry) {
        // The settings may name the topology that only the restore writes.
        const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
        context.stderr.write(
          `would restore the gateway of ${mspId} as of ${takenAt}: ${rows} rows, ${content.files} ciphertexts of ${content.bytes} bytes (--dry-run)\n`,
        );
        return status;
      }
      return second(gateway, ['--from', place.directory, '--keys-from', place.keysDirectory], settings, context);
    },
  };
}

/** The peer's half is done and stays: the gateway's can be repeated alone. */
async function second(gateway, options, settings, context) {
  try {
    return await gateway.run([...options, ...settings], context);
  } catch (error) {
    context.stderr.write(
      `the peer's part is done; the gateway's failed and can be repeated: medquorum ${gateway.name} ${options.join(' ')} and its settings\n`,
    );
    throw error;
  }
}

/** @returns {Promise<number | undefined>} undefined where keys alone were saved: the peer then has every block */
async function snapshotBlock(directory) {
  const file = path.join(directory, 'backup.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')).blockNumber;
  } catch (cause) {
    throw new BackupError('MQ_BACKUP_DAMAGED', `${file} cannot be read: this is no backup`, { cause });
  }
}

function split(argv) {
  const at = argv.indexOf('--');
  return at < 0 ? { own: argv, settings: undefined } : { own: argv.slice(0, at), settings: argv.slice(at + 1) };
}

/** What the peer's command has checked, or will: here a few of its options are looked at. */
function optionsOf(argv, names) {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  return parseArgs({ args: [...argv], options: { ...options, 'dry-run': { type: 'boolean' } }, strict: false }).values;
}
