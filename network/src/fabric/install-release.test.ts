import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { findFabricBinaries } from './fabric-binaries.ts';
import { installRelease } from './install-release.ts';
import { officialRelease } from './official-releases.ts';

const PROGRAMS = ['peer', 'orderer', 'configtxgen', 'configtxlator', 'osnadmin'];
const filler = randomBytes(300_000);

async function archiveOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files))
    archive.entry({ name, mode: name.startsWith('bin/') ? 0o755 : 0o644 }, content);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

describe('installRelease', () => {
  let directory = '';
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let archive: Buffer;
  const ranges: (string | undefined)[] = [];

  beforeAll(async () => {
    const programs = Object.fromEntries(PROGRAMS.map((name) => [`bin/${name}`, '#!/bin/sh\n']));
    archive = await archiveOf({
      ...programs,
      'config/core.yaml': 'peer: {}\n',
      'config/filler': filler,
      '../escaped': 'no',
    });
    server = createServer((request, response) => {
      ranges.push(request.headers.range);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(async () => {
    directory = path.join(await mkdtemp(path.join(tmpdir(), 'medquorum-install-')), '.fabric');
    ranges.length = 0;
    answer = serveRanges;
  });
  afterEach(() => rm(path.dirname(directory), { recursive: true, force: true }));

  const serveRanges = (request: IncomingMessage, response: ServerResponse) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= archive.length) return response.writeHead(416).end();
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': archive.length - from });
    return response.end(archive.subarray(from));
  };
  const partIsOnDisk = async () => {
    const part = path.join(directory, 'release.tar.gz.part');
    const size = () =>
      stat(part).then(
        (found) => found.size,
        () => 0,
      );
    while ((await size()) === 0) await delay(5);
  };
  const release = (sha256 = createHash('sha256').update(archive).digest('hex')) => {
    const { port } = server.address() as { port: number };
    return { version: '0.0.0', sha256, url: `http://127.0.0.1:${port}/release.tar.gz` };
  };

  it('unpacks programs that are then found, and nothing outside its folder', async () => {
    const bin = await installRelease({ release: release(), directory });
    expect(findFabricBinaries({ projectDirectory: path.dirname(directory) })?.peer).toBe(path.join(bin, 'peer'));
    expect(await readFile(path.join(directory, 'config', 'filler'))).toEqual(filler);
    await expect(stat(path.join(directory, '..', 'escaped'))).rejects.toThrow('ENOENT');
  });

  it('tells how far it is', async () => {
    const seen: [number, number | undefined][] = [];
    await installRelease({
      release: release(),
      directory,
      onProgress: (received, total) => seen.push([received, total]),
    });
    expect(seen.at(-1)).toEqual([archive.length, archive.length]);
  });

  it('goes on where a broken download stopped', async () => {
    const half = Math.floor(archive.length / 2);
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': archive.length });
      response.write(archive.subarray(0, half));
      void partIsOnDisk().then(() => response.destroy());
    };
    await expect(installRelease({ release: release(), directory })).rejects.toMatchObject({
      code: 'MQ_FABRIC_DOWNLOAD_FAILED',
    });
    answer = serveRanges;
    await installRelease({ release: release(), directory });
    const resumedFrom = Number(ranges[1]?.slice('bytes='.length, -1));
    expect(resumedFrom).toBeGreaterThan(0);
    expect(resumedFrom).toBeLessThanOrEqual(half);
  });

  it('starts anew where the server takes no ranges', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': archive.length });
      response.write(archive.subarray(0, 1000), () => response.destroy());
    };
    await expect(installRelease({ release: release(), directory })).rejects.toThrow();
    answer = (_request, response) => response.end(archive);
    expect(await installRelease({ release: release(), directory })).toBe(path.join(directory, 'bin'));
  });

  it('refuses an archive with another hash and unpacks nothing of it', async () => {
    await expect(installRelease({ release: release('0'.repeat(64)), directory })).rejects.toMatchObject({
      code: 'MQ_FABRIC_ARCHIVE_WRONG',
    });
    await expect(stat(path.join(directory, 'bin'))).rejects.toThrow('ENOENT');
    await installRelease({ release: release(), directory });
  });

  it.each([
    ['an error of the server', (response: ServerResponse) => response.writeHead(404).end(), /answers 404/],
    ['silence', () => undefined, /the connection is silent/],
  ])('says so on %s', async (_what, respond, message) => {
    answer = (_request, response) => respond(response);
    await expect(installRelease({ release: release(), directory, idleTimeoutMs: 200 })).rejects.toThrow(message);
  });

  it('says so when offline', async () => {
    const offline = { ...release(), url: 'http://127.0.0.1:1/release.tar.gz' };
    await expect(installRelease({ release: offline, directory })).rejects.toThrow(
      /MQ_FABRIC_DOWNLOAD_FAILED: http:.*run the command again/,
    );
  });
});

describe('officialRelease', () => {
  it('knows the platforms that Fabric is released for', () => {
    expect(officialRelease('linux', 'x64')?.url).toBe(
      'https://github.com/hyperledger/fabric/releases/download/v3.1.5/hyperledger-fabric-linux-amd64-3.1.5.tar.gz',
    );
    expect(officialRelease('win32', 'x64')).toBeUndefined();
  });
});
