import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGateway } from '../app.ts';
import { type GatewayConfig, gatewayConfig } from '../config/gateway-config.ts';
import { loadConfig } from '../config/load-config.ts';
import { FileContentStore } from '../content/content-store.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import { HeldKeys } from '../identity/held-keys.ts';
import { KeyVault } from '../identity/key-vault.ts';
import { organizationKeys } from '../identity/organization-keys.ts';
import { ContentKeys } from '../record/content-keys.ts';
import { writeContent } from '../record/write-content.ts';
import { type BackupPlace, type GatewayBackup, writeManifests } from './backup-manifest.ts';
import { checkHoldings } from './check-holdings.ts';
import { SUMS_FILE } from './checked-folder.ts';
import { backupSizes, createGatewayBackup } from './create-backup.ts';
import { checkRestore, restoreGatewayBackup } from './restore-backup.ts';
import { SAVED_TABLES } from './saved-tables.ts';
import { withClient } from './sql-client.ts';
import { markUnfinished, refuseUnfinishedRestore } from './unfinished-restore.ts';

const CONSORTIUM_FILE = fileURLToPath(new URL('../../../network/consortium.yaml', import.meta.url));
const CITY = 'CityHospitalMSP';
const MRN = 'MRN-that-nobody-else-may-read';
const TRICKY = `"quoted" \\back\\slash\n\r\ttab \u2028 line \u{1F480} 'single' ${'x'.repeat(300)} \u0001`;
const START_MS = 120_000;

let base = '';
let postgres: EmbeddedPostgres;
let databases = 0;
beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'mq-backup-'));
  await chmod(base, 0o755); // as root the server runs as another user
  postgres = await startEmbeddedPostgres({ dir: path.join(base, 'pg'), publicPlace: path.join(base, 'public') });
}, START_MS);
afterAll(async () => {
  await postgres?.close();
  removePostgresData(path.join(base, 'pg'));
  await rm(base, { recursive: true, force: true });
}, START_MS);

type Side = Readonly<{ config: GatewayConfig; databaseUrl: string; report(line: string): void; told: string[] }>;

/** A machine of its own for one gateway: folder and database, both empty. */
async function machine(settings: Readonly<Record<string, string>> = {}): Promise<Side> {
  databases += 1;
  const databaseUrl = await postgres.urlFor(`m${databases}`);
  const flags = {
    mspId: CITY,
    consortiumFile: CONSORTIUM_FILE,
    dataDir: path.join(base, `machine${databases}`),
    'database.url': databaseUrl,
    ...settings,
  };
  const told: string[] = [];
  return { config: gatewayConfig(loadConfig({ flags })), databaseUrl, report: (line) => told.push(line), told };
}

