import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderPrometheus } from '@medquorum/network/deployment/render-prometheus';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import { describeFabric } from './describe-fabric.ts';
import { OperatedNetwork } from './operated-network.ts';
import { operatedTopology } from './operated-topology.ts';
import { ProbeClient } from './probe-client.ts';
import { isOfGateway, missingAt, watchedMetrics } from './watched-metrics.ts';

const SUITE_TIMEOUT_MS = 120_000;
const PROJECT = new URL('../../', import.meta.url);
const fromProject = (file: string) => fileURLToPath(new URL(file, PROJECT));

describe('the target lists in deploy/', () => {
  it('are those of the default consortium', async () => {
    const lists = renderPrometheus(await loadTopology(fromProject('network/consortium.yaml')));
    for (const [file, text] of lists)
      expect(JSON.parse(await readFile(fromProject(`deploy/prometheus/targets/${file}`), 'utf8'))).toEqual(
        JSON.parse(text),
      );
  });
});

describeFabric('what the dashboard and the alerts watch', (binaries) => {
  let network: OperatedNetwork;
  beforeAll(async () => {
    network = await OperatedNetwork.start(binaries, await operatedTopology(['alpha', 'beta']));
    const client = await ProbeClient.connect(network, 'AlphaMSP');
    await client.put('watched', 'value');
    client.close();
  }, SUITE_TIMEOUT_MS);
  afterAll(() => network?.close(), SUITE_TIMEOUT_MS);

  it('is shown by a peer or an orderer, but for what gateways show', async () => {
    const { organizations, orderers } = network.topology;
    const names = [...watchedMetrics()].filter((name) => !isOfGateway(name));
    expect(names.length).toBeGreaterThan(5);
    const at = (host: string, port: number) => `http://${host}:${port}/metrics`;
    const peer = organizations[0]?.peers[0];
    const missingAtPeer = await missingAt(at('127.0.0.1', peer?.operationsPort ?? 0), names);
    const [orderer] = orderers.nodes;
    expect(await missingAt(at(orderer.host, orderer.operationsPort), missingAtPeer)).toEqual([]);
  });

  it('is logged by peers and orderers as JSON, endorsements with the beginning of the transaction id', async () => {
    const lines = async (name: string) => {
      const text = await readFile(path.join(network.supervisor.logDirectory, `${name}.log`), 'utf8');
      return text.slice(0, text.lastIndexOf('\n')).split('\n');
    };
    const ofPeer = (await lines('peer0.alpha')).map((line) => JSON.parse(line));
    const endorsed = {
      msg: expect.stringMatching(/^finished chaincode: probe /),
      txID: expect.stringMatching(/^[0-9a-f]{8}$/),
    };
    expect(ofPeer).toContainEqual(expect.objectContaining(endorsed));
    // An orderer writes a line before it has set up its log, and Go's HTTP server writes by itself.
    const [{ name }] = network.topology.orderers.nodes;
    const ofOrderer = (await lines(`${name}.${network.topology.orderers.name}`)).filter((line) => line.startsWith('{'));
    expect(ofOrderer.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 'info', msg: expect.stringContaining('Beginning to serve requests') }),
    );
  });

  it('is found wanting where it is not shown', async () => {
    const port = network.topology.orderers.nodes[0].operationsPort;
    expect(await missingAt(`http://127.0.0.1:${port}/metrics`, ['no_such_metric'])).toEqual(['no_such_metric']);
  });
});
