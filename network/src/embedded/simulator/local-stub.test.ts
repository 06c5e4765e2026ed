import { LocalChannel } from './local-stub.ts';

const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();

describe('LocalChannel', () => {
  let channel: LocalChannel;
  beforeEach(async () => {
    channel = await LocalChannel.open({
      chaincode: 'probe',
      mspIds: ['Org1MSP', 'Org2MSP'],
      collections: [{ name: 'coll', memberMspIds: ['Org1MSP'], memberOnlyRead: true }],
      callees: new Map([
        [
          'other',
          async (stub) => {
            await stub.putState('called', 'yes');
            return { status: 200, payload: await stub.getState('called') };
          },
        ],
      ]),
    });
  });
  afterEach(() => channel.close());

  const commit = async (work: (stub: ReturnType<LocalChannel['newStub']>) => Promise<void>): Promise<void> => {
    const stub = channel.newStub();
    await work(stub);
    await stub.commit();
  };

  it('shows writes to the next transaction, not to their own', async () => {
    const stub = channel.newStub({ args: ['put', 'a'] });
    await stub.putState('a', Buffer.from('1'));
    expect(text(await stub.getState('a'))).toBe('');
    expect(stub.writes).toEqual([{ key: 'a', value: Buffer.from('1'), isDelete: false }]);
    expect(await stub.commit()).toEqual({ blockNumber: 0, index: 0, code: 0 });
    expect(text(await channel.newStub().getState('a'))).toBe('1');
  });

  it('scans ranges and partial composite keys in order, with pages', async () => {
    await commit(async (stub) => {
      for (let i = 0; i < 250; i++) await stub.putState(`k${String(i).padStart(3, '0')}`, `${i}`);
      await stub.putState(stub.createCompositeKey('car', ['red', '1']), 'r1');
      await stub.putState(stub.createCompositeKey('car', ['blue', '1']), 'b1');
    });
    const stub = channel.newStub();
    const keys: string[] = [];
    for await (const row of stub.getStateByRange('', '')) keys.push(row.key);
    expect(keys).toHaveLength(250);
    expect(keys).toEqual([...keys].sort());
    const cars: string[][] = [];
    for await (const row of stub.getStateByPartialCompositeKey('car', []))
      cars.push(stub.splitCompositeKey(row.key).attributes);
    expect(cars).toEqual([
      ['blue', '1'],
      ['red', '1'],
    ]);
    const page = await channel.newStub().getStateByRangeWithPagination('k', 'l', 3, '');
    expect(page.metadata).toEqual({ fetchedRecordsCount: 3, bookmark: 'k003' });
  });

  it('keeps key policies with the value and drops them with a delete', async () => {
    await commit(async (stub) => {
      await stub.putState('a', '1');
      await stub.setStateValidationParameter('a', Buffer.from('policy'));
      expect(stub.keyPolicies).toEqual(new Map([['a', Buffer.from('policy')]]));
    });
    await commit((stub) => stub.putState('a', '2').then(() => undefined));
    expect(text(await channel.newStub().getStateValidationParameter('a'))).toBe('policy');
    await commit((stub) => stub.deleteState('a').then(() => undefined));
    expect(await channel.newStub().getStateValidationParameter('a')).toBeUndefined();
  });

  it('gives private data to members only', async () => {
    await commit((stub) => stub.putPrivateData('coll', 'a', 'secret').then(() => undefined));
    expect(text(await channel.newStub().getPrivateData('coll', 'a'))).toBe('secret');
    expect(await channel.newStub({ mspId: 'Org2MSP' }).getPrivateDataHash('coll', 'a')).toHaveLength(32);
    await expect(channel.newStub({ mspId: 'Org2MSP' }).getPrivateData('coll', 'a')).rejects.toThrow(
      /private data matching public hash version is not available\. Public hash version = \{BlockNum: 0, TxNum: 0\}/,
    );
    const stranger = channel.newStub({ creator: { mspid: 'Org2MSP', idBytes: Buffer.from('') } });
    await expect(stranger.getPrivateData('coll', 'a')).rejects.toThrow(
      'tx creator does not have read access permission',
    );
    await expect(stranger.getPrivateData('none', 'a')).rejects.toThrow(
      'collection channel/probe/none could not be found',
    );
  });

  it('lists history newest first', async () => {
    for (const value of ['1', '2']) await commit((stub) => stub.putState('a', value).then(() => undefined));
    await commit((stub) => stub.deleteState('a').then(() => undefined));
    const seen: [string, boolean][] = [];
    for await (const entry of channel.newStub().getHistoryForKey('a')) seen.push([text(entry.value), entry.isDelete]);
    expect(seen).toEqual([
      ['', true],
      ['2', false],
      ['1', false],
    ]);
  });

  it('refuses to commit on a key that changed since it was read', async () => {
    const late = channel.newStub();
    await late.getState('a');
    await late.putState('b', 'x');
    await commit((stub) => stub.putState('a', '1').then(() => undefined));
    await expect(late.commit()).rejects.toMatchObject({ code: 'LOCAL_READ_CONFLICT' });
  });

  it('refuses to commit on a range that has a new key', async () => {
    const late = channel.newStub();
    for await (const _row of late.getStateByRange('a', 'c')) expect(_row).toBeUndefined();
    await late.putState('z', 'x');
    await commit((stub) => stub.putState('b', '1').then(() => undefined));
    await expect(late.commit()).rejects.toThrow('PHANTOM_READ_CONFLICT');
  });

  it('calls another chaincode within the transaction', async () => {
    const stub = channel.newStub();
    expect((await stub.invokeChaincode('other', ['x'])).status).toBe(200);
    expect(stub.writes).toEqual([]);
    await stub.commit();
    await expect(channel.newStub().invokeChaincode('nobody', [])).rejects.toThrow('INVOKE_CHAINCODE failed');
  });

  it('refuses private scans after a write and writes after a page', async () => {
    const stub = channel.newStub();
    await stub.putState('a', '1');
    await expect(stub.getPrivateDataByRange('coll', 'a', 'z')).rejects.toThrow('unsuppored transaction');
    const reader = channel.newStub();
    await reader.getStateByRangeWithPagination('a', 'z', 2);
    await expect(reader.putState('a', '1')).rejects.toThrow('already performed a paginated query');
  });
});