async function withDatabase<T>(databaseUrl: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase(databaseUrl, 2);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** A gateway that has lived: keys, ciphertexts, and rows in every table. */
async function lived(settings: Readonly<Record<string, string>> = {}) {
  const side = await machine(settings);
  const { config, databaseUrl } = side;
  const vault = await KeyVault.open(config.keysDir, config.settings.get('keys.passphrase'));
  organizationKeys(config.keysDir, CITY, vault, true);
  const store = new FileContentStore(config.contentDir);
  const content = { cid: '', sha256: '' };
  await withDatabase(databaseUrl, async (db) => {
    const keys = new ContentKeys(db, vault);
    const draft = { type: 'Condition', confidentiality: 'N', labels: [], policies: [], author: 'a' } as const;
    const written = await writeContent({ store, keys }, 'r-1', 1, draft as never, Buffer.from(TRICKY));
    await written.stored;
    Object.assign(content, written.header.content);
    const wallet = await new HeldKeys(db, vault).create({ kind: 'patient', id: 'p-1' }, 1, randomBytes(32));
    await db
      .insertInto('account')
      .values([
        { username: TRICKY, passwordHash: 'h', role: 'system', practitionerId: null, patient: null, scopes: '' },
        { username: 'b', passwordHash: '', role: 'r', practitionerId: 'p', patient: 'q', scopes: null, disabled: true },
      ])
      .execute();
    await db.insertInto('patientNumber').values({ mrn: MRN, patient: 'p-1' }).execute();
    await db
      .insertInto('signingKey')
      .values({
        ownerKind: 'practitioner',
        ownerId: 'd-1',
        keyGeneration: 2 ** 31 - 1,
        publicKey: '',
        sealedSeed: Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i)),
        sealedEncryptionKey: Buffer.alloc(0),
      })
      .execute();
    const operation = {
      principal: 'p',
      requestDigest: 'd',
      contract: 'c',
      functionName: 'f',
      policy: 'p',
      touches: '[]',
    };
    await db
      .insertInto('operation')
      .values(
        Array.from({ length: 250 }, (_, i) => ({
          ...operation,
          id: `o-${i}`,
          idempotencyKey: i % 2 === 0 ? null : `k-${i}`,
          state: i % 2 === 0 ? ('planned' as const) : ('committed' as const),
          entries: JSON.stringify([TRICKY]),
          transient: null,
          txId: null,
          blockNumber: i === 0 ? null : 2 ** 53 - 1,
          result: null,
          errorCode: null,
          errorText: null,
          createdAtMs: 2 ** 41 + i,
        })),
      )
      .execute();
    await db.insertInto('attestationAttempt').values({ recordId: 'r-9', version: 1, outcome: 'o', atMs: 1 }).execute();
    await db
      .insertInto('fhirResource')
      .values({ resourceType: 'Location', id: '1', patient: null, recordId: null, doc: TRICKY })
      .execute();
    await db
      .insertInto('fhirIdentifier')
      .values({ resourceType: 'Location', system: '', value: '', id: '1' })
      .execute();
    const row = {
      patient: null,
      version: null,
      status: null,
      timeMs: 1,
      txId: 't',
      blockNumber: 6,
      txIndex: 0,
      flaw: null,
    };
    const head = { recordId: 'r-1', custodian: CITY, latestVersion: 1, versions: [{ status: 'active', digest: '' }] };
    const version = { recordId: 'r-1', version: 1, header: { content } };
    const kept = { pseudonym: 'p-1', wallet: 'custodial', keyGeneration: 1, signingKey: wallet.publicKey };
    await db
      .insertInto('ledgerState')
      .values([
        { ...row, key: '["record","r-1"]', kind: 'record', recordId: 'r-1', mspId: CITY, doc: JSON.stringify(head) },
        {
          ...row,
          key: '["record-version","r-1","1"]',
          kind: 'record-version',
          recordId: 'r-1',
          mspId: null,
          doc: JSON.stringify(version),
        },
        {
          ...row,
          key: '["patient","p-1"]',
          kind: 'patient',
          recordId: null,
          mspId: CITY,
          doc: JSON.stringify(kept),
        },
      ])
      .execute();
    await db.insertInto('checkpoint').values({ channel: 'medquorum', nextBlock: 7, blockHash: 'ab' }).execute();
  });
  return { ...side, content };
}

async function allRows(databaseUrl: string): Promise<Readonly<Record<string, readonly unknown[]>>> {
  return withClient(databaseUrl, async (client) => {
    const rows: Record<string, readonly unknown[]> = {};
    for (const table of SAVED_TABLES)
      rows[table] = (await client.query(`select * from "${table}" t order by t::text`)).rows;
    return rows;
  });
}

/** The way to a database, on which the answer to the restore's commit is lost; with `isLast`, nobody gets through afterwards. */
async function losingAnswer(databaseUrl: string, { isLast }: Readonly<{ isLast: boolean }>) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let [hasMark, isLost] = [false, false];
    client.on('data', (bytes) => {
      hasMark ||= bytes.includes('insert into restoration');
      isLost ||= hasMark && bytes.includes('commit');
      upstream.write(bytes);
    });
    upstream.on('data', (answer) => {
      if (!isLost) return client.write(answer);
      if (isLast) server.close();
      return client.destroy();
    });
    sockets.push(client, upstream);
    client.on('error', () => {}).on('close', () => upstream.end());
    upstream.on('error', () => {}).on('close', () => client.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { databaseUrl: url.href, close };
}

let places = 0;
async function saved(from: Side, afterBlock?: number): Promise<BackupPlace & Readonly<{ backup: GatewayBackup }>> {
  places += 1;
  const place = { directory: path.join(base, `data${places}`), keysDirectory: path.join(base, `keys${places}`) };
  return { ...place, backup: await createGatewayBackup(from, place, afterBlock) };
}

const filesOf = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

