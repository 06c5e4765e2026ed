import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { common, peer } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { parsePolicyText } from '../../policy/policy-text.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import type { NamespaceReadWriteSet, RangeQuery, Version } from '../ledger/read-write-set.ts';
import { RangeSummary } from '../simulator/range-summary.ts';
import { TEST_SEED } from '../testing/test-seed.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { TEST_DEFINITIONS, TestChain, type TransactionWish } from './testing/test-chain.ts';

let chain: TestChain;
beforeAll(async () => {
  chain = await TestChain.open();
});
afterAll(() => chain.ledger.close());

type Sets = readonly Partial<NamespaceReadWriteSet>[];
const put = (...keys: string[]): Sets => [
  { writes: keys.map((key) => ({ key, isDelete: false, value: Buffer.from('v') })) },
];
const policy = (text: string): Uint8Array => parsePolicyText(text).serializeBinary();
const setPolicy = (key: string, value: Uint8Array): Partial<NamespaceReadWriteSet> => ({
  metadataWrites: [{ key, entries: [{ name: 'VALIDATION_PARAMETER', value }] }],
});
const hashOf = (key: string): Uint8Array => createHash('sha256').update(key).digest();
const putPrivate = (collection: string, key: string): Sets => [
  {
    collections: [
      {
        collection,
        reads: [],
        writes: [{ keyHash: hashOf(key), isDelete: false, valueHash: hashOf('v'), isPurge: false }],
        metadataWrites: [],
        privateHash: hashOf('set'),
      },
    ],
  },
];
const commit = (...wishes: TransactionWish[]): Promise<string[]> =>
  chain.commit(wishes.map((wish) => chain.transaction(wish)));
const versionOf = (key: string): Version | undefined => {
  const view = chain.ledger.view();
  const found = view.get('cc', key)?.version;
  view.close();
  return found;
};

describe('one transaction', () => {
  it.each<[string, TransactionWish, string]>([
    ['good', { sets: put('a') }, 'VALID'],
    ['with the type of a message', { type: common.HeaderType.MESSAGE }, 'BAD_COMMON_HEADER'],
    ['of an epoch', { epoch: 1 }, 'BAD_COMMON_HEADER'],
    ['without a nonce', { nonce: new Uint8Array() }, 'BAD_COMMON_HEADER'],
    ['with configuration', { type: common.HeaderType.CONFIG }, 'UNSUPPORTED_TX_PAYLOAD'],
    ['with another id', { txId: 'ab'.repeat(32) }, 'BAD_PROPOSAL_TXID'],
    ['with another proposal hash', { proposalHash: Buffer.alloc(32) }, 'INVALID_ENDORSER_TRANSACTION'],
    ['with a write set that is none', { results: Buffer.from('hello') }, 'BAD_RWSET'],
    ['answered by another chaincode', { answeredChaincode: 'pair' }, 'INVALID_CHAINCODE'],
    ['answered without a version', { answeredVersion: '' }, 'INVALID_CHAINCODE'],
    ['of an unknown chaincode', { chaincode: 'nosuch' }, 'INVALID_CHAINCODE'],
    ['with an event of another chaincode', { eventChaincode: 'pair' }, 'INVALID_OTHER_REASON'],
    ['with a namespace twice', { sets: [...put('a'), ...put('b')] }, 'ILLEGAL_WRITESET'],
    ['writing to an unknown namespace', { sets: [{ ...put('a')[0], namespace: 'nosuch' }] }, 'INVALID_CHAINCODE'],
    ['endorsed by nobody', { endorsers: [] }, 'ENDORSEMENT_POLICY_FAILURE'],
  ])('%s', async (_, wish, code) => {
    expect(await commit(wish)).toEqual([code]);
  });

  it('signed by somebody else, or not parsable at all', async () => {
    const [signer] = chain.peers('Org2MSP');
    if (signer === undefined) throw new Error('no peer');
    expect(await commit({ signer })).toEqual(['BAD_CREATOR_SIGNATURE']);
    const payload = new common.Envelope();
    payload.setPayload(Buffer.from('hello'));
    expect(await chain.commit([payload.serializeBinary(), Buffer.from('hello')])).toEqual([
      'BAD_PAYLOAD',
      'INVALID_OTHER_REASON',
    ]);
  });

  it('endorsed twice by one, or by a client, is endorsed too little', async () => {
    const one = chain.peers('Org1MSP', 'Org1MSP');
    expect(await commit({ sets: put('a'), endorsers: one })).toEqual(['ENDORSEMENT_POLICY_FAILURE']);
    const client = [...chain.peers('Org1MSP'), chain.client];
    expect(await commit({ sets: put('a'), endorsers: client })).toEqual(['ENDORSEMENT_POLICY_FAILURE']);
  });

  it('needs the policy of every chaincode it writes to', async () => {
    const sets: Sets = [...put('a'), { ...put('a')[0], namespace: 'pair' }];
    expect(await commit({ sets, endorsers: chain.peers('Org1MSP', 'Org2MSP') })).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
    ]);
    expect(await commit({ sets, endorsers: chain.peers('Org2MSP', 'Org3MSP') })).toEqual(['VALID']);
  });
});

