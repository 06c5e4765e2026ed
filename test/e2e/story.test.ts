import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describeStory } from './describe-story.ts';
import { EntryPoint } from './entry-point.ts';

describeStory('embedded');

describe('entry points', () => {
  it.each(['start.mjs', 'demo.mjs'])('%s explains itself', async (script) => {
    const help = new EntryPoint(script, ['--help']);
    expect(await help.exit()).toBe(0);
    expect(help.output).toContain('--engine');
  });

  it.each(['chaincode', 'gateway'])('the %s process explains itself', async (workspace) => {
    const server = path.join(import.meta.dirname, '..', '..', workspace, 'dist', 'server.js');
    const { stdout } = await promisify(execFile)(process.execPath, [server, '--help']);
    expect(stdout).toMatch(/^usage: node server.js/);
  });

  it('start refuses an unknown option with its help', async () => {
    const wrong = new EntryPoint('start.mjs', ['--engin', 'fabric']);
    expect(await wrong.exit()).toBe(2);
    expect(wrong.output).toMatch(/Unknown option '--engin'[\s\S]*--engine NAME/);
  });

  it('demo says what to do when nothing was ever started', async () => {
    const early = new EntryPoint('demo.mjs', ['--data', '/nonexistent']);
    expect(await early.exit()).toBe(1);
    expect(early.output).toMatch(/run npm start first/);
  });
});