describe('a backup of a gateway', () => {
  it('brings every row, ciphertext and key back, in columns of every type', async () => {
    const from = await lived();
    const to = await machine();
    const place = await saved(from, 6);
    expect(place.backup).toMatchObject({
      mspId: CITY,
      checkpoint: { nextBlock: 7, blockHash: 'ab' },
      content: { files: 1 },
    });
    const { holdings } = await restoreGatewayBackup(to, place);
    expect(holdings).toEqual({ versions: 1, signers: 1, lacks: [] });
    const rows = await allRows(from.databaseUrl);
    expect(Object.values(rows).every((list) => list.length > 0)).toBe(true);
    expect(await allRows(to.databaseUrl)).toEqual(rows);
    const keyFiles = (await readdir(from.config.keysDir)).sort();
    expect((await readdir(to.config.keysDir)).sort()).toEqual(keyFiles);
    for (const name of keyFiles)
      expect(await readFile(path.join(to.config.keysDir, name))).toEqual(
        await readFile(path.join(from.config.keysDir, name)),
      );
    await withDatabase(to.databaseUrl, async (db) => {
      expect(await db.selectFrom('restoration').selectAll().execute()).toEqual([
        { backupId: place.backup.backupId, takenAt: place.backup.takenAt },
      ]);
    });
  });

  it('says sizes beforehand, and checks a restore without doing it', async () => {
    const from = await lived();
    const sizes = await backupSizes(from);
    expect(sizes.content.files).toBe(1);
    expect(sizes.tables.operation).toBeGreaterThan(100_000);
    const place = await saved(from);
    const to = await machine();
    expect(await checkRestore(to, place)).toMatchObject({ tables: { operation: 250, account: 2 } });
    expect(existsSync(to.config.keysDir) || existsSync(to.config.contentDir)).toBe(false);
  });

  it('has nothing readable in the folder of data, and no key', async () => {
    const from = await lived();
    const { directory } = await saved(from);
    const vaultKey = await readFile(path.join(from.config.keysDir, 'vault.key'));
    for (const file of await filesOf(directory)) {
      const bytes = await readFile(file);
      for (const secret of [Buffer.from(MRN), Buffer.from('quoted'), vaultKey, Buffer.from(vaultKey.toString('hex'))])
        expect([file, bytes.includes(secret)]).toEqual([file, false]);
    }
  });

  it('names the file that is changed, missing or too many, whichever it is, and writes nothing', async () => {
    const place = await saved(await lived());
    const to = await machine();
    const files = [...(await filesOf(place.directory)), ...(await filesOf(place.keysDirectory))];
    expect(files.length).toBeGreaterThan(15);
    for (const file of files) {
      const whole = await readFile(file);
      for (const damage of [() => appendFile(file, 'x'), () => rm(file)]) {
        await damage();
        const error: unknown = await checkRestore(to, place).catch((failure: unknown) => failure);
        expect(error).toMatchObject({
          code: 'MQ_BACKUP_DAMAGED',
          message: expect.stringContaining(path.basename(file)),
        });
        await writeFile(file, whole);
      }
    }
    await writeFile(path.join(place.directory, 'content', 'stranger'), '');
    await expect(restoreGatewayBackup(to, place)).rejects.toMatchObject({
      code: 'MQ_BACKUP_DAMAGED',
      message: expect.stringContaining('stranger'),
    });
    expect(existsSync(to.config.keysDir) || existsSync(to.config.contentDir)).toBe(false);
  });

  it('finds a table that was changed together with its sums, and leaves the place as empty as it was', async () => {
    const place = await saved(await lived());
    const to = await machine();
    const table = path.join(place.directory, 'database', 'patient_number.sealed');
    const bytes = await readFile(table);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    await writeFile(table, bytes);
    for (const folder of [place.directory, path.join(place.keysDirectory, 'keys')])
      await rm(path.join(folder, SUMS_FILE));
    await rm(path.join(place.directory, 'gateway-backup.json'));
    await writeManifests(place, place.backup);
    await expect(restoreGatewayBackup(to, place)).rejects.toMatchObject({
      code: 'MQ_BACKUP_DAMAGED',
      message: expect.stringContaining('patient_number'),
    });
    expect(existsSync(to.config.keysDir) || existsSync(to.config.contentDir)).toBe(false);
    expect(Object.values(await allRows(to.databaseUrl)).flat()).toEqual([]);
  });

  it('is refused by a program that does not know its tables', async () => {
    const place = await saved(await lived());
    const file = path.join(place.directory, 'gateway-backup.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace(place.backup.migration, '9999-later'));
    await expect(checkRestore(await machine(), place)).rejects.toMatchObject({
      code: 'MQ_BACKUP_NEWER',
      message: expect.stringMatching(/9999-later.*update it first/),
    });
  });

  it('is not made of a database that another version of the program has made', async () => {
    const from = await lived();
    const place = { directory: path.join(base, 'unmade'), keysDirectory: path.join(base, 'unmade-keys') };
    for (const [sql, code] of [
      ["insert into kysely_migration (name, timestamp) values ('9999-later', '')", 'MQ_BACKUP_NEWER'],
      ["delete from kysely_migration where name > '0002'", 'MQ_CONFIG_INVALID'],
    ] as const) {
      await withClient(from.databaseUrl, (client) => client.query(sql));
      await expect(createGatewayBackup(from, place, undefined)).rejects.toMatchObject({ code });
      await rm(place.directory, { recursive: true });
      await rm(place.keysDirectory, { recursive: true });
    }
  });

  it('goes onto an empty place only: folders and database', async () => {
    const from = await lived();
    const place = await saved(from);
    await expect(createGatewayBackup(from, place, undefined)).rejects.toMatchObject({ code: 'MQ_RESTORE_NOT_EMPTY' });
    const to = await machine();
    for (const folder of [to.config.keysDir, to.config.contentDir]) {
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'something'), '');
      await expect(restoreGatewayBackup(to, place)).rejects.toMatchObject({ code: 'MQ_RESTORE_NOT_EMPTY' });
      await rm(folder, { recursive: true });
    }
    await withDatabase(to.databaseUrl, (db) =>
      db.insertInto('patientNumber').values({ mrn: '1', patient: '2' }).execute(),
    );
    await expect(restoreGatewayBackup(to, place)).rejects.toMatchObject({
      code: 'MQ_RESTORE_NOT_EMPTY',
      message: expect.stringContaining('patient_number'),
    });
    const other = await machine({ mspId: 'ValleyHospitalMSP' });
    await expect(restoreGatewayBackup(other, place)).rejects.toMatchObject({ code: 'MQ_CONFIG_INVALID' });
  });

  it.each([
    [false, 'the database has the tables of this backup'],
    [true, 'the database cannot be asked'],
  ])(
    'keeps keys and ciphertext of tables whose commit was not answered (nobody to ask: %s)',
    async (isLast, advice) => {
      const from = await lived();
      const place = await saved(from);
      const to = await machine();
      const way = await losingAnswer(to.databaseUrl, { isLast });
      try {
        await expect(restoreGatewayBackup({ ...to, databaseUrl: way.databaseUrl }, place)).rejects.toMatchObject({
          code: 'MQ_RESTORE_UNCERTAIN',
          message: expect.stringContaining(advice),
        });
      } finally {
        way.close();
      }
      expect(await allRows(to.databaseUrl)).toEqual(await allRows(from.databaseUrl));
      expect((await readdir(to.config.keysDir)).sort()).toEqual((await readdir(from.config.keysDir)).sort());
      expect(await filesOf(to.config.contentDir)).toHaveLength(1);
    },
  );

  it('is restored once, however many begin at once', async () => {
    const from = await lived();
    const place = await saved(from);
    const to = await machine();
    const ends = await Promise.allSettled([1, 2, 3].map(() => restoreGatewayBackup(to, place)));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends)
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'MQ_RESTORE_NOT_EMPTY' });
    expect((await readdir(to.config.keysDir)).sort()).toEqual((await readdir(from.config.keysDir)).sort());
    expect(await filesOf(to.config.contentDir)).toHaveLength(1);
  });

  it('is marked while it is restored: beside half of it no gateway starts, and no other restore begins', async () => {
    const place = await saved(await lived());
    const to = await machine();
    let seen: unknown;
    const report = () => {
      seen ??= (() => {
        try {
          refuseUnfinishedRestore(to.config.keysDir);
          return 'nothing';
        } catch (error) {
          return error;
        }
      })();
    };
    await restoreGatewayBackup({ ...to, report }, place);
    expect(seen).toMatchObject({ code: 'MQ_CONFIG_INVALID', message: expect.stringContaining('restore again') });
    refuseUnfinishedRestore(to.config.keysDir);

    const killed = await machine();
    await mkdir(killed.config.keysDir, { recursive: true });
    await markUnfinished(killed.config.keysDir);
    await expect(restoreGatewayBackup(killed, place)).rejects.toMatchObject({
      code: 'MQ_RESTORE_NOT_EMPTY',
      message: expect.stringContaining('restore again'),
    });
    await expect(buildGateway(killed.config)).rejects.toMatchObject({
      message: expect.stringContaining('restore again'),
    });
  });

  it('does not come back without its passphrase, and keeps the keys of another backup apart', async () => {
    const passphrase = { 'keys.passphrase': 'correct horse battery staple' };
    const place = await saved(await lived(passphrase));
    for (const settings of [{}, { 'keys.passphrase': 'another one' }] as Record<string, string>[])
      await expect(restoreGatewayBackup(await machine(settings), place)).rejects.toMatchObject({
        code: 'MQ_CONFIG_INVALID',
      });
    expect((await restoreGatewayBackup(await machine(passphrase), place)).holdings.lacks).toEqual([]);
    const other = await saved(await lived());
    const mixed = { directory: place.directory, keysDirectory: other.keysDirectory };
    await expect(checkRestore(await machine(), mixed)).rejects.toMatchObject({
      code: 'MQ_BACKUP_DAMAGED',
      message: expect.stringContaining('is of another backup than'),
    });
  });

  it('has the ciphertext of every key row, however much is written meanwhile', async () => {
    const from = await lived();
    const { config, databaseUrl } = from;
    const vault = await KeyVault.open(config.keysDir, undefined);
    const store = new FileContentStore(config.contentDir);
    let isSaved = false;
    const busy = Promise.withResolvers<void>();
    const writing = withDatabase(databaseUrl, async (db) => {
      const keys = new ContentKeys(db, vault);
      for (let i = 0; !isSaved; i += 1) {
        const cid = await store.put(randomBytes(100));
        await keys.store(`busy-${i}`, 1, cid, randomBytes(32));
        if (i === 10) busy.resolve();
      }
    });
    await busy.promise;
    const place = await saved(from);
    isSaved = true;
    await writing;
    const to = await machine();
    await restoreGatewayBackup(to, place);
    const restored = new FileContentStore(to.config.contentDir);
    const rows = (await allRows(to.databaseUrl)).content_key as readonly Readonly<{ cid: string }>[];
    expect(rows.length).toBeGreaterThan(10);
    for (const { cid } of rows) expect(await restored.get(cid)).toBeDefined();
  });

  it('leaves out, and names, a ciphertext that is damaged already; the restore tells which record that is', async () => {
    const from = await lived();
    const { cid } = from.content;
    await writeFile(path.join(from.config.contentDir, cid.slice(-2), cid), 'tampered');
    const place = await saved(from);
    expect(from.told.join('\n')).toContain(`content ${cid} is damaged`);
    const { holdings } = await restoreGatewayBackup(await machine(), place);
    expect(holdings.lacks).toEqual([{ what: 'record r-1 version 1', code: 'MQ_CONTENT_NOT_FOUND' }]);
  });

  it('waits for a block that the gateway has not read, as long as somebody reads', async () => {
    const from = await lived();
    const saving = saved(from, 7);
    await withDatabase(from.databaseUrl, (db) => db.updateTable('checkpoint').set({ nextBlock: 8 }).execute());
    expect((await saving).backup.checkpoint?.nextBlock).toBe(8);
  });
});