describe('a transaction with bytes changed at random', () => {
  it('is never valid and never stops the chain', async () => {
    const sets: Sets = [{ ...put('fuzz')[0], ...putPrivate('open', 'fuzz')[0] }];
    expect(await commit({ sets })).toEqual(['VALID']);
    const good = common.Envelope.deserializeBinary(chain.transaction({ sets })).getPayload_asU8();
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (flips, signAgain) => {
        const payload = Buffer.from(good);
        for (const [at, mask] of flips) payload[at] = (payload[at] ?? 0) ^ mask;
        const envelope = signAgain ? chain.withPayload(payload) : Buffer.concat([payload]);
        const [code] = await chain.commit([envelope]);
        expect(code).not.toBe('VALID');
      }),
      { seed: TEST_SEED, numRuns: 400 },
    );
  });
});

describe('a field that stands twice in a transaction', () => {
  it('is read alike by validation, by the ledger and when the ledger is opened again', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'validate-block-'));
    const durable = await TestChain.open(directory);
    const payload = common.Payload.deserializeBinary(
      common.Envelope.deserializeBinary(durable.transaction({ sets: put('twice') })).getPayload_asU8(),
    );
    const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
    if (action === undefined) throw new Error('no action');
    const first = new WireWriter().bytes(1, action.getHeader_asU8()).bytes(2, Buffer.from([0x0a, 1, 0]));
    const both = first.bytes(2, action.getPayload_asU8()).finish();
    payload.setData(new WireWriter().element(1, both).finish());
    expect(await durable.commit([durable.withPayload(payload.serializeBinary())])).toEqual(['VALID']);
    await durable.ledger.close();
    const again = await openLedger({ directory, collections: TEST_DEFINITIONS });
    const view = again.view();
    expect(view.get('cc', 'twice')?.value).toEqual(Buffer.from('v'));
    view.close();
    const history = [];
    for await (const change of again.history('cc', 'twice')) history.push(Buffer.from(change.value).toString());
    expect(history).toEqual(['v']);
    await again.close();
    await rm(directory, { recursive: true });
  });
});

describe('repeated ids', () => {
  it('count once in a block and once on the chain', async () => {
    const envelope = chain.transaction({ sets: put('once') });
    expect(await chain.commit([envelope, envelope])).toEqual(['VALID', 'DUPLICATE_TXID']);
    expect(await chain.commit([envelope])).toEqual(['DUPLICATE_TXID']);
  });

  it('of a transaction that was not valid do not stand in the way within the block', async () => {
    const nonce = Buffer.alloc(24, 5);
    const codes = await commit({ sets: put('n'), nonce, endorsers: [] }, { sets: put('n'), nonce });
    expect(codes).toEqual(['ENDORSEMENT_POLICY_FAILURE', 'VALID']);
  });
});

