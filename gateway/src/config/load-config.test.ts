import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from './load-config.ts';
import { environmentName, SETTINGS } from './settings.ts';

describe('settings', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'mq-config-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const fileOf = (text: string) => {
    const file = join(dir, 'gateway.yaml');
    writeFileSync(file, text);
    return file;
  };

  it('take defaults before the file, the file before the environment, the environment before flags', () => {
    const file = fileOf('http: { port: 1, host: file }\nattest: { automatic: false }');
    const env = { MQ_HTTP_HOST: 'environment', MQ_HTTP_PORT: '2', MQ_GROUP_COMMIT_MAX_BYTES: '2048' };
    const config = loadConfig({ file, env, flags: { 'http.port': '3' } });
    expect([config.get('http.port'), config.get('http.host'), config.get('attest.automatic')]).toEqual([
      3,
      'environment',
      false,
    ]);
    expect([config.get('groupCommit.maxBytes'), config.get('groupCommit.lingerMs')]).toEqual([2048, 5]);
    const port = config.print().find(({ name }) => name === 'http.port');
    expect(port).toEqual({ name: 'http.port', value: 3, source: 'flag' });
  });

  it.each([
    [{ 'http.port': 'eighty' }, 'http.port: found "eighty"'],
    [{ 'http.port': 65536 }, 'allowed: 0 to 65535'],
    [{ 'no.such': 1 }, 'an unknown setting'],
    [{ 'log.level': 'loud' }, 'allowed: silent'],
    [{ strict: true }, 'keys.development: found true'],
  ])('refuse %j', (flags, text) => {
    expect(() => loadConfig({ flags: flags as never })).toThrow(text);
  });

  it('never show a secret', () => {
    const config = loadConfig({ flags: { 'keys.passphrase': 'hunter2', 'database.url': 'postgres://u:p@h/d' } });
    const printed = JSON.stringify(config.print());
    expect(printed).not.toContain('hunter2');
    expect(printed).not.toContain('u:p@h');
    expect(() =>
      loadConfig({ flags: { 'auth.bootstrapAccounts': 5 as never, 'keys.passphrase': true as never } }),
    ).toThrow(/found a value/);
  });

  it('have each a meaning and a name of its own in the environment', () => {
    expect(SETTINGS.every(({ meaning }) => meaning.length > 10)).toBe(true);
    expect(new Set(SETTINGS.map(({ name }) => environmentName(name))).size).toBe(SETTINGS.length);
  });
});
