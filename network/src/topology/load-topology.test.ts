import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTopology, topologyFrom } from './load-topology.ts';
import { topologyDraft } from './testing/topology-draft.ts';
import { TopologyError } from './topology-error.ts';

const DEFAULT_FILE = fileURLToPath(new URL('../../consortium.yaml', import.meta.url));

type Draft = ReturnType<typeof topologyDraft> & Record<string, unknown>;

function problemsOf(vary: (topology: Draft) => void): string[] {
  const topology: Draft = topologyDraft();
  vary(topology);
  try {
    topologyFrom(topology, 'two.yaml');
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return error.message.replace('MQ_TOPOLOGY_INVALID: ', '').split('\n');
  }
  return [];
}

describe('loadTopology', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'topology-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads the default consortium', async () => {
    const topology = await loadTopology(DEFAULT_FILE);
    expect(topology.organizations.map(({ mspId }) => mspId)).toEqual([
      'CityHospitalMSP',
      'ValleyHospitalMSP',
      'UnityInsuranceMSP',
      'MeridianResearchMSP',
      'HealthRegulatorMSP',
    ]);
    expect(topology.orderers.nodes).toHaveLength(4);
    expect(topology.application.releaseThreshold).toBe(2);
    expect(topology.organizations[0]?.application.kind).toBe('hospital');
  });

  it('fills in defaults', () => {
    const topology = topologyFrom(topologyDraft());
    expect(topology.channel.batch).toEqual({
      maxMessageCount: 10,
      absoluteMaxBytes: 10485760,
      preferredMaxBytes: 2097152,
      timeoutMs: 200,
    });
    expect(topology.organizations[0]).toMatchObject({
      displayName: 'org-a',
      host: '127.0.0.1',
      clients: [{ name: 'user1', attributes: {} }],
    });
    expect(topology.orderers).toMatchObject({ mspId: 'OrdererMSP', consensus: 'raft', nodes: [{ name: 'orderer1' }] });
    expect(topology.chaincodes[0]).toMatchObject({ sequence: 1, collections: [] });
  });

  it('places organisations, and the orderers they operate, on hosts', () => {
    const topology: Draft = topologyDraft();
    topology.hosts = { 'org-b': '10.0.0.2' };
    topology.orderers = {
      consensus: 'raft',
      nodes: [
        { name: 'orderer1', port: 7010, operator: 'org-b' },
        { name: 'orderer2', port: 7011 },
      ],
    };
    const { organizations, orderers } = topologyFrom(topology);
    expect(organizations.map(({ host }) => host)).toEqual(['127.0.0.1', '10.0.0.2']);
    expect(orderers.nodes.map(({ host }) => host)).toEqual(['10.0.0.2', '127.0.0.1']);
    const {
      hosts: _,
      organizations: [first, second],
      ...rest
    } = topology;
    const itself = topologyFrom({ ...rest, organizations: [first, { ...second, host: '10.0.0.9' }] });
    expect(itself.orderers.nodes[0].host).toBe('10.0.0.9');
    topology.organizations[1] = {
      ...topology.organizations[1],
      gatewayHost: '10.0.0.5',
      peers: [{ name: 'peer0', host: '10.0.0.3', port: 7001 }],
    };
    topology.orderers = {
      consensus: 'raft',
      nodes: [{ name: 'orderer1', host: '10.0.0.4', port: 7010, operator: 'org-b' }],
    };
    const apart = topologyFrom(topology);
    expect(apart.organizations[1]).toMatchObject({ host: '10.0.0.2', gatewayHost: '10.0.0.5' });
    expect(apart.organizations[1]?.peers[0].host).toBe('10.0.0.3');
    expect(apart.orderers.nodes[0].host).toBe('10.0.0.4');
    expect(
      problemsOf((draft) => {
        draft.hosts = { 'org-x': '10.0.0.2' };
      }),
    ).toEqual(['two.yaml: hosts.org-x: found organisation "org-x"; allowed: org-a, org-b']);
  });

  it('takes 64 organisations', () => {
    const topology = topologyDraft();
    topology.organizations = Array.from({ length: 64 }, (_, i) => ({
      mspId: `Org${i}MSP`,
      name: `org-${i}`,
      domain: `org${i}.example`,
      peers: [{ name: 'peer0', port: 0 }],
    }));
    topology.chaincodes = [];
    expect(topologyFrom(topology).organizations).toHaveLength(64);
  });

  it('reads collections from a file beside the topology', async () => {
    const topology = topologyDraft();
    const collection = { name: 'shared', policy: "OR('AMSP.member','BMSP.member')", maxPeerCount: 1 };
    topology.chaincodes[0] = { ...topology.chaincodes[0], collectionsFile: 'collections.json' };
    await writeFile(path.join(folder, 'collections.json'), JSON.stringify([collection]));
    await writeFile(path.join(folder, 'network.json'), JSON.stringify(topology));
    const loaded = await loadTopology(path.join(folder, 'network.json'));
    expect(loaded.chaincodes[0]?.collections).toEqual([
      { ...collection, requiredPeerCount: 0, blockToLive: 0, memberOnlyRead: false, memberOnlyWrite: false },
    ]);
  });

  it('names the collections file that is wrong', async () => {
    const topology = topologyDraft();
    topology.chaincodes[0] = { ...topology.chaincodes[0], collectionsFile: 'collections.json' };
    await writeFile(path.join(folder, 'collections.json'), JSON.stringify([{ name: 'shared' }]));
    await writeFile(path.join(folder, 'network.json'), JSON.stringify(topology));
    await expect(loadTopology(path.join(folder, 'network.json'))).rejects.toThrow(
      `${path.join(folder, 'collections.json')}: [0].policy: found nothing; allowed: a value (it is required)`,
    );
  });

  it('refuses collections given twice', async () => {
    const topology = topologyDraft();
    topology.chaincodes[0] = { ...topology.chaincodes[0], collectionsFile: 'c.json', collections: [] };
    await writeFile(path.join(folder, 'network.json'), JSON.stringify(topology));
    await expect(loadTopology(path.join(folder, 'network.json'))).rejects.toThrow(
      'found both collections and collectionsFile',
    );
  });

  it('says which file is missing', async () => {
    const file = path.join(folder, 'absent.yaml');
    await expect(loadTopology(file)).rejects.toThrow(`MQ_TOPOLOGY_UNREADABLE: ${file}: (the whole file): found ENOENT`);
  });

  it('says on which line YAML is broken', async () => {
    const file = path.join(folder, 'broken.yaml');
    await writeFile(file, 'version: 1\nchannel: { name: x\n');
    await expect(loadTopology(file)).rejects.toThrow(
      /broken\.yaml: line 3: found \w+; allowed: well-formed YAML or JSON/,
    );
  });
});