describe('key-level policies', () => {
  const third = policy("OR('Org3MSP.peer')");

  it('replace the policy of the chaincode, from the next block on', async () => {
    expect(await commit({ sets: [{ ...put('k')[0], ...setPolicy('k', third) }] })).toEqual(['VALID']);
    expect(await commit({ sets: put('k'), endorsers: chain.peers('Org1MSP', 'Org2MSP') })).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
    ]);
    expect(await commit({ sets: put('k'), endorsers: chain.peers('Org3MSP') })).toEqual(['VALID']);
    expect(await commit({ sets: put('k', 'plain'), endorsers: chain.peers('Org3MSP') })).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
    ]);
  });

  it('make every later write of the key in the same block fail, whatever signed it', async () => {
    await commit({ sets: put('m') });
    const all = chain.peers('Org1MSP', 'Org2MSP', 'Org3MSP');
    const codes = await commit(
      { sets: [setPolicy('m', third)] },
      { sets: put('m'), endorsers: all },
      { sets: put('other') },
    );
    expect(codes).toEqual(['VALID', 'ENDORSEMENT_POLICY_FAILURE', 'VALID']);
  });

  it('do not fail later writes when the change itself was not endorsed', async () => {
    await commit({ sets: put('p') });
    const codes = await commit({ sets: [setPolicy('p', third)], endorsers: [] }, { sets: put('p') });
    expect(codes).toEqual(['ENDORSEMENT_POLICY_FAILURE', 'VALID']);
  });

  it('that nobody can read can be satisfied by nobody', async () => {
    await commit({ sets: [{ ...put('g')[0], ...setPolicy('g', Buffer.from('AAECAwQ=', 'base64')) }] });
    const endorsers = chain.peers('Org1MSP', 'Org2MSP', 'Org3MSP');
    expect(await commit({ sets: put('g'), endorsers })).toEqual(['ENDORSEMENT_POLICY_FAILURE']);
  });

  it('on a key that is not there do nothing, and move no version', async () => {
    expect(
      await commit(
        { sets: [setPolicy('absent', third)] },
        { sets: [{ ...put('x')[0], reads: [{ key: 'absent', version: undefined }] }] },
      ),
    ).toEqual(['VALID', 'VALID']);
    expect(await commit({ sets: put('absent') })).toEqual(['VALID']);
  });
});

describe('collections', () => {
  it('follow their own policy, that of their organisation, or that of the chaincode', async () => {
    const alone = chain.peers('Org1MSP');
    expect(await commit({ sets: putPrivate('open', 'a'), endorsers: alone })).toEqual(['ENDORSEMENT_POLICY_FAILURE']);
    expect(await commit({ sets: putPrivate('strict', 'a'), endorsers: alone })).toEqual(['VALID']);
    expect(await commit({ sets: putPrivate('_implicit_org_Org1MSP', 'a'), endorsers: alone })).toEqual(['VALID']);
    expect(await commit({ sets: putPrivate('_implicit_org_Org2MSP', 'a'), endorsers: alone })).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
    ]);
    expect(await commit({ sets: putPrivate('nosuch', 'a') })).toEqual(['ENDORSEMENT_POLICY_FAILURE']);
  });

  it('conflict by the hash of the key', async () => {
    const read: Sets = putPrivate('open', 'c').map((set) => ({
      ...set,
      collections: (set.collections ?? []).map((one) => ({
        ...one,
        reads: [{ keyHash: hashOf('c'), version: undefined }],
      })),
    }));
    expect(await commit({ sets: read }, { sets: read })).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });
});

