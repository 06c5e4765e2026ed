import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { makeGenesisBlock } from './create-channel.ts';
import { FabricMaterial } from './fabric-material.ts';

/** Writes in place, as configtxgen does. */
const CONFIGTXGEN = (text: string, status: number) => `#!/bin/sh
while [ "$1" != -outputBlock ]; do shift; done
printf ${text} > "$2"
exit ${status}
`;

describe('makeGenesisBlock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'create-channel-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function make(written: string, status: number): Promise<string> {
    const configtxgen = path.join(folder, 'configtxgen');
    await writeFile(configtxgen, CONFIGTXGEN(written, status));
    await chmod(configtxgen, 0o755);
    const binaries = { peer: '', orderer: '', configtxgen, configtxlator: '', osnadmin: '' };
    const topology = topologyFrom(topologyDraft());
    const material = new FabricMaterial(topology, path.join(folder, 'keys'));
    const block = await makeGenesisBlock(topology, material, binaries, path.join(folder, 'channel'));
    return readFile(block, 'utf8');
  }

  it('takes no part of a block for the block', async () => {
    await expect(make('half', 1)).rejects.toThrow('MQ_FABRIC_TOOL_FAILED');
    expect(await make('whole', 0)).toBe('whole');
  });

  it('makes it once', async () => {
    await make('first', 0);
    expect(await make('second', 0)).toBe('first');
  });
});
