import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FABRIC_PROGRAMS } from '../fabric/fabric-binaries.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { Operator } from './operator.ts';

const topology = topologyFrom(topologyDraft());
const [node] = topology.orderers.nodes;

describe('Operator', () => {
  let folder = '';
  let operator: Operator;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'operator-'));
    operator = new Operator({
      topology,
      materialDirectory: folder,
      dataDirectory: path.join(folder, 'data'),
      binaries: Object.fromEntries(FABRIC_PROGRAMS.map((name) => [name, name])) as Operator['binaries'],
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
