import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { decideCommand } from './decide-command.ts';
import { permit } from './testing/consents.ts';
import { trialLine } from './testing/trial.ts';

async function run(argv: readonly string[], input = '') {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const [out, err] = [text(stdout), text(stderr)];
  const code = await decideCommand(argv, { stdin: Readable.from([input]), stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

const line = (id: string) =>
  JSON.stringify(trialLine({ id, record: { labels: [], policies: [] }, consents: [permit()] }));

describe('medquorum decide', () => {
  it('answers line by line from standard input, malformed ones too', async () => {
    const { code, out, err } = await run([], `${line('a')}\noops\n${line('b')}`);
    expect(out.split('\n')).toEqual([
      '{"id":"a","effect":"permit","reasons":["consent-permits"]}',
      '{"id":null,"effect":"deny","reasons":["facts-malformed"]}',
      '{"id":"b","effect":"permit","reasons":["consent-permits"]}',
      '',
    ]);
    expect([code, err]).toEqual([0, '']);
  });

  it('answers a file, and more of it than a stream buffers', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'decide-'));
    try {
      const file = path.join(folder, 'lines.ndjson');
      const ids = Array.from({ length: 2000 }, (_, i) => `x${i}`);
      await writeFile(file, ids.map((id) => `${line(id)}\n`).join(''));
      const { code, out } = await run([file]);
      expect(
        out
          .trimEnd()
          .split('\n')
          .map((answer) => JSON.parse(answer).id),
      ).toEqual(ids);
      expect(code).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says nothing of nothing', async () => {
    expect(await run(['-'])).toEqual({ code: 0, out: '', err: '' });
  });

  it('tells how it is used, and fails where it is used otherwise', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('usage: medquorum decide') });
    expect(await run(['--loud'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('usage:') });
    expect(await run(['a', 'b'])).toMatchObject({ code: 2 });
    expect(await run(['/nowhere/lines.ndjson'])).toMatchObject({ code: 1, err: expect.stringContaining('ENOENT') });
  });
});
