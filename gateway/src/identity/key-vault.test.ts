import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyVault } from './key-vault.ts';
import { organizationKeys } from './organization-keys.ts';
import { TokenIssuer } from './token-issuer.ts';

describe('KeyVault', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mq-vault-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('opens what it sealed, under the same context only, after a restart too', async () => {
    const sealed = (await KeyVault.open(dir, undefined)).seal(Buffer.from('secret'), 'patient:1');
    const vault = await KeyVault.open(dir, undefined);
    expect(vault.open(sealed, 'patient:1').toString()).toBe('secret');
    expect(() => vault.open(sealed, 'patient:2')).toThrow('MQ_KEY_NOT_HELD');
    expect(sealed.includes('secret')).toBe(false);
    expect(statSync(join(dir, 'vault.key')).mode & 0o077).toBe(0);
  });

  it('finds every flipped byte', async () => {
    const vault = await KeyVault.open(dir, undefined);
    const sealed = vault.seal(Buffer.from('secret'), 'x');
    for (let i = 0; i < sealed.length; i++) {
      const flipped = Buffer.from(sealed);
      flipped[i] = (flipped[i] ?? 0) ^ 0x40;
      expect(() => vault.open(flipped, 'x')).toThrow('MQ_KEY_NOT_HELD');
    }
  });

  it('takes one passphrase and no other', async () => {
    const sealed = (await KeyVault.open(dir, 'right')).seal(Buffer.from('secret'), 'x');
    expect((await KeyVault.open(dir, 'right')).open(sealed, 'x').toString()).toBe('secret');
    await expect(KeyVault.open(dir, 'wrong')).rejects.toMatchObject({ code: 'MQ_CONFIG_INVALID' });
  });

  it('keeps the organisation its keys, and refuses development material where it is not wanted', async () => {
    const vault = await KeyVault.open(dir, undefined);
    const keys = organizationKeys(dir, 'AMSP', vault, true);
    expect(organizationKeys(dir, 'AMSP', vault, true).signing.publicKey).toBe(keys.signing.publicKey);
    expect(() => organizationKeys(dir, 'AMSP', vault, false)).toThrow('development material');
    expect(() => organizationKeys(dir, 'BMSP', vault, true)).toThrow('AMSP');
  });

  it('names the file that is damaged, and what to do', async () => {
    const vault = await KeyVault.open(dir, undefined);
    organizationKeys(dir, 'AMSP', vault, true);
    await KeyVault.open(dir, 'right').catch(() => {}); // makes a salt too; the probe is the other key's
    const openIssuer = () => TokenIssuer.open(dir, 'http://a.test', 60);
    await openIssuer();
    const damaged = async (name: string, open: () => unknown) => {
      const file = join(dir, name);
      const whole = readFileSync(file);
      for (const left of [0, whole.length - 1]) {
        writeFileSync(file, whole.subarray(0, left));
        await expect((async () => open())()).rejects.toMatchObject({
          code: 'MQ_CONFIG_INVALID',
          message: expect.stringContaining(`${file} is damaged (${left} bytes): `),
        });
      }
      writeFileSync(file, whole);
    };
    await damaged('vault.key', () => KeyVault.open(dir, undefined));
    await damaged('vault.salt', () => KeyVault.open(dir, 'right'));
    await damaged('vault.probe', () => KeyVault.open(dir, undefined));
    await damaged('organization-keys.json', () => organizationKeys(dir, 'AMSP', vault, true));
    await damaged('token-key.json', openIssuer);
    expect(await KeyVault.open(dir, undefined)).toBeInstanceOf(KeyVault);
  });
});
