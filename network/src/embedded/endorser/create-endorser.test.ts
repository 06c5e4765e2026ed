import type { ChaincodeDefinition } from '../chaincode/chaincode-definition.ts';
import { chaincodeDirectory } from '../chaincode/chaincode-directory.ts';
import { dataHash } from '../ledger/block-hash.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import { decodeReadWriteSet } from '../ledger/read-write-set-codec.ts';
import { encodeUnsignedEnvelope } from '../simulator/endorser-envelope.ts';
import { ChaincodeChild } from '../testing/chaincode-child.ts';
import { type TestProposal, testProposal } from '../testing/test-proposal.ts';
import { createEndorser } from './create-endorser.ts';
import type { ChaincodeDirectory, Endorser, Simulation } from './endorser.ts';

const CHANNEL = 'mychannel';
const MSPS = ['Org1MSP', 'Org2MSP', 'Org3MSP'] as const;
type Operation = readonly unknown[];

/** Real probe chaincode processes behind the real endorser: what the chaincode sees is what its shim got over the wire. */
describe('endorser with chaincode processes', () => {
  const children = new Map<string, ChaincodeChild>();
  let ledger: Ledger;
  let directory: ChaincodeDirectory;
  let endorser: Endorser;

  beforeAll(async () => {
    for (const name of ['probe', 'probe2']) {
      for (const mspId of MSPS) children.set(name + mspId, await ChaincodeChild.start(name, mspId));
    }
    const definition = (name: string): ChaincodeDefinition => ({
      name,
      version: '1',
      sequence: 1,
      endorsementPolicy: new Uint8Array(0),
      collections:
        name === 'probe2'
          ? []
          : [
              collection('collOpen', {}),
              collection('collMember', { memberOnlyRead: true, memberOnlyWrite: true }),
              collection('collBTL', { blockToLive: 3 }),
            ],
      connections: new Map(MSPS.map((mspId) => [mspId, { address: children.get(name + mspId)?.address ?? '' }])),
    });
    directory = chaincodeDirectory([definition('probe'), definition('probe2')], MSPS);
    ledger = await openLedger({ directory: undefined, collections: directory });
    endorser = createEndorser({ channelId: CHANNEL, ledger, definitions: directory, executeTimeoutMs: 3_000 });
    await endorser.ready(AbortSignal.timeout(20_000));
  });

  afterAll(async () => {
    await endorser.close();
    await ledger.close();
    await Promise.all([...children.values()].map((child) => child.kill()));
  });

  const propose = (
    operations: readonly Operation[],
    options: Partial<Parameters<typeof testProposal>[0]> = {},
  ): TestProposal =>
    testProposal({
      channelId: CHANNEL,
      chaincode: 'probe',
      creatorMspId: 'Org1MSP',
      args: ['run', JSON.stringify(operations)],
      ...options,
    });

  const simulate = (operations: readonly Operation[], options: { via?: string } & Parameters<typeof propose>[1] = {}) =>
    endorser.simulate({ mspId: options.via ?? 'Org1MSP', ...propose(operations, options) });

  const evaluate = async (
    operations: readonly Operation[],
    options: Parameters<typeof simulate>[1] = {},
  ): Promise<unknown> => JSON.parse(Buffer.from((await simulate(operations, options)).response.payload).toString());

  const submit = async (
    operations: readonly Operation[],
    options: Parameters<typeof simulate>[1] = {},
  ): Promise<Simulation> => {
    const proposal = propose(operations, options);
    const simulation = await endorser.simulate({ mspId: options.via ?? 'Org1MSP', ...proposal });
    const timestamp = { seconds: 1_700_000_000 + ledger.height, nanos: 0 };
    const envelope = encodeUnsignedEnvelope({
      channelId: CHANNEL,
      txId: proposal.txId,
      timestamp,
      results: simulation.results,
    });
    await ledger.commit({
      number: ledger.height,
      previousHash: ledger.lastHeaderHash,
      dataHash: dataHash([envelope]),
      envelopes: [envelope],
      signatures: new Uint8Array(0),
      outcomes: [{ txId: proposal.txId, code: 0, readWriteSet: decodeReadWriteSet(simulation.results) }],
    });
    return simulation;
  };

  it('reads what was committed, never its own writes', async () => {
    await submit([['put', 'a', 'one']]);
    expect(
      await evaluate([
        ['put', 'a', 'two'],
        ['get', 'a'],
        ['get', 'absent'],
      ]),
    ).toEqual(['ok', 'one', '']);
  });

  it('reads the chaincode definition in every transaction, namespaces sorted', async () => {
    const { results } = await simulate([['get', 'x']]);
    const sets = decodeReadWriteSet(results);
    expect(sets.map((set) => set.namespace)).toEqual(['_lifecycle', 'probe']);
    expect(sets[0]?.reads).toEqual([{ key: 'namespaces/fields/probe/Sequence', version: undefined }]);
  });

  it('reads the whole definition in a transaction that touches a collection', async () => {
    const { results } = await simulate([['pput', 'collOpen', 'x', 'v']]);
    expect(decodeReadWriteSet(results)[0]?.reads.map(({ key }) => key)).toEqual([
      'namespaces/fields/probe/Collections',
      'namespaces/fields/probe/EndorsementInfo',
      'namespaces/fields/probe/Sequence',
      'namespaces/fields/probe/ValidationInfo',
      'namespaces/metadata/probe',
    ]);
  });

  it('tells the chaincode of ids, creator, transient data and time', async () => {
    const transient = { b: Buffer.from('two'), bin: Buffer.from([255, 0]) };
    const [ctx] = (await evaluate([['ctx']], { transient, creatorMspId: 'Org2MSP' })) as [Record<string, unknown>];
    expect(ctx).toMatchObject({
      fcn: 'run',
      channel: CHANNEL,
      mspid: 'Org2MSP',
      txIdIsHex64: true,
      tsSane: true,
      binding: true,
    });
    expect(ctx.transient).toMatchObject({ b: 'two' });
  });

  it('orders ranges by UTF-8 bytes and fetches them in batches', async () => {
    const names = [
      'r/\u{ffee}',
      'r/\u{1f511}',
      'r/a',
      ...Array.from({ length: 230 }, (_, i) => `r/b${String(i).padStart(3, '0')}`),
    ];
    await submit(names.map((name) => ['put', name, 'v']));
    const [rows] = (await evaluate([['scan', 'r/', 'r0']])) as [[string, string][]];
    expect(rows.map(([key]) => key)).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('gives pages with bookmarks', async () => {
    await submit(Array.from({ length: 7 }, (_, i) => ['put', `p${i}`, `${i}`]));
    const page = async (size: number, bookmark: string): Promise<unknown> =>
      ((await evaluate([['page', 'p', 'q', size, bookmark]])) as unknown[])[0];
    expect(await page(3, '')).toMatchObject({ count: 3, bookmark: 'p3' });
    expect(await page(3, 'p6')).toMatchObject({ count: 1, bookmark: '' });
    expect(await page(7, '')).toMatchObject({ count: 7, bookmark: '' });
    expect(await page(2, 'z')).toEqual({ rows: [], metadata: 'none' });
    expect(await page(0, '')).toMatchObject({ metadata: 'none' });
    expect(await page(-1, '')).toMatchObject({ count: 7 });
  });

  it('refuses text that is not UTF-8', async () => {
    const [answer] = (await evaluate([['try', ['put', '\ud800', 'half']]])) as [{ error: string }];
    expect(answer.error).toMatch(
      /^PUT_STATE failed: transaction ID: [0-9a-f]{64}: unmarshal failed: string field contains invalid UTF-8$/,
    );
  });

  it('refuses rich queries', async () => {
    const [answer] = (await evaluate([['try', ['rich', '{}']]])) as [{ error: string }];
    expect(answer.error).toMatch(
      /^GET_QUERY_RESULT failed: transaction ID: [0-9a-f]{64}: ExecuteQuery not supported for leveldb$/,
    );
  });

  it('lists the history of a key newest first', async () => {
    for (const operation of [
      ['put', 'h', '1'],
      ['del', 'h'],
      ['put', 'h', '2'],
    ])
      await submit([operation]);
    const [history] = (await evaluate([['hist', 'h']])) as [{ value: string; del: boolean }[]];
    expect(history.map(({ value, del }) => [value, del])).toEqual([
      ['2', false],
      ['', true],
      ['1', false],
    ]);
  });

  it('answers any status, and drops the event of a refusal', async () => {
    const ok = await simulate([
      ['event', 'seen', 'x'],
      ['return', 201, 'made it', 'body'],
    ]);
    expect(ok.response).toMatchObject({ status: 201, message: 'made it' });
    expect(Buffer.from(ok.event).toString('latin1')).toContain('seen');
    const refused = await simulate([
      ['event', 'seen', 'x'],
      ['return', 404, 'no', 'body'],
    ]);
    expect(refused.response).toMatchObject({ status: 404, message: 'no' });
    expect(refused.event).toHaveLength(0);
    expect((await simulate([['return', -1, 'odd', null]])).response.status).toBe(-1);
  });

  it('keeps private values with their members and hashes everywhere', async () => {
    await submit([['pput', 'collOpen', 'k', 'secret']]);
    expect(await evaluate([['pget', 'collOpen', 'k']], { via: 'Org2MSP' })).toEqual(['secret']);
    const [missing] = (await evaluate([['try', ['pget', 'collOpen', 'k']]], { via: 'Org3MSP' })) as [{ error: string }];
    expect(missing.error).toContain('private data matching public hash version is not available.');
    const [hash] = (await evaluate([['phash', 'collOpen', 'k']], { via: 'Org3MSP' })) as [string];
    expect(Buffer.from(hash, 'base64')).toHaveLength(32);
    await submit([['ppurge', 'collOpen', 'k']], { via: 'Org3MSP' });
    expect(
      await evaluate([
        ['pget', 'collOpen', 'k'],
        ['phash', 'collOpen', 'k'],
      ]),
    ).toEqual(['', '']);
  });

  it('lets members only into a member-only collection', async () => {
    const [read, write, unknown] = (await evaluate(
      [
        ['try', ['pget', 'collMember', 'k']],
        ['try', ['pput', 'collMember', 'k', 'v']],
        ['try', ['phash', 'none', 'k']],
      ],
      { creatorMspId: 'Org3MSP' },
    )) as { error: string }[];
    expect(read?.error).toContain(
      'tx creator does not have read access permission on privatedata in chaincodeName:probe',
    );
    expect(write?.error).toContain('tx creator does not have write access permission on privatedata');
    expect(unknown?.error).toContain('collection [none] not defined in the collection config for chaincode [probe]');
  });

  it('forgets a private value with the fourth block after it', async () => {
    await submit([['pput', 'collBTL', 'k', 'short-lived']]);
    for (let block = 1; block <= 3; block++) {
      await submit([['put', 'tick', `${block}`]]);
      expect(await evaluate([['pget', 'collBTL', 'k']])).toEqual(['short-lived']);
    }
    await submit([['put', 'tick', '4']]);
    expect(
      await evaluate([
        ['pget', 'collBTL', 'k'],
        ['phash', 'collBTL', 'k'],
      ]),
    ).toEqual(['', '']);
  });

  it('runs a called chaincode in the same transaction', async () => {
    const call = (operations: Operation[], channel = ''): Operation => [
      'invoke',
      'probe2',
      ['run', JSON.stringify(operations)],
      channel,
    ];
    const { results, event, interest } = await submit([
      call([
        ['event', 'inner', 'x'],
        ['put', 'a', 'callee'],
      ]),
      ['put', 'a', 'caller'],
    ]);
    expect(decodeReadWriteSet(results).map((set) => set.namespace)).toEqual(['_lifecycle', 'probe', 'probe2']);
    expect(event).toHaveLength(0);
    expect(interest.map((part) => part.name).toSorted()).toEqual(['probe', 'probe2']);
    const failed = await simulate([
      [
        'try',
        call([
          ['put', 'kept', '1'],
          ['fail', 'callee failed'],
        ]),
      ],
    ]);
    expect(decodeReadWriteSet(failed.results).find((set) => set.namespace === 'probe2')?.writes).toHaveLength(1);
    const errors = (await evaluate([
      ['try', ['invoke', 'nosuchcc', ['run', '[]'], '']],
      ['try', call([], 'nosuchchannel')],
      ['try', ['invoke', 'probe', ['run', '[["env"]]'], '']],
    ])) as { error: string }[];
    expect(errors.map(({ error }) => error.replace(/[0-9a-f]{64}/g, 'TX'))).toEqual([
      'INVOKE_CHAINCODE failed: transaction ID: TX: execute failed: invalid invocation: [channel mychannel] failed to get chaincode container info for nosuchcc: chaincode nosuchcc not found',
      'INVOKE_CHAINCODE failed: transaction ID: TX: Failed to get policy manager for channel [nosuchchannel]',
      'INVOKE_CHAINCODE failed: transaction ID: TX: execute failed: error sending: txid: TX(mychannel) exists',
    ]);
  });

  it('names the key policies that a write has to satisfy', async () => {
    await submit([
      ['put', 'guarded', '1'],
      ['setep', 'guarded', { orgs: ['Org3MSP'] }],
    ]);
    const { interest } = await simulate([['put', 'guarded', '2']]);
    expect(interest).toMatchObject([{ name: 'probe', disregardNamespacePolicy: true, collection: undefined }]);
    expect(interest[0]?.keyPolicies).toHaveLength(1);
    await submit([
      ['put', 'broken', '1'],
      ['setep', 'broken', { garbage: 'AAECAwQ=' }],
    ]);
    await expect(simulate([['put', 'broken', '2']])).rejects.toThrow(
      'error in simulation: error unmarshalling SignaturePolicyEnvelope: proto: cannot parse invalid wire-format data',
    );
  });

  it('runs many transactions at once on one stream, each on its own snapshot', async () => {
    await submit([['put', 'n', '0']]);
    const running = Array.from({ length: 100 }, (_, i) =>
      evaluate([
        ['get', 'n'],
        ['scan', 'p', 'q'],
        ['return', 200, '', `"${i}"`],
      ]),
    );
    expect(await Promise.all(running)).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
    const before = evaluate([
      ['sleep', 200],
      ['get', 'n'],
    ]);
    await submit([['put', 'n', '1']]);
    expect(await before).toEqual(['ok', '0']);
  });

  it('carries values of megabytes', async () => {
    await submit([
      ['putn', 'big', 3 << 20, 'b'],
      ['return', 200, '', 'ok'],
    ]);
    const { response } = await simulate([['pad', 5 << 20]]);
    expect(response.payload.length).toBe((5 << 20) + 4);
    expect(await evaluate([['get', 'big']])).toMatchObject([{ len: 3 << 20 }]);
  });

  it('ends an execution that takes too long', async () => {
    await expect(simulate([['sleep', 6_000]])).rejects.toMatchObject({
      code: 'CHAINCODE_TIMEOUT',
      message: expect.stringMatching(
        /^error in simulation: failed to execute transaction [0-9a-f]{64}: error sending: timeout expired while executing transaction$/,
      ),
    });
  });

  it('reports a dead process, and finds it again when it is back', async () => {
    const child = children.get('probeOrg3MSP');
    const running = simulate([['sleep', 2_900]], { via: 'Org3MSP' });
    running.catch(() => undefined);
    await simulate([['get', 'a']], { via: 'Org3MSP' });
    await child?.kill();
    await expect(running).rejects.toMatchObject({ code: 'CHAINCODE_UNAVAILABLE' });
    await expect(simulate([['get', 'a']], { via: 'Org3MSP' })).rejects.toThrow(
      /could not launch chaincode probe: .*connection refused/,
    );
    expect(endorser.isReady('Org3MSP', 'probe')).toBe(false);
    child?.spawn();
    await endorser.ready(AbortSignal.timeout(20_000));
    expect(await evaluate([['env']], { via: 'Org3MSP' })).toEqual(['Org3MSP']);
  });
});

function collection(
  name: string,
  rules: { memberOnlyRead?: boolean; memberOnlyWrite?: boolean; blockToLive?: number },
): ChaincodeDefinition['collections'][number] {
  return {
    name,
    memberMspIds: ['Org1MSP', 'Org2MSP'],
    memberOnlyRead: false,
    memberOnlyWrite: false,
    blockToLive: 0,
    endorsementPolicy: undefined,
    ...rules,
  };
}
