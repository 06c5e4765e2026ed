import { randomUUID } from 'node:crypto';
import type { EmbeddedNetwork } from '@medquorum/network/embedded/embedded-network';
import { AssetProcesses } from './asset-processes.ts';
import { type ConnectedClient, connectTestClient } from './test-client.ts';

const UNAVAILABLE = 14;
const ABORTED = 10;
const ENDORSEMENT_POLICY_FAILURE = 10;
const MVCC_READ_CONFLICT = 11;
const TEST_TIMEOUT_MS = 60_000;

describe('an embedded network with injected faults', () => {
  let assets: AssetProcesses;
  let network: EmbeddedNetwork;
  let client: ConnectedClient;

  beforeAll(async () => {
    assets = await AssetProcesses.start();
    network = assets.network.network;
    client = connectTestClient(assets.network.client('Org1MSP'));
  }, TEST_TIMEOUT_MS);
  afterEach(() => network.clearFaults());
  afterAll(async () => {
    client?.close();
    await assets?.close();
  });

  const create = (id: string = randomUUID()) => client.contract.submitTransaction('create', id, 'alice');

  it('finds out an endorser that lies about the result', async () => {
    network.setFaults('Org2MSP', { lie: 'result' });
    network.setFaults('Org3MSP', { lie: 'result' });
    await expect(create()).rejects.toMatchObject({
      code: ABORTED,
      details: expect.arrayContaining([
        expect.objectContaining({ mspId: 'Org2MSP', message: 'ProposalResponsePayloads do not match' }),
      ]),
    });
  });

  it('does not count the signature of an endorser that signs something else', async () => {
    network.setFaults('Org2MSP', { lie: 'signature' });
    const submitted = client.contract.submit('create', {
      arguments: [randomUUID(), 'alice'],
      endorsingOrganizations: ['Org1MSP', 'Org2MSP'],
    });
    await expect(submitted).rejects.toMatchObject({ code: ENDORSEMENT_POLICY_FAILURE });
  });

  it('waits for a slow endorser', async () => {
    const delayMs = 300;
    network.setFaults('Org1MSP', { delayMs });
    const before = performance.now();
    await create();
    expect(performance.now() - before).toBeGreaterThan(delayMs - 20);
  });

  it('reports a conflict where there was none, as often as asked', async () => {
    network.forceConflicts(1);
    await expect(create()).rejects.toMatchObject({ code: MVCC_READ_CONFLICT });
    await create();
  });

  it('ends event streams, and a client that begins again from its checkpoint misses nothing', async () => {
    const first = randomUUID();
    const second = randomUUID();
    const startBlock = BigInt(network.height);
    const events = await client.network.getChaincodeEvents('asset', { startBlock });
    await create(first);
    const seen: string[] = [];
    let next = startBlock;
    const dropped = (async () => {
      for await (const event of events) {
        seen.push(Buffer.from(event.payload).toString());
        next = event.blockNumber + 1n;
        network.dropStreams('Org1MSP');
      }
    })();
    await expect(dropped).rejects.toMatchObject({ code: UNAVAILABLE });
    await create(second);
    const again = await client.network.getChaincodeEvents('asset', { startBlock: next });
    for await (const event of again) {
      seen.push(Buffer.from(event.payload).toString());
      break;
    }
    again.close();
    expect(seen).toEqual([first, second]);
  });

  it('refuses a proposal whose clock is too far from its own', async () => {
    network.shiftClock(16 * 60_000);
    await expect(create()).rejects.toMatchObject({
      code: ABORTED,
      details: [expect.objectContaining({ message: expect.stringContaining('incorrect timestamp') })],
    });
    network.shiftClock(0);
    await create();
  });
});
