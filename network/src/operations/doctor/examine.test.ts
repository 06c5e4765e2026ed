import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { generateMaterial } from '../../pki/generate-material.ts';
import { materialLayout } from '../../pki/material-layout.ts';
import { renewCertificates } from '../../pki/renew-certificate.ts';
import { revokeCertificate } from '../../pki/revoke-certificate.ts';
import { topologyFrom } from '../../topology/load-topology.ts';
import { topologyDraft } from '../../topology/testing/topology-draft.ts';
import { checkNode } from './check-binaries.ts';
import { judgeRoom } from './check-disk.ts';
import { checkAnswers, checkOwnClock, checkPortsFree } from './check-places.ts';
import { examine } from './examine.ts';

const DAY_MS = 86_400_000;

describe('examine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'doctor-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const look = (overrides: Partial<Parameters<typeof examine>[0]> = {}) =>
    examine({
      topology: topologyFrom(topologyDraft()),
      materialDirectory: path.join(folder, 'keys'),
      dataDirectory: path.join(folder, 'not', 'there', 'yet'),
      engine: 'embedded',
      binaryPlaces: { projectDirectory: folder },
      isRunning: false,
      nowMs: Date.now(),
      ...overrides,
    });

  it('misses keys and, for Fabric only, its programs; each with a cure', async () => {
    // Whether somebody has the ports of the draft just now is not the question.
    const problems = (findings: Awaited<ReturnType<typeof look>>) =>
      findings.filter(({ check, level }) => level === 'problem' && check !== 'ports');
    const embedded = problems(await look());
    expect(embedded.map(({ check }) => check)).toEqual(['certificates']);
    const fabric = problems(await look({ engine: 'fabric' }));
    expect(fabric.map(({ check }) => check)).toEqual(['programs', 'certificates']);
    for (const { cure } of fabric) expect(cure).toMatch(/medquorum/);
  });

  it('warns of certificates a month before they end, and finds those that have', async () => {
    await generateMaterial(topologyFrom(topologyDraft()), path.join(folder, 'keys'), { days: 100 });
    const levels = async (days: number) => {
      const findings = await look({ nowMs: Date.now() + days * DAY_MS });
      return new Set(findings.filter(({ check }) => check === 'certificates').map(({ level }) => level));
    };
    expect(await levels(60)).toEqual(new Set(['ok']));
    expect(await levels(80)).toEqual(new Set(['warning']));
    expect(await levels(101)).toEqual(new Set(['problem']));
  });

  /** What the certificates' check finds, by subject, some days from now. */
  const certificates = async (days: number) => {
    const findings = await look({ nowMs: Date.now() + days * DAY_MS });
    return Object.fromEntries(findings.filter(({ check }) => check === 'certificates').map((it) => [it.subject, it]));
  };

  it('sees the certificates of chaincode processes, roots and revocation lists', async () => {
    const topology = topologyFrom(topologyDraft());
    const keys = path.join(folder, 'keys');
    await generateMaterial(topology, keys, { days: 5_000 });
    await renewCertificates(topology, keys, 'org-b', 'asset', { days: 10 });
    await renewCertificates(topology, keys, 'org-b', 'asset/client', { days: 20 });
    expect(await certificates(0)).toEqual({
      'asset of org-b': expect.objectContaining({
        level: 'warning',
        cure: expect.stringContaining('pki renew --org org-b --name asset,'),
      }),
      'asset/client of org-b': expect.objectContaining({
        level: 'warning',
        cure: expect.stringMatching(/pki renew .* --name asset\/client, .*chaincode upgrade --org org-b/),
      }),
    });
    await revokeCertificate(topology, keys, 'org-a', { holder: 'user1' });
    expect(await certificates(360)).toMatchObject({
      'asset of org-b': { level: 'problem' },
      'revocation list of org-a': { level: 'warning', cure: expect.stringContaining('--revocation-list') },
    });
    expect((await certificates(366))['revocation list of org-a']).toMatchObject({
      level: 'warning',
      detail: expect.stringContaining('expired on'),
    });
    // The last year of the roots.
    const last = await certificates(15 * 365 - 300);
    for (const subject of ['root of org-a', 'TLS root of org-b', 'root of orderer'])
      expect(last[subject]).toMatchObject({ level: 'warning', cure: expect.stringContaining('no renewal of a root') });
    await rm(path.join(keys, 'org-b', 'private'), { recursive: true });
    expect((await certificates(15 * 365 + 1))['TLS root of org-b']).toMatchObject({
      level: 'problem',
      cure: 'get the public folder of org-b anew',
    });
  });

  it('names what is damaged with its cure, and goes on', async () => {
    const topology = topologyFrom(topologyDraft());
    const keys = path.join(folder, 'keys');
    await generateMaterial(topology, keys, { days: 100 });
    await revokeCertificate(topology, keys, 'org-b', { holder: 'user1' });
    const { holder, chaincode, publicMsp } = materialLayout(keys).organization('org-a');
    const others = materialLayout(keys).organization('org-b').publicMsp;
    const damaged = {
      'peer0 of org-a': [holder('peers', 'peer0').tls.certificate, 'pki renew --org org-a --name peer0'],
      'asset of org-a': [chaincode('asset').tls.certificate, 'pki renew --org org-a --name asset'],
      'TLS root of org-a': [publicMsp.tlsRootCertificate, 'pki generate --org org-a'],
      'revocation list of org-b': [others.revocationList, 'copy it from the MSP folder of a node'],
    } as const;
    for (const [file] of Object.values(damaged)) await writeFile(file, 'no PEM');
    const expected = Object.entries(damaged).map(([subject, [file, cure]]) => [
      subject,
      {
        check: 'certificates',
        level: 'problem',
        subject,
        detail: `${file} cannot be read: it is damaged`,
        cure: expect.stringContaining(cure),
      },
    ]);
    expect(await certificates(0)).toEqual(Object.fromEntries(expected));
    // What else there is to find is found: here of a node that answers, under a root that cannot be read.
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const tls = { mspId: 'AMSP', serverName: 'peer0.a.example' };
    const answers = await checkAnswers(
      [{ what: 'a peer', host: '127.0.0.1', port, tls }],
      () => publicMsp.tlsRootCertificate,
    );
    server.close();
    expect(answers).toMatchObject([{ level: 'problem', detail: expect.stringContaining('tlsca.pem is damaged') }]);
  });

  it('sees that nobody answers of a network that is said to run', async () => {
    const findings = await look({ isRunning: true });
    expect(findings.some(({ check, level }) => check === 'connections' && level === 'problem')).toBe(true);
  });
});

