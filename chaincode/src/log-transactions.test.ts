import { logTransactions } from './log-transactions.ts';

const stub = {
  getTxID: () => 'f00d',
  getChannelID: () => 'medquorum',
  getFunctionAndParameters: () => ({ fcn: `record:propose${'x'.repeat(1000)}`, params: ['{"patient":"secret"}'] }),
};

async function lineFor(status: number): Promise<Record<string, unknown>> {
  const lines: string[] = [];
  const answer = { status, message: 'secret', payload: Buffer.from('secret') };
  const chaincode = { Invoke: async () => answer };
  logTransactions(chaincode, (line) => lines.push(line));
  expect(await (chaincode.Invoke as (it: typeof stub) => Promise<unknown>)(stub)).toBe(answer);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('secret');
  return JSON.parse(lines[0] ?? '');
}

describe('logTransactions', () => {
  it('tells of a transaction by its id, without arguments and answers', async () => {
    expect(await lineFor(200)).toMatchObject({ level: 'info', txId: 'f00d', channelId: 'medquorum', status: 200 });
  });

  it('warns of one that failed, and cuts what a client sent', async () => {
    const line = await lineFor(500);
    expect(line).toMatchObject({ level: 'warn', status: 500 });
    expect(line.function).toHaveLength(128);
  });
});