describe('topologyFrom refuses', () => {
  it.each<[string, (topology: Draft) => void, string]>([
    [
      'another version',
      (t) => {
        t.version = 2;
      },
      'two.yaml: version: found 2; allowed: 1',
    ],
    [
      'an unknown field',
      (t) => {
        Object.assign(t.channel, { batches: 1 });
      },
      'two.yaml: channel.batches: found an unknown field; allowed: name, batch',
    ],
    [
      'a missing field',
      (t) => {
        delete t.organizations[1]?.peers;
      },
      'two.yaml: organizations[1].peers: found nothing; allowed: a value (it is required)',
    ],
    [
      'a port out of range',
      (t) => {
        t.organizations[1] = { ...t.organizations[1], peers: [{ name: 'peer0', port: 70000 }] };
      },
      'two.yaml: organizations[1].peers[0].port: found 70000; allowed: an integer from 0 to 65535',
    ],
    [
      'no organisation',
      (t) => {
        t.organizations = [];
        t.chaincodes = [];
      },
      'two.yaml: organizations: found []; allowed: 1 to 256 entries',
    ],
    [
      'a wrong name',
      (t) => {
        t.organizations[0] = { ...t.organizations[0], name: 'Org A' };
      },
      'two.yaml: organizations[0].name: found "Org A"; allowed: text that matches ^[a-z0-9][a-z0-9-]{0,62}$',
    ],
    [
      'an unknown kind of consensus',
      (t) => {
        t.orderers = { consensus: 'solo', nodes: [{ name: 'o', port: 0 }] };
      },
      'two.yaml: orderers.consensus: found "solo"; allowed: "bft", "raft"',
    ],
    [
      'an MSP id used twice',
      (t) => {
        t.organizations[1] = { ...t.organizations[1], mspId: 'AMSP' };
        t.chaincodes = [];
      },
      'two.yaml: organizations[1].mspId: found "AMSP", which organizations[0].mspId has; allowed: a name of its own',
    ],
    [
      'the MSP id of the orderers',
      (t) => {
        t.organizations[1] = { ...t.organizations[1], mspId: 'OrdererMSP' };
        t.chaincodes = [];
      },
      'two.yaml: orderers.mspId: found "OrdererMSP", which organizations[1].mspId has; allowed: a name of its own',
    ],
    [
      'a client called as a chaincode of its organisation',
      (t) => {
        t.organizations[1] = { ...t.organizations[1], clients: [{ name: 'asset' }] };
      },
      'two.yaml: chaincodes[0].name: found "asset", which organizations[1].clients[0].name has; allowed: a name of its own',
    ],
    [
      'a port used twice',
      (t) => {
        t.organizations[1] = { ...t.organizations[1], gatewayPort: 7001 };
      },
      'two.yaml: organizations[1].gatewayPort: found "127.0.0.1:7001", which organizations[0].peers[0].port has; allowed: an address of its own',
    ],
    [
      'a chaincode on the port of a peer',
      (t) => {
        t.chaincodes[0] = { ...t.chaincodes[0], addresses: { AMSP: '127.0.0.1:7001' } };
      },
      'two.yaml: chaincodes[0].addresses.AMSP: found "127.0.0.1:7001", which organizations[0].peers[0].port has; allowed: an address of its own',
    ],
    [
      'a chaincode port out of range',
      (t) => {
        t.chaincodes[0] = { ...t.chaincodes[0], addresses: { AMSP: 'cc:70000' } };
      },
      'two.yaml: chaincodes[0].addresses.AMSP: found "cc:70000"; allowed: host:port, port from 0 to 65535',
    ],
    [
      'an address for an unknown organisation',
      (t) => {
        t.chaincodes[0] = { ...t.chaincodes[0], addresses: { CMSP: 'cc:7' } };
      },
      'two.yaml: chaincodes[0].addresses.CMSP: found MSP id "CMSP"; allowed: AMSP, BMSP',
    ],
    [
      'a policy of an unknown organisation',
      (t) => {
        t.chaincodes[0] = { ...t.chaincodes[0], endorsementPolicy: "OR('AMSP.peer','CMSP.peer')" };
      },
      'two.yaml: chaincodes[0].endorsementPolicy: found MSP id "CMSP"; allowed: AMSP, BMSP',
    ],
    [
      'a collection of an unknown organisation',
      (t) => {
        t.chaincodes[0] = { ...t.chaincodes[0], collections: [{ name: 'c', policy: "OR('CMSP.member')" }] };
      },
      'two.yaml: chaincodes[0].collections[0].policy: found MSP id "CMSP"; allowed: AMSP, BMSP',
    ],
    [
      'a collection that needs more peers than it may have',
      (t) => {
        t.chaincodes[0] = {
          ...t.chaincodes[0],
          collections: [{ name: 'c', policy: "OR('AMSP.member')", requiredPeerCount: 2, maxPeerCount: 1 }],
        };
      },
      'two.yaml: chaincodes[0].collections[0].requiredPeerCount: found 2; allowed: at most maxPeerCount (1)',
    ],
    [
      'batches that prefer more than they may have',
      (t) => {
        t.channel.batch = { preferredMaxBytes: 5000, absoluteMaxBytes: 4000 };
      },
      'two.yaml: channel.batch.preferredMaxBytes: found 5000; allowed: at most absoluteMaxBytes (4000)',
    ],
    [
      'three BFT orderers',
      (t) => {
        t.orderers = { nodes: [1, 2, 3].map((i) => ({ name: `o${i}`, port: 0 })) };
      },
      'two.yaml: orderers.nodes: found 3 nodes; allowed: at least 4 nodes with bft (one with raft)',
    ],
  ])('%s', (_, vary, expected) => {
    expect(problemsOf(vary)).toContain(expected);
  });

  it.each(["OR('AMSP.peer'", 'AMSP.peer', 'OR()', "OutOf(3,'AMSP.peer')", "OR('AMSP.boss')"])(
    'the policy %s',
    (endorsementPolicy) => {
      const problems = problemsOf((t) => {
        t.chaincodes[0] = { ...t.chaincodes[0], endorsementPolicy };
      });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^two\.yaml: chaincodes\[0\]\.endorsementPolicy: found .*; allowed: /);
    },
  );

  it('lists every problem at once', () => {
    const problems = problemsOf((t) => {
      t.version = 3;
      t.organizations[0] = { ...t.organizations[0], mspId: '', domain: '-' };
    });
    expect(problems).toHaveLength(3);
  });
});
