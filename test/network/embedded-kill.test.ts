import type { Contract, Gateway } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { dataHash, headerHash } from '@medquorum/network/embedded/ledger/block-hash';
import fc from 'fast-check';
import { AssetNetwork } from './asset-network.ts';
import { connectGateway } from './gateway-client.ts';

const SEED = Number(process.env.MQ_TEST_SEED ?? 20261121);
const ROUNDS = 5;
const WRITERS = 16;
/** The network is killed after a random number of acknowledged transactions, at most so many. */
const MAX_ACKNOWLEDGED_A_ROUND = 150;
const TEST_TIMEOUT_MS = 180_000;
const VALID = 0;

// On Fabric every process has a ledger of its own: test/fabric/faults kills them one by one.
describe(`an embedded network that is killed under load (seed ${SEED})`, () => {
  let network: AssetNetwork;
  beforeAll(async () => {
    network = await AssetNetwork.prepare('embedded');
  });
  afterAll(() => network.close());

  it(
    'comes back with the same chain and every acknowledged transaction, once',
    async () => {
      const killAfter = fc.sample(fc.integer({ min: 1, max: MAX_ACKNOWLEDGED_A_ROUND }), {
        seed: SEED,
        numRuns: ROUNDS,
      });
      const acknowledged: Written[] = [];
      let chain: ReadBlock[] = [];
      for (const [round, count] of killAfter.entries()) {
        const [org1] = await network.up();
        if (org1 === undefined) throw new Error('no organisation');
        const { gateway, close } = await connectGateway(org1);
        const before = chain;
        chain = await readChain(gateway);
        expect(chain.slice(0, before.length)).toEqual(before);
        expectWhole(chain, acknowledged);
        await writeUntilKilled(gateway, `round${round}`, count, acknowledged);
        close();
      }
      const [, org2] = await network.up();
      if (org2 === undefined) throw new Error('no organisation');
      const { gateway, close } = await connectGateway(org2);
      const whole = await readChain(gateway);
      expect(whole.slice(0, chain.length)).toEqual(chain);
      expectWhole(whole, acknowledged);
      const contract = gateway.getNetwork('mychannel').getContract('asset');
      for (const { key } of acknowledged) expect(await ownerOf(contract, key)).toBe('writer');
      close();
      expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter.reduce((sum, count) => sum + count, 0));
    },
    TEST_TIMEOUT_MS,
  );

  /** Many writers at once; the network dies as soon as enough of what they wrote is acknowledged. */
  async function writeUntilKilled(gateway: Gateway, prefix: string, count: number, acknowledged: Written[]) {
    const contract = gateway.getNetwork('mychannel').getContract('asset');
    let killed: Promise<void> | undefined;
    let made = 0;
    const goal = acknowledged.length + count;
    const writer = async () => {
      while (killed === undefined) {
        const key = `${prefix}-${made++}`;
        try {
          const { transactionId, status } = await write(contract, key);
          if (status === VALID) acknowledged.push({ key, transactionId });
        } catch (error) {
          if (killed === undefined) throw error; // nothing but the kill may fail a write
        }
        if (acknowledged.length >= goal) killed ??= network.kill();
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
    await killed;
  }
});

type Written = Readonly<{ key: string; transactionId: string }>;
type ReadBlock = Readonly<{ number: number; hash: string; transactions: readonly string[] }>;

async function write(contract: Contract, key: string) {
  const commit = await contract.submitAsync('create', { arguments: [key, 'writer'] });
  const { code } = await commit.getStatus();
  return { transactionId: commit.getTransactionId(), status: code as number };
}

async function ownerOf(contract: Contract, key: string): Promise<string> {
  return JSON.parse(Buffer.from(await contract.evaluateTransaction('read', key)).toString()).owner;
}

/** Every block there is, its links and hashes recomputed. The last block is known by asking for one that nobody waits for. */
async function readChain(gateway: Gateway): Promise<ReadBlock[]> {
  const network = gateway.getNetwork('mychannel');
  const info = await network.getContract('qscc').evaluateTransaction('GetChainInfo', 'mychannel');
  const height = common.BlockchainInfo.deserializeBinary(info).getHeight();
  const chain: ReadBlock[] = [];
  const blocks = await network.getBlockEvents({ startBlock: 0n });
  try {
    for await (const block of blocks) {
      chain.push(readBlock(block, chain.at(-1)));
      if (chain.length === height) break;
    }
  } finally {
    blocks.close();
  }
  return chain;
}

function readBlock(block: common.Block, previous: ReadBlock | undefined): ReadBlock {
  const header = block.getHeader();
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  if (header === undefined) throw new Error('a block without a header');
  expect(Buffer.from(header.getDataHash_asU8())).toEqual(Buffer.from(dataHash(envelopes)));
  expect(Buffer.from(header.getPreviousHash_asU8()).toString('hex')).toBe(previous?.hash ?? '');
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER] ?? [];
  const number = header.getNumber();
  return {
    number,
    hash: headerHash(number, header.getPreviousHash_asU8(), header.getDataHash_asU8()).toString('hex'),
    transactions: envelopes.filter((_, index) => codes[index] === VALID).map(transactionIdOf),
  };
}

function transactionIdOf(bytes: Uint8Array): string {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  return common.ChannelHeader.deserializeBinary(
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
  ).getTxId();
}

/** Numbered without gaps, and with every acknowledged transaction exactly once. */
function expectWhole(chain: readonly ReadBlock[], acknowledged: readonly Written[]): void {
  expect(chain.map(({ number }) => number)).toEqual(chain.map((_, index) => index));
  const committed = chain.flatMap(({ transactions }) => transactions);
  expect(new Set(committed).size).toBe(committed.length);
  const known = new Set(committed);
  expect(acknowledged.filter(({ transactionId }) => !known.has(transactionId))).toEqual([]);
}
