import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FabricError } from '../fabric/fabric-error.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { Operator } from './operator.ts';

const topology = topologyFrom(topologyDraft());
const [node] = topology.orderers.nodes;
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
      topology,
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

describe('Operator', () => {
  let folder = '';
  let operator: Operator;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'operator-'));
    operator = new Operator({
      topology,
      materialDirectory: folder,
      dataDirectory: path.join(folder, 'data'),
      binaries: NO_BINARIES,
      report: () => {},
    });
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function hold(key: string): Promise<void> {
    await mkdir(path.dirname(key), { recursive: true });
    await writeFile(key, '');
  }
  const orderingAdmin = () => operator.material.admin(topology.orderers.mspId).msp.key;
  const memberAdmin = () => operator.material.admin('BMSP').msp.key;

  it('asks orderers as a member, or as the ordering service where only its keys are here', async () => {
    expect(() => operator.anyAdministrator()).toThrow('MQ_OPERATION_NO_KEYS');
    await hold(orderingAdmin());
    expect(operator.anyAdministrator()).toMatchObject({
      mspId: topology.orderers.mspId,
      msp: { key: orderingAdmin() },
    });
    expect(() => operator.anyOwnOrganization()).toThrow('MQ_OPERATION_NO_KEYS');
    await hold(memberAdmin());
    expect(operator.anyAdministrator()).toMatchObject({ mspId: 'BMSP', msp: { key: memberAdmin() } });
  });

  it('asks the next orderer where one is without the channel, and takes a refusal for one', async () => {
    const draft = topologyDraft();
    const nodes = [7010, 7020].map((port, i) => ({ name: `orderer${i + 1}`, port, adminPort: port + 1 }));
    const two = new Operator({
      ...operator,
      topology: topologyFrom({ ...draft, orderers: { consensus: 'raft', nodes } }),
    });
    const answering = (first: string) => {
      const asked: string[] = [];
      const act = async (_flags: readonly string[], { name }: { name: string }) => {
        asked.push(name);
        if (name === 'orderer1') throw new FabricError('MQ_FABRIC_TOOL_FAILED', first);
        return asked;
      };
      return two.withOrderer(act);
    };
    expect(await answering("can't read the block: &{NOT_FOUND}")).toEqual(['orderer1', 'orderer2']);
    await expect(answering("can't read the block: &{FORBIDDEN}")).rejects.toThrow('FORBIDDEN');
  });

  it("administers an orderer in the node's own name where the ordering administrator's keys are not", async () => {
    expect(() => operator.ordererAdministrator(node)).toThrow(
      `MQ_OPERATION_NO_KEYS: ${folder} holds neither the keys of`,
    );
    const own = operator.material.orderer(node.name);
    await hold(own.msp.key);
    expect(operator.ordererAdministrator(node)).toEqual({ mspId: topology.orderers.mspId, ...own });
    await hold(orderingAdmin());
    expect(operator.ordererAdministrator(node).msp.key).toBe(orderingAdmin());
  });
});