describe('checkPortsFree', () => {
  it('says who has a port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const place = { what: 'a peer', host: '127.0.0.1', port };
    const [finding] = await checkPortsFree([place]);
    expect(finding).toMatchObject({
      level: 'problem',
      subject: 'a peer',
      detail: expect.stringContaining(`:${port} is taken`),
    });
    if (process.platform === 'linux') expect(finding?.detail).toContain(`process ${process.pid}`);
    await new Promise((resolve) => server.close(resolve));
    expect(await checkPortsFree([place])).toMatchObject([{ level: 'ok' }]);
  });
});

describe('limits', () => {
  it.each([
    ['24.2.0', 'ok'],
    ['24.1.9', 'problem'],
    ['25.0.0', 'ok'],
    ['22.12.0', 'problem'],
  ])('Node.js %s is %s', (version, level) => expect(checkNode(version).level).toBe(level));

  it.each([
    [10e9, 'ok'],
    [10e9 - 1, 'warning'],
    [2e9, 'warning'],
    [2e9 - 1, 'problem'],
  ])('%d free bytes are %s', (bytes, level) => expect(judgeRoom('/', bytes).level).toBe(level));

  it('distrusts a clock that is behind its own signatures', () => {
    expect([checkOwnClock(1000, 1000).level, checkOwnClock(1000, 999).level]).toEqual(['ok', 'warning']);
  });
});
