import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { ContentDecryptionError, decryptContent, encryptContent, generateContentKey } from './content-encryption.ts';
import { contentIdOf, isContentId } from './content-id.ts';
import { type ContentStore, FileContentStore, MemoryContentStore } from './content-store.ts';

const SEED = Number(process.env.MQ_TEST_SEED ?? 20261121);

describe('contentIdOf', () => {
  // The first two are widely published; the trees were computed a second time by hand from the dag-pb and UnixFS specifications.
  it.each([
    ['hello world\n', Buffer.from('hello world\n'), 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4'],
    ['no bytes', Buffer.alloc(0), 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'],
    ['300,000 bytes of 1', Buffer.alloc(300_000, 1), 'bafybeie2o2jogy4fo4ddu5of2skxh35n5twpk54srrzbo5vdvuvlsyetpm'],
    ['180 chunks of 7', Buffer.alloc(262_144 * 180, 7), 'bafybeievitt75ce3ht6uqnzq6uv3wvnwifmrzyrb3ypvp2dnudqccp3w2u'],
  ])('names %s as IPFS does', async (_what, bytes, cid) => {
    expect(await contentIdOf(bytes)).toBe(cid);
  });

  it.each([
    '',
    '../../etc/passwd',
    'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
    'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2deve',
  ])('does not take %p for one of ours', (text) => {
    expect(isContentId(text)).toBe(false);
  });
});

function describeContentStore(name: string, make: () => Promise<ContentStore>) {
  describe(name, () => {
    it('returns what was stored, under its CID', async () => {
      const store = await make();
      const bytes = randomBytes(70_000);
      const cid = await store.put(bytes);
      expect(cid).toBe(await contentIdOf(bytes));
      expect(Buffer.from((await store.get(cid)) ?? [])).toEqual(bytes);
    });

    it('stores the same bytes twice without harm, also at once', async () => {
      const store = await make();
      const bytes = randomBytes(100);
      expect(new Set(await Promise.all([store.put(bytes), store.put(bytes), store.put(bytes)])).size).toBe(1);
    });

    it('lists what it has', async () => {
      const store = await make();
      const [kept, deleted] = [await store.put(randomBytes(10)), await store.put(randomBytes(10))];
      await store.delete(deleted);
      const listed = await Array.fromAsync(store.list());
      expect(listed).toContain(kept);
      expect(listed).not.toContain(deleted);
    });

    it('has nothing under an unknown, deleted or malformed CID', async () => {
      const store = await make();
      const cid = await store.put(Buffer.from('x'));
      await store.delete(cid);
      await store.delete(cid);
      expect(await store.get(cid)).toBeUndefined();
      expect(await store.get('../../etc/passwd')).toBeUndefined();
    });
  });
}

describeContentStore('MemoryContentStore', async () => new MemoryContentStore());

describe('on disk', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'medquorum-content-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  describeContentStore('FileContentStore', async () => new FileContentStore(directory));

  it('lists no file that is not whole, and nothing of a folder that is not there', async () => {
    const store = new FileContentStore(path.join(directory, 'partial'));
    expect(await Array.fromAsync(store.list())).toEqual([]);
    const cid = await store.put(Buffer.from('whole'));
    await writeFile(path.join(directory, 'partial', cid.slice(-2), `${cid}.1.2`), 'cut sh');
    expect(await Array.fromAsync(store.list())).toEqual([cid]);
  });

  it('gives back what stands on disk, so that a reader can find a tampered file', async () => {
    const store = new FileContentStore(directory);
    const cid = await store.put(Buffer.from('original'));
    const file = (await readdir(directory, { recursive: true })).find((name) => name.endsWith(cid));
    await writeFile(path.join(directory, file ?? ''), 'tampered');
    expect(Buffer.from((await store.get(cid)) ?? []).toString()).toBe('tampered');
  });
});

describe('content encryption', () => {
  const context = { recordId: 'r-1', version: 2 };

  it('returns what was encrypted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.string(), fc.nat(), (bytes, recordId, version) => {
        const key = generateContentKey();
        return Buffer.from(bytes).equals(
          decryptContent(encryptContent(bytes, key, { recordId, version }), key, { recordId, version }),
        );
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('finds every changed byte', () => {
    const key = generateContentKey();
    const ciphertext = encryptContent(Buffer.from('a record'), key, context);
    for (let at = 0; at < ciphertext.length; at += 1) {
      const changed = Buffer.from(ciphertext);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => decryptContent(changed, key, context)).toThrow(ContentDecryptionError);
    }
  });

  it.each([
    ['another key', { key: generateContentKey(), context }],
    ['another record', { key: undefined, context: { recordId: 'r-2', version: 2 } }],
    ['another version', { key: undefined, context: { recordId: 'r-1', version: 3 } }],
    ['a short key', { key: Buffer.alloc(31), context }],
  ])('does not open under %s', (_what, { key, context: other }) => {
    const own = generateContentKey();
    const ciphertext = encryptContent(Buffer.from('a record'), own, context);
    expect(() => decryptContent(ciphertext, key ?? own, other)).toThrow(ContentDecryptionError);
  });

  it('refuses what is cut short', () => {
    const key = generateContentKey();
    const ciphertext = encryptContent(Buffer.alloc(0), key, context);
    for (let length = 0; length < ciphertext.length; length += 1) {
      expect(() => decryptContent(ciphertext.subarray(0, length), key, context)).toThrow(ContentDecryptionError);
    }
  });
});