describe('conflicts', () => {
  it('are decided against the valid transactions before, in order', async () => {
    await commit({ sets: put('r') });
    const reading: Sets = [{ ...put('r')[0], reads: [{ key: 'r', version: versionOf('r') }] }];
    const codes = await commit({ sets: reading, endorsers: [] }, { sets: reading }, { sets: reading });
    expect(codes).toEqual(['ENDORSEMENT_POLICY_FAILURE', 'VALID', 'MVCC_READ_CONFLICT']);
    expect(await commit({ sets: reading })).toEqual(['MVCC_READ_CONFLICT']);
  });

  it('come from a changed key policy too', async () => {
    await commit({ sets: put('s') });
    const reads = [{ key: 's', version: versionOf('s') }];
    const codes = await commit(
      { sets: [setPolicy('s', policy("OR('Org1MSP.peer')"))] },
      { sets: [{ ...put('t')[0], reads }] },
    );
    expect(codes).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });

  it('put reads before ranges', async () => {
    const [range] = [
      {
        startKey: 'zz1',
        endKey: 'zz9',
        exhausted: true,
        rows: [{ key: 'zz5', version: { block: 1, tx: 0 } }],
        merkle: undefined,
      },
    ];
    const sets: Sets = [{ reads: [{ key: 'zz5', version: { block: 1, tx: 0 } }], ranges: [range] }];
    expect(await commit({ sets })).toEqual(['MVCC_READ_CONFLICT']);
    expect(await commit({ sets: [{ ranges: [range] }] })).toEqual(['PHANTOM_READ_CONFLICT']);
  });

  it('of ranges are found exactly when the rows differ, summarised or not, block so far included', async () => {
    let run = 0;
    const change = fc.oneof(
      fc.constant('none' as const),
      fc.record({ index: fc.nat(79), kind: fc.constantFrom('write' as const, 'delete' as const, 'insert' as const) }),
    );
    const shape = fc.record({
      rows: fc.integer({ min: 0, max: 80 }),
      change,
      sameBlock: fc.boolean(),
      exhausted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, change: wanted, sameBlock, exhausted }) => {
        const prefix = `range${run++}/`;
        const key = (index: number): string => `${prefix}${String(index).padStart(3, '0')}`;
        const keys = Array.from({ length: rows }, (_, index) => key(index));
        await commit({ sets: put('filler', ...keys) });
        const summary = new RangeSummary();
        for (const name of keys) summary.add({ key: name, version: versionOf(name) });
        const endKey = exhausted || rows === 0 ? `${prefix}~` : key(rows - 1);
        const range: RangeQuery = { startKey: prefix, endKey, exhausted: exhausted || rows === 0, ...summary.finish() };
        const [name, differs] = changeOf(wanted, rows, exhausted, key);
        const changing: TransactionWish = {
          sets: [
            {
              writes:
                name === undefined
                  ? []
                  : [{ key: name.key, isDelete: name.isDelete, value: Buffer.from(name.isDelete ? '' : 'w') }],
            },
          ],
        };
        const reading: TransactionWish = { sets: [{ ranges: [range] }] };
        if (!sameBlock) await commit(changing);
        const codes = sameBlock ? await commit(changing, reading) : await commit(reading);
        expect(codes.at(-1)).toBe(differs ? 'PHANTOM_READ_CONFLICT' : 'VALID');
      }),
      { seed: TEST_SEED, numRuns: 150 },
    );
  });
});

type Change = 'none' | Readonly<{ index: number; kind: 'write' | 'delete' | 'insert' }>;

/** What to write for a change, and whether a scan of the rows sees it. */
function changeOf(
  change: Change,
  rows: number,
  exhausted: boolean,
  key: (index: number) => string,
): [{ key: string; isDelete: boolean } | undefined, boolean] {
  if (change === 'none') return [undefined, false];
  const index = rows === 0 ? 0 : change.index % rows;
  if (change.kind === 'insert')
    return [{ key: `${key(index)}x`, isDelete: false }, rows === 0 || exhausted || index < rows - 1];
  if (rows === 0) return [undefined, false];
  return [{ key: key(index), isDelete: change.kind === 'delete' }, true];
}
