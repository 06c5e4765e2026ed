import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { topologyFrom } from '../../topology/load-topology.ts';
import { topologyDraft } from '../../topology/testing/topology-draft.ts';
import { Operator } from '../operator.ts';
import { createFirstBlock } from './first-block.ts';

const CONFIGTXGEN = `#!/bin/sh
while [ "$1" != -outputBlock ]; do shift; done
printf block > "$2"
`;

describe('createFirstBlock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'first-block-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('leaves nothing that the next one would take for a block where it cannot be written', async () => {
    const configtxgen = path.join(folder, 'configtxgen');
    await writeFile(configtxgen, CONFIGTXGEN);
    await chmod(configtxgen, 0o755);
    const operator = new Operator({
      topology: topologyFrom(topologyDraft()),
      materialDirectory: path.join(folder, 'keys'),
      dataDirectory: path.join(folder, 'data'),
      binaries: { peer: '', orderer: '', configtxgen, configtxlator: '', osnadmin: '' },
      report: () => {},
    });
    const file = path.join(folder, 'out', 'first.block');
    await mkdir(`${file}.new`, { recursive: true }); // stands in for a disk that is full
    await expect(createFirstBlock(operator, file)).rejects.toThrow('EISDIR');
    await expect(access(file)).rejects.toThrow('ENOENT');
    await rm(`${file}.new`, { recursive: true });
    await createFirstBlock(operator, file);
    expect(await readFile(file, 'utf8')).toBe('block');
    await expect(createFirstBlock(operator, file)).rejects.toThrow('MQ_FIRST_BLOCK_EXISTS');
  });
});