describe('checkHoldings', () => {
  it('tells a lost ciphertext, a changed one, a lost key and a key of something else apart, and names lost wallets', async () => {
    const { config, databaseUrl, content } = await lived();
    const vault = await KeyVault.open(config.keysDir, undefined);
    const store = new FileContentStore(config.contentDir);
    const file = path.join(config.contentDir, content.cid.slice(-2), content.cid);
    await withDatabase(databaseUrl, async (db) => {
      const keys = new ContentKeys(db, vault);
      const held = new HeldKeys(db, vault);
      const lacks = async () =>
        (await checkHoldings({ db, store, keys, held, mspId: CITY })).lacks.map(({ code }) => code);
      expect(await lacks()).toEqual([]);
      await cp(file, `${file}.kept`);
      await writeFile(file, 'tampered');
      expect(await lacks()).toEqual(['MQ_CONTENT_CORRUPT']);
      await rm(file);
      expect(await lacks()).toEqual(['MQ_CONTENT_NOT_FOUND']);
      await cp(`${file}.kept`, file);
      await db.deleteFrom('contentKey').execute();
      expect(await lacks()).toEqual(['MQ_KEY_NOT_HELD']);
      await keys.store('r-1', 1, content.cid, randomBytes(32));
      expect(await lacks()).toEqual(['MQ_CONTENT_UNREADABLE']);
      expect(await checkHoldings({ db, store, keys, held, mspId: 'ValleyHospitalMSP' })).toEqual({
        versions: 0,
        signers: 0,
        lacks: [],
      });
      await db.deleteFrom('signingKey').execute();
      const afresh = new HeldKeys(db, vault);
      const { lacks: all } = await checkHoldings({ db, store, keys, held: afresh, mspId: CITY });
      expect(all).toContainEqual({ what: 'patient p-1', code: 'MQ_KEY_NOT_HELD' });
      await afresh.create({ kind: 'patient', id: 'p-1' }, 1); // a key, but not the one on the ledger
      expect((await checkHoldings({ db, store, keys, held: afresh, mspId: CITY })).lacks).toEqual(all);
    });
  });
});
