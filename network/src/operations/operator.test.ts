import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { Operator } from './operator.ts';

const NO_BINARIES = { configtxgen: '', configtxlator: '', orderer: '', osnadmin: '', peer: '' };

describe('the working folder of an operation', () => {
  let data = '';
  let operator: Operator;
  const operations = () => path.join(data, 'operations');
  beforeEach(async () => {
    data = await mkdtemp(path.join(os.tmpdir(), 'operator-'));
    const place = { materialDirectory: path.join(data, 'keys'), dataDirectory: data };
    operator = new Operator({
      ...place,
      topology: topologyFrom(topologyDraft()),
      binaries: NO_BINARIES,
      report: () => {},
    });
  });
  afterEach(() => rm(data, { recursive: true }));

  it('is deleted afterwards, also where the operation fails', async () => {
    const failing = operator.withScratch(async (folder) => {
      await writeFile(path.join(folder, 'key.pem'), '');
      throw new Error('failed');
    });
    await expect(failing).rejects.toThrow('failed');
    expect(await readdir(operations())).toEqual([]);
  });

  it('is deleted by the next operation where its process was ended, and not while that runs', async () => {
    const { pid: ended } = spawnSync(process.execPath, ['-e', '']);
    const running = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      await once(running, 'spawn');
      const [left, kept] = [`scratch-${ended}-a`, `scratch-${running.pid}-b`];
      for (const folder of [left, kept]) {
        await mkdir(path.join(operations(), folder), { recursive: true });
        await writeFile(path.join(operations(), folder, 'key.pem'), '');
      }
      const seen = await operator.withScratch(async (own) => ({ own, all: await readdir(operations()) }));
      expect(seen.all.toSorted()).toEqual([path.basename(seen.own), kept].toSorted());
    } finally {
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
  });
});
