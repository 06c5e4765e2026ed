import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { makeKeyFile, readKeyFile } from './key-file.ts';

describe('a file of keys', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mq-key-file-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is made for its owner alone, and nothing is left beside it', () => {
    makeKeyFile(join(dir, 'key'), 'secret');
    expect(readFileSync(join(dir, 'key'), 'utf8')).toBe('secret');
    expect(statSync(join(dir, 'key')).mode & 0o077).toBe(0);
    expect(readdirSync(dir)).toEqual(['key']);
  });

  it('is not made over one that is there', () => {
    makeKeyFile(join(dir, 'key'), 'first');
    expect(() => makeKeyFile(join(dir, 'key'), 'second')).toThrow('EEXIST');
    expect(readFileSync(join(dir, 'key'), 'utf8')).toBe('first');
    expect(readdirSync(dir)).toEqual(['key']);
  });

  it('is not there where it cannot be written, and nothing of it', async () => {
    expect(() => makeKeyFile(join(dir, 'absent', 'key'), 'secret')).toThrow('ENOENT');
    // A process that may write no byte into a file meets what one on a full disk does: the file is made, and stays empty.
    const code = `
      const { makeKeyFile } = await import(${JSON.stringify(import.meta.resolve('./key-file.ts'))});
      makeKeyFile(${JSON.stringify(join(dir, 'key'))}, 'secret');`;
    const args = ['--conditions=medquorum-source', '--no-warnings', '--input-type=module', '--eval', code];
    const made = promisify(execFile)('sh', ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, ...args], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    await expect(made).rejects.toMatchObject({ stderr: expect.stringContaining('EFBIG') });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is made beside what a crash left aside', () => {
    writeFileSync(join(dir, 'key.0123456789ab.new'), '');
    mkdirSync(join(dir, 'key.new'));
    makeKeyFile(join(dir, 'key'), 'secret');
    expect(readFileSync(join(dir, 'key'), 'utf8')).toBe('secret');
  });

  it('is named with its cure where it is damaged, and its content is not told', () => {
    const file = join(dir, 'key');
    makeKeyFile(file, '{"d":c2VjcmV0}');
    let error: unknown;
    try {
      readKeyFile(file, 'restore it', (bytes) => JSON.parse(bytes.toString()));
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({
      code: 'MQ_CONFIG_INVALID',
      message: `MQ_CONFIG_INVALID: ${file} is damaged (14 bytes): restore it`,
    });
    expect(inspect(error)).not.toContain('c2Vj');
  });
});
