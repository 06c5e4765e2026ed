import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type ConformanceRun, conformance } from './run-main.ts';

const SUITE_TIMEOUT_MS = 300_000;

/** The files whose answers are the same however transactions fall into blocks. */
const ANY_BLOCKS = '10-,20-,30-,40-,50-,60-,70-,80-,90-,91-,95-,97-,98-,99-';

/** The scenarios in which BFT orderers answer otherwise than one raft orderer, and those for them alone but for `bft-forgets`, which waits for their clock. */
const OTHERWISE =
  'bft-configuration,bft-block-metadata,bft-duplicate,bft-while-waiting,bft-cutting,duplicate-transaction,tampered-envelope,block-chain,sizes,malformed-requests,altered-transactions';

const lastLine = ({ stdout }: ConformanceRun) => stdout.trimEnd().split('\n').at(-1);

describe('conformance of the embedded engine', () => {
  it.each([
    ['in every scenario, without waiting for blocks', ['--cut', 'eager', '--only', ANY_BLOCKS], 1345],
    ['where transactions share a block', ['--only', 'shared-block'], 12],
    ['under BFT ordering', ['--ordering', 'bft', '--only', OTHERWISE], 135],
  ])(
    'gives the recorded answers of Fabric 3.1 %s',
    async (_, options, steps) => {
      const run = await conformance(...options);
      expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+ same, 0 different\n$/) });
      expect(Number(run.stdout.split(' ')[0])).toBeGreaterThanOrEqual(steps);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'takes scenarios from elsewhere, which import nothing, and shows differences',
    async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'scenarios-'));
      try {
        await writeFile(
          path.join(folder, 'own.mjs'),
          `export default () => [{ id: 'own', title: 'own', async run(t) {
            await t.submit('put', [['put', t.k('a'), '1']]);
            await t.eval('get', [['get', t.k('a')]]);
          } }];`,
        );
        const golden = path.join(folder, 'golden.jsonl');
        await conformance('--cut', 'eager', '--scenarios', folder, '--record', golden);
        const again = await conformance('--cut', 'eager', '--scenarios', folder, '--golden', golden);
        expect([again.status, lastLine(again)]).toEqual([0, '2 same, 0 different']);
        await writeFile(golden, '{"scenario":"own","step":"get","outcome":{"result":"[\\"2\\"]"}}\n');
        const different = await conformance('--cut', 'eager', '--scenarios', folder, '--golden', golden);
        expect([different.status, lastLine(different)]).toEqual([1, '0 same, 1 different']);
        expect(different.stdout).toContain('DIFFERENT own / get');
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    SUITE_TIMEOUT_MS,
  );

  it('explains itself', async () => {
    const run = await conformance('--engine', 'other');
    expect([run.status, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain('usage: npm run -s conformance');
  });
});
