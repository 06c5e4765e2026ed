import path from 'node:path';
import { restoreBackup } from '../operations/backup/backup.ts';
import { type Command, EXIT_OK, parseOptions, required } from './command.ts';
import { DEFAULT_DATA_DIRECTORY } from './topology-option.ts';

export const backupRestore: Command = {
  name: 'backup restore',
  summary: 'Put a saved organisation onto an empty machine',
  help: `usage: medquorum backup restore --from DIR --keys-from DIR [--data DIR] [--keys DIR] [--dry-run]

Checks the backup, writes keys, topology and snapshot, and says how to start: the peer then gets what came after the snapshot
from the orderers by itself, and private data that it may hold from other members; an orderer gets its blocks from the others.

  --from DIR        what backup create wrote to --out
  --keys-from DIR   what it wrote to --keys-out
  --data DIR        empty folder for the data (default: ${DEFAULT_DATA_DIRECTORY})
  --keys DIR        empty folder for the keys (default: beside the data folder, with the suffix -keys)
  --topology FILE   not needed: the backup has it
  --dry-run         say what would be done, and do nothing
`,
  async run(argv, { stdout, stderr }) {
    const values = parseOptions(argv, {
      from: { type: 'string' },
      'keys-from': { type: 'string' },
      data: { type: 'string' },
      keys: { type: 'string' },
      topology: { type: 'string' },
      'dry-run': { type: 'boolean' },
    });
    const directory = path.resolve(required(values.from, 'from'));
    const keysDirectory = path.resolve(required(values['keys-from'], 'keys-from'));
    const dataDirectory = path.resolve(values.data ?? DEFAULT_DATA_DIRECTORY);
    const materialDirectory = path.resolve(values.keys ?? `${dataDirectory}-keys`);
    if (values['dry-run']) {
      stderr.write(`would restore ${directory} to ${dataDirectory}, keys to ${materialDirectory} (--dry-run)\n`);
      return EXIT_OK;
    }
    const { mspId, snapshot, topologyFile, orderers } = await restoreBackup(
      { directory, keysDirectory },
      { dataDirectory, materialDirectory },
    );
    const placeOf = (data: string) => `--topology ${topologyFile} --data ${data} --keys ${materialDirectory}`;
    const place = placeOf(dataDirectory);
    const what = snapshot === undefined ? ', keys alone' : ` as of block ${snapshot.blockNumber}`;
    stdout.write(`${mspId} is restored${what}\n`);
    if (mspId !== orderers.mspId) {
      const from = snapshot === undefined ? '' : `--snapshot ${snapshot.folder} `;
      stdout.write(`start it with\n  medquorum node up --org ${mspId} ${from}${place}\n`);
      stdout.write(`and, once it runs, give it its packages\n  medquorum chaincode install --org ${mspId} ${place}\n`);
    }
    if (orderers.operated.length > 0) stdout.write('start those of its orderers that were lost, each once\n');
    for (const name of orderers.operated)
      stdout.write(
        `  medquorum node up --org ${orderers.mspId} --name ${name} ${placeOf(`${dataDirectory}-${name}`)}\n`,
      );
    return EXIT_OK;
  },
};
