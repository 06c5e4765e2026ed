import { appendFile, cp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { removePostgresData } from '@medquorum/gateway/database/postgres-place';
import { connectionFile } from '@medquorum/network/connection/connection-file';
import { chainHead } from '@medquorum/network/operations/chain-heads';
import { until } from '@medquorum/network/operations/until';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import { EntryPoint } from '../e2e/entry-point.ts';
import { connectGateway } from '../network/gateway-client.ts';
import { describeFabric } from './describe-fabric.ts';
import { CITY, EhrConsortium, PASSWORD, VALLEY } from './ehr-consortium.ts';
import { HospitalClient } from './hospital-client.ts';

const SUITE_TIMEOUT_MS = 240_000;
const MRN = '4711';
const CONTENT = { resourceType: 'Observation', status: 'final', code: { text: 'blood pressure' } };
const FACILITY = { [CITY]: 'city-hospital-main', [VALLEY]: 'valley-hospital-main' };
const treatment = (mspId: typeof CITY | typeof VALLEY) => ({
  purpose: 'TREAT',
  place: { facility: FACILITY[mspId], zone: 'clinical' },
});

describeFabric('a hospital whose machine is lost', (binaries) => {
  let consortium: EhrConsortium;
  let nodes: EntryPoint | undefined;
  const at = (...parts: string[]) => path.join(consortium.folder, ...parts);
  const client = (mspId: string, username: string) => new HospitalClient(consortium.urlOf(mspId), username);

  beforeAll(async () => {
    consortium = await EhrConsortium.start(binaries);
  }, SUITE_TIMEOUT_MS);
  afterAll(async () => {
    if (consortium === undefined) return; // it has stopped what it had started
    const databases = [at('gateways', 'city-hospital', 'postgres'), at('machine', 'gateway', 'postgres')];
    await consortium.supervisor.stop(`gateway.${CITY}`);
    await nodes?.stop();
    for (const folder of databases) removePostgresData(folder);
    await consortium.close();
  }, SUITE_TIMEOUT_MS);

  /** The command as an operator runs it. */
  const medquorum = async (...args: readonly string[]) => {
    const run = new EntryPoint('medquorum.mjs', args);
    return { status: await run.exit(), output: run.output };
  };
  const flags = (settings: Readonly<Record<string, string>>) =>
    Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const practitioner = async (mspId: string, role: string) => {
    const admin = client(mspId, 'admin');
    await admin.logIn();
    const account = { username: role, password: PASSWORD, role };
    expect(await admin.post('/practitioners', { roles: [{ role }], account })).toMatchObject({ status: 201 });
    const found = client(mspId, role);
    expect(await found.logIn()).toBe(200);
    return found;
  };
  /** What a member of the collection reads from its own peer, and from no other's. */
  const privateVersion = async (keys: string, recordId: string) => {
    const { organizations } = connectionFile(consortium.topology, keys, { engine: 'fabric', endpoints: new Map() });
    const own = organizations.find(({ mspId }) => mspId === CITY);
    if (own === undefined) throw new Error('no connection');
    const { gateway, close } = await connectGateway(own);
    try {
      const contract = gateway.getNetwork(consortium.topology.channel.name).getContract('ehr', 'record');
      const answer = await contract.evaluate('getPrivateVersion', {
        arguments: [recordId, '1'],
        endorsingOrganizations: [CITY],
      });
      return JSON.parse(Buffer.from(answer).toString()) as unknown;
    } finally {
      close();
    }
  };

  it(
    'comes back from its backup with everything that was its own, and what the others have committed since',
    async () => {
      const clinician = await practitioner(CITY, 'clinician');
      const valley = await practitioner(VALLEY, 'clinician');
      const patient = String((await clinician.post('/patients', { wallet: 'custodial', mrn: MRN })).body.pseudonym);
      for (const hospital of [clinician, valley])
        expect(await hospital.post(`/patients/${patient}/care-relations`, { relation: 'treatment' })).toMatchObject({
          status: 201,
        });
      const request = { patient, content: CONTENT };
      const written = await clinician.post('/records', request, { 'idempotency-key': 'visit-1' });
      expect(written).toMatchObject({ status: 201 });
      const recordId = String(written.body.recordId);
      const segregated = await clinician.post('/records', {
        patient,
        class: 'segregated',
        header: { confidentiality: 'R', labels: ['PSY'] },
        content: { resourceType: 'Condition', subject: { reference: `Patient/${patient}` } },
      });
      expect(segregated).toMatchObject({ status: 201 });
      const hiddenId = String(segregated.body.recordId);
      const isActive = async (by: HospitalClient, id: string) =>
        (await by.get(`/records/${id}`)).body.standing === 'active' ? true : undefined;
      await until('the record is active', () => isActive(clinician, recordId));
      const hidden = await privateVersion(at('keys'), hiddenId);
      expect(hidden).toMatchObject({ patient, header: { labels: ['PSY'] } });

      // One command saves the peer, the gateway and, apart from them, all keys, while everything runs.
      const network = ['--topology', at('consortium.json'), '--data', at('data'), '--keys', at('keys')];
      const create = [
        'backup',
        'create',
        '--org',
        'city-hospital',
        '--out',
        at('saved'),
        '--keys-out',
        at('saved-keys'),
      ];
      const settings = flags(await consortium.gatewaySettings(CITY));
      const dry = await medquorum(...create, ...network, '--dry-run', '--', ...settings);
      expect(dry).toMatchObject({ status: 0, output: expect.stringMatching(/would save \d+ ciphertexts, \d+ bytes/) });
      const created = await medquorum(...create, ...network, '--', ...settings);
      expect(created).toMatchObject({ status: 0, output: expect.stringMatching(/saved as of block \d+/) });
      expect((await readdir(at('saved'))).sort()).toEqual(['backup.json', 'gateway', 'snapshot']);

      // What comes after the backup: a record whose key is nowhere else, and a consent given at the other hospital.
      const late = await clinician.post('/records', request, { 'idempotency-key': 'visit-2' });
      expect(late).toMatchObject({ status: 201 });
      const lateId = String(late.body.recordId);
      const elsewhere = await valley.post('/records', { patient, content: CONTENT });
      expect(elsewhere).toMatchObject({ status: 201 });
      await until('the late record is active', () => isActive(valley, lateId));

      // The machine is lost: ledger, database, content, keys.
      for (const name of [`gateway.${CITY}`, `chaincode.${CITY}`, 'peer0.city-hospital'])
        await consortium.supervisor.stop(name);
      await rm(at('data', 'network', 'peers', 'peer0.city-hospital'), { recursive: true });
      await rm(at('keys', 'city-hospital', 'private'), { recursive: true });
      removePostgresData(path.join(consortium.place(CITY).data, 'postgres'));
      await rm(consortium.place(CITY).data, { recursive: true });

      const machine = {
        data: at('machine', 'gateway'),
        keys: at('machine-keys'),
        topologyFile: at('machine', 'network', 'restored', 'topology.json'),
      };
      const own = ['--data', at('machine', 'network'), '--keys', machine.keys];
      const restored = flags(await consortium.gatewaySettings(CITY, machine));
      await cp(at('saved'), at('damaged'), { recursive: true });
      await appendFile(at('damaged', 'gateway', 'database', 'account.sealed'), 'x');
      const restore = (from: string, ...more: string[]) =>
        medquorum(
          'backup',
          'restore',
          '--from',
          from,
          '--keys-from',
          at('saved-keys'),
          ...own,
          ...more,
          '--',
          ...restored,
        );
      expect(await restore(at('damaged'))).toMatchObject({
        status: 1,
        output: expect.stringMatching(/MQ_BACKUP_DAMAGED: .*account\.sealed/),
      });
      expect(await restore(at('saved'), '--dry-run')).toMatchObject({
        status: 0,
        output: expect.stringMatching(/would restore the gateway of CityHospitalMSP .*2 ciphertexts/),
      });
      const put = await restore(at('saved'));
      expect(put).toMatchObject({
        status: 0,
        output: expect.stringContaining(
          '2 of 2 versions of own records are here and their keys open them; 2 of 2 signing keys',
        ),
      });
      expect(await restore(at('saved'))).toMatchObject({
        status: 1,
        output: expect.stringContaining('MQ_RESTORE_NOT_EMPTY'),
      });

      // Until it has read what was committed since, the gateway answers nobody.
      const port = consortium.organization(CITY).gatewayPort ?? 0;
      const starting = consortium.startGateway(CITY, machine);
      starting.catch(() => {});
      await until('the gateway waits', async () =>
        consortium.log(`gateway.${CITY}`).includes('waiting for the ledger: the peer must have') ? true : undefined,
      );
      expect(await acceptsConnections('127.0.0.1', port)).toBe(false);
      const [, snapshot = ''] = /--snapshot (\S+)/.exec(put.output) ?? [];
      const elsewhereNetwork = ['--topology', machine.topologyFile, ...own];
      nodes = new EntryPoint('medquorum.mjs', [
        'node',
        'up',
        '--org',
        CITY,
        '--snapshot',
        snapshot,
        ...elsewhereNetwork,
      ]);
      await nodes.said('peer0.city-hospital ready');
      await consortium.startChaincode(CITY);
      expect(
        await medquorum('chaincode', 'install', '--org', CITY, '--no-chaincode-tls', ...elsewhereNetwork),
      ).toMatchObject({ status: 0 });
      await starting;

      // Everything that was its own.
      const back = client(CITY, 'clinician');
      expect(await back.logIn()).toBe(200);
      expect((await back.post('/patients/lookup', { mrn: MRN })).body).toEqual({ pseudonym: patient });
      expect(await back.post(`/records/${recordId}/read`, treatment(CITY))).toMatchObject({
        status: 200,
        body: { content: CONTENT },
      });
      const repeated = await back.post('/records', request, { 'idempotency-key': 'visit-1' });
      expect(repeated).toMatchObject({ status: 201, body: { recordId, txId: written.body.txId } });

      // What was committed since: known from the ledger. The late record's ciphertext and key are lost, and that is told.
      const { records } = (await back.get(`/records?patient=${patient}&limit=10`)).body as {
        records: { recordId: string }[];
      };
      expect(new Set(records.map((record) => record.recordId))).toEqual(
        new Set([recordId, lateId, String(elsewhere.body.recordId)]),
      );
      expect((await back.post(`/records/${lateId}/read`, treatment(CITY))).body).toMatchObject({
        code: 'MQ_CONTENT_NOT_FOUND',
      });
      expect(await medquorum('gateway', 'holdings', ...restored)).toMatchObject({
        status: 1,
        output: expect.stringMatching(
          new RegExp(`^MQ_CONTENT_NOT_FOUND: record ${lateId} version 1\\n2 of 3 versions`, 'm'),
        ),
      });

      // Private data comes from other members, and the peer endorses again.
      await until('the private version is back', async () => {
        expect(await privateVersion(machine.keys, hiddenId)).toEqual(hidden);
        return true;
      });
      const after = await back.post('/records', request, { 'idempotency-key': 'visit-3' });
      expect(after).toMatchObject({ status: 201 });
      await until('the new record is active', () => isActive(valley, String(after.body.recordId)));
      await until('both hospitals have the same last block', async () => {
        const [here, there] = [consortium.operator(machine.keys, at('machine', 'network')), consortium.operator()];
        const [city, other] = [consortium.organization(CITY), consortium.organization(VALLEY)];
        const heads = [
          await chainHead(here, { organization: city, peer: city.peers[0] }),
          await chainHead(there, { organization: other, peer: other.peers[0] }),
        ];
        return heads[0]?.blockHash === heads[1]?.blockHash ? true : undefined;
      });

      // The restored read model is what the chain says: projected anew from a peer that has all of it. The own one has not, and loses nothing.
      const refused = await medquorum('gateway', 'rebuild', ...restored);
      expect(refused).toMatchObject({
        status: 1,
        output: expect.stringContaining('MQ_LEDGER_UNAVAILABLE: the peer does not give block 0'),
      });
      const { host, peers } = consortium.organization(VALLEY);
      const otherPeer = {
        'ledger.peerEndpoint': `${host}:${peers[0].port}`,
        'ledger.tlsRootCert': path.join(machine.keys, 'valley-hospital', 'public', 'msp', 'tlscacerts', 'tlsca.pem'),
      };
      await consortium.supervisor.stop(`gateway.${CITY}`);
      const rebuilt = await medquorum('gateway', 'rebuild', ...restored, ...flags(otherPeer));
      expect(rebuilt).toMatchObject({ status: 0, output: expect.stringMatching(/digest [0-9a-f]{64}, as before/) });
      expect(await readFile(machine.topologyFile, 'utf8')).toContain(CITY);
    },
    SUITE_TIMEOUT_MS,
  );
});
