import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDataFolder, refuseForeign } from './data-folder.ts';
import { Supervisor } from './supervisor.ts';

describe('refuseForeign', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'data-folder-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('lets pass what is absent, empty, or was held by a supervisor', async () => {
    refuseForeign(path.join(directory, 'absent'));
    refuseForeign(directory);
    expect(isDataFolder(directory)).toBe(false);
    await (await Supervisor.open({ directory, report: () => {} })).close();
    expect(isDataFolder(directory)).toBe(true);
    refuseForeign(directory);
  });

  it('refuses anything else', async () => {
    await writeFile(path.join(directory, 'own'), '');
    expect(() => refuseForeign(directory)).toThrow(/^MQ_NOT_A_DATA_FOLDER: .*check --data/);
  });
});
