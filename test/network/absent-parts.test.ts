import { randomUUID } from 'node:crypto';
import { until } from '@medquorum/network/operations/until';
import { AssetConsortium } from './asset-consortium.ts';
import { connectGateway, type GatewayClient } from './gateway-client.ts';

const UNAVAILABLE = 14;
const ABORTED = 10;
/** Fabric's programs take their time to start on a busy machine, and to notice who is gone. */
const TEST_TIMEOUT_MS = 180_000;

type Refusal = Readonly<{ code?: number; message: string }>;

describe('a network of which a part is gone', () => {
  let assets: AssetConsortium;
  let client: GatewayClient;
  beforeAll(async () => {
    assets = await AssetConsortium.start();
    client = await connectGateway(assets.connection('Org1MSP'));
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    client?.close();
    await assets?.close();
  }, TEST_TIMEOUT_MS);

  const contract = () => client.gateway.getNetwork('mychannel').getContract('asset');
  const create = (id: string = randomUUID()) => contract().submitTransaction('create', id, 'alice');
  const endorsedBy = (...mspIds: string[]) =>
    contract().submit('create', { arguments: [randomUUID(), 'alice'], endorsingOrganizations: mspIds });
  const works = (what: string) => until(what, async () => (await create()) && true);
  /** How soon it is noticed that somebody is gone differs; what is said then does not. */
  const refused = (write: () => Promise<unknown>, wanted: RegExp) =>
    until(`a write is refused with ${wanted}`, async () => {
      const refusal = await write().then(
        () => undefined,
        (error: unknown) => error as Refusal,
      );
      return refusal !== undefined && wanted.test(refusal.message) ? refusal : undefined;
    });

  it(
    'goes round an organisation that is down, and does without it only where the policy allows',
    async () => {
      await assets.network.stopPeer('Org2MSP');
      await create();
      const named = await refused(() => endorsedBy('Org1MSP', 'Org2MSP'), /failed to find any endorsing peers/);
      expect(named).toMatchObject({ code: UNAVAILABLE, message: expect.stringContaining('org(s): Org2MSP') });
      await create();
      await assets.network.stopPeer('Org3MSP');
      await refused(create, /no peer combination can satisfy the endorsement policy/);
      await Promise.all(['Org2MSP', 'Org3MSP'].map((mspId) => assets.network.startPeer(mspId)));
      await works('the organisations are back');
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'answers nothing at a gateway that is down, and again when it is up',
    async () => {
      await assets.network.stopPeer('Org1MSP');
      await expect(create()).rejects.toMatchObject({ code: UNAVAILABLE });
      await assets.network.startPeer('Org1MSP');
      await works('the gateway is back');
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'evaluates elsewhere while its own chaincode process is away, and endorses again when it is back',
    async () => {
      const id = randomUUID();
      await create(id);
      await assets.killChaincode('Org1MSP');
      const read = JSON.parse(Buffer.from(await contract().evaluateTransaction('read', id)).toString());
      expect(read).toEqual({ id, owner: 'alice' });
      await expect(create()).rejects.toMatchObject({ code: ABORTED });
      await assets.restartChaincode('Org1MSP');
      await works('the chaincode is back');
    },
    TEST_TIMEOUT_MS,
  );
});
