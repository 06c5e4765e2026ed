import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { endLeftPostgres } from '../database/embedded-postgres.ts';
import { runningServer } from '../database/running-server.ts';

const START_TIMEOUT_MS = 60_000;
/** Works on the database until it is ended. */
const PROGRAM = `
import { withDatabaseOf } from '${pathToFileURL(path.join(import.meta.dirname, 'database-of.ts')).href}';
const config = { settings: { get: () => undefined }, postgresDir: process.argv[1], databaseName: 'gateway' };
await withDatabaseOf(config, async () => {
  process.stdout.write('at work');
  await new Promise(() => setInterval(() => {}, 1000));
});
`;

it(
  'a command that a signal ends ends the database server that it has started',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'database-of-'));
    const child = spawn(process.execPath, [
      '--conditions=medquorum-source',
      '--input-type=module',
      '-e',
      PROGRAM,
      folder,
    ]);
    const exited = once(child, 'exit');
    try {
      await Promise.race([once(child.stdout, 'data'), exited]);
      expect(await runningServer(folder)).toBeDefined();
      child.kill('SIGTERM');
      expect(await exited).toEqual([null, 'SIGTERM']);
      expect(await runningServer(folder)).toBeUndefined();
    } finally {
      child.kill('SIGKILL');
      await exited;
      await endLeftPostgres(folder);
      await rm(folder, { recursive: true, force: true });
    }
  },
  START_TIMEOUT_MS,
);
