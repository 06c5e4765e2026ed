import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FABRIC_PROGRAMS, type FabricBinaries } from '../fabric/fabric-binaries.ts';
import { generateMaterial } from '../pki/generate-material.ts';
import { onFreePorts } from '../testing/on-free-ports.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { FabricNetwork } from './fabric-network.ts';

/** The `peer` program of a network in which nothing is approved and everything committed. */
const PEER = (approve: string) => `#!/bin/sh
case "$3" in
  queryinstalled) echo '{}' ;;
  queryapproved) echo 'Error: could not fetch approved chaincode definition'; exit 1 ;;
  approveformyorg) ${approve} ;;
  querycommitted) echo '{"chaincode_definitions":[{"name":"asset","version":"1.0","sequence":1,"validation_parameter":""}]}' ;;
esac
`;

describe('a deployment that is interrupted', () => {
  let folder = '';
  const file = (name: string) => path.join(folder, name);
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'fabric-network-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function deploy(approve: string, signal: AbortSignal, report: (line: string) => void) {
    await writeFile(file('peer'), PEER(approve));
    await chmod(file('peer'), 0o755);
    const topology = await onFreePorts(topologyFrom(topologyDraft()));
    await generateMaterial(topology, file('keys'));
    const network = await FabricNetwork.prepare({
      topology,
      materialDirectory: file('keys'),
      dataDirectory: folder,
      binaries: Object.fromEntries(FABRIC_PROGRAMS.map((name) => [name, file(name)])) as FabricBinaries,
      supervisor: { start: async () => {} },
      report,
      chaincodeTls: 'none',
      signal,
    });
    return network.deploy();
  }

  it('waits no longer for an orderer', async () => {
    const interrupting = new AbortController();
    const asked = file('asked');
    const deployed = deploy(
      `echo > '${asked}'; echo 'Error: connection refused'; exit 1`,
      interrupting.signal,
      () => {},
    );
    const ended = expect(deployed).rejects.toMatchObject({ name: 'AbortError' });
    while (!existsSync(asked)) await setImmediate();
    interrupting.abort();
    await ended;
  });

  it('waits no longer until peers know of each other', async () => {
    const interrupting = new AbortController();
    const told: string[] = [];
    const deployed = deploy('true', interrupting.signal, (line) => {
      told.push(line);
      interrupting.abort();
    });
    await expect(deployed).rejects.toMatchObject({ name: 'AbortError' });
    expect(told).toEqual(['chaincode asset 1.0 committed (sequence 1)']);
  });
});
