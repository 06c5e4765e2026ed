import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NewAccount } from './accounts.ts';
import { createBootstrapAccounts, createFirstAdministrator } from './bootstrap-accounts.ts';

describe('the accounts that the settings name', () => {
  const admin = { username: 'admin', password: 'x'.repeat(10), role: 'administrator' };

  /** Accounts as a database without any keeps them. */
  function accounts() {
    const made = new Map<string, NewAccount>();
    return {
      made,
      exists: async (username: string) => made.has(username),
      create: async (account: NewAccount) => void made.set(account.username, account),
    };
  }

  it('are made where they are absent, and keep their password', async () => {
    const kept = accounts();
    await createBootstrapAccounts(kept, [admin, { ...admin, username: 'other', password: 'y'.repeat(256) }]);
    await createBootstrapAccounts(kept, [{ ...admin, password: 'z'.repeat(10) }]);
    expect([...kept.made.values()].map(({ username, password }) => [username, password[0]])).toEqual([
      ['admin', 'x'],
      ['other', 'y'],
    ]);
  });

  it('begin with an administrator whose password is in a file, read only until the account is there', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'accounts-'));
    try {
      const file = path.join(folder, 'password');
      const kept = accounts();
      for (const length of [15, 257]) {
        writeFileSync(file, 'x'.repeat(length));
        const failed = createFirstAdministrator(kept, file);
        await expect(failed).rejects.toThrow(`administratorPasswordFile: found a password of ${length} characters`);
      }
      writeFileSync(file, `${'y'.repeat(16)}\n`);
      await createFirstAdministrator(kept, file);
      expect(kept.made.get('admin')).toMatchObject({ role: 'administrator', password: 'y'.repeat(16) });
      rmSync(file);
      await createFirstAdministrator(kept, file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['an empty password', { password: '' }, 'password found 0 characters; allowed: 10 to 256 characters'],
    ['a short one', { password: 'x'.repeat(9) }, 'password found 9 characters'],
    ['one too long to log in with', { password: 'x'.repeat(257) }, 'password found 257 characters'],
    ['none', { password: undefined as unknown as string }, 'password found no text'],
    ['a role that there is not', { role: 'root' }, 'role found another'],
  ])('are refused with %s, and none is made', async (_, part, told) => {
    const kept = accounts();
    const wanted = [admin, { ...admin, username: 'second', ...part }];
    await expect(createBootstrapAccounts(kept, wanted)).rejects.toMatchObject({
      code: 'MQ_CONFIG_INVALID',
      message: expect.stringContaining(`auth.bootstrapAccounts: ${told}`),
    });
    expect(kept.made.size).toBe(0);
  });
});
