import { ServerCredentials } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { type Authority, authorityPem, createAuthority, issueCertificate } from '../../pki/authority.ts';
import { tlsExtensions } from '../../pki/certificate-profile.ts';
import { generateKeyPair, privateKeyPem } from '../../pki/key-pair.ts';
import type { ChaincodeConnection } from '../chaincode/chaincode-definition.ts';
import { chaincodeDirectory } from '../chaincode/chaincode-directory.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import { decodeReadWriteSet } from '../ledger/read-write-set-codec.ts';
import { answer, registration, type Script, ScriptedChaincode } from '../testing/scripted-chaincode.ts';
import { testProposal } from '../testing/test-proposal.ts';
import { createEndorser } from './create-endorser.ts';
import type { Endorser, Simulation } from './endorser.ts';

const { Type } = peer.ChaincodeMessage;
const READY_WITHIN_MS = 10_000;

/** What fabric-shim does not do, or not on purpose: batches, odd messages, hanging up, TLS. */
describe('endorser with a scripted chaincode', () => {
  let chaincode: ScriptedChaincode;
  let ledger: Ledger;
  let endorser: Endorser;

  const start = async (connection: Partial<ChaincodeConnection>, executeTimeoutMs = 2_000): Promise<void> => {
    const connections = new Map([['Org1MSP', { address: `127.0.0.1:${chaincode.port}`, ...connection }]]);
    const nothing = new Uint8Array(0);
    const definition = {
      name: 'cc',
      version: '1',
      sequence: 1,
      endorsementPolicy: nothing,
      collections: [],
      connections,
    };
    const definitions = chaincodeDirectory([definition], ['Org1MSP']);
    ledger = await openLedger({ directory: undefined, collections: definitions });
    endorser = createEndorser({ channelId: 'ch', ledger, definitions, executeTimeoutMs });
  };
  const simulate = (script?: Script, signal?: AbortSignal): Promise<Simulation> => {
    if (script !== undefined) chaincode.script = script;
    const proposal = testProposal({ channelId: 'ch', chaincode: 'cc', args: ['f'], creatorMspId: 'Org1MSP' });
    return endorser.simulate({ mspId: 'Org1MSP', ...proposal, ...(signal === undefined ? {} : { signal }) });
  };
  const ready = (): Promise<void> => endorser.ready(AbortSignal.timeout(READY_WITHIN_MS));

  beforeEach(async () => {
    chaincode = await ScriptedChaincode.start();
  });
  afterEach(async () => {
    await endorser.close();
    await ledger.close();
    chaincode.stop();
  });

  it('takes writes in a batch and reads several keys at once', async () => {
    await start({});
    await ready();
    const { results } = await simulate(async ({ ask }) => {
      const batch = new peer.WriteBatchState();
      const put = new peer.WriteRecord();
      put.setType(peer.WriteRecord.Type.PUT_STATE);
      put.setKey('a');
      put.setValue(Buffer.from('1'));
      const remove = new peer.WriteRecord();
      remove.setType(peer.WriteRecord.Type.DEL_STATE);
      remove.setKey('b');
      batch.setRecList([put, remove]);
      await ask(Type.WRITE_BATCH_STATE, batch.serializeBinary());
      const keys = new peer.GetStateMultiple();
      keys.setKeysList(['x', 'y']);
      const read = await ask(Type.GET_STATE_MULTIPLE, keys.serializeBinary());
      const values = peer.GetStateMultipleResult.deserializeBinary(read.getPayload_asU8());
      return answer(200, `${values.getValuesList().length}`);
    });
    const own = decodeReadWriteSet(results).find((set) => set.namespace === 'cc');
    expect(own?.writes.map(({ key, isDelete }) => [key, isDelete])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(own?.reads.map(({ key }) => key)).toEqual(['x', 'y']);
  });

  it('answers requests that cannot be read, or that nobody knows, with an error', async () => {
    await start({});
    await ready();
    const { response } = await simulate(async ({ ask }) => {
      const broken = await ask(Type.GET_STATE, Buffer.from('0affff', 'hex'));
      const unknown = await ask(99, new Uint8Array(0));
      const closed = await ask(Type.QUERY_STATE_NEXT, new Uint8Array(0));
      const texts = [broken, unknown, closed].map((message) => {
        expect(message.getType()).toBe(Type.ERROR);
        return Buffer.from(message.getPayload_asU8())
          .toString()
          .replace(/[0-9a-f]{64}/, 'TX');
      });
      return answer(200, JSON.stringify(texts));
    });
    expect(JSON.parse(Buffer.from(response.payload).toString())).toEqual([
      'GET_STATE failed: transaction ID: TX: unmarshal failed: unexpected end of message',
      '99 failed: transaction ID: TX: unknown request 99',
      'QUERY_STATE_NEXT failed: transaction ID: TX: query iterator not found',
    ]);
  });

  it('fails a transaction that the chaincode ends with ERROR', async () => {
    await start({});
    await ready();
    const failing = simulate(async ({ send }) => {
      send(Type.ERROR, Buffer.from('no stub'));
      return undefined;
    });
    await expect(failing).rejects.toMatchObject({
      code: 'SIMULATION_FAILED',
      message: 'error in simulation: transaction returned with failure: no stub',
    });
  });

  it('has no ledger for a transaction that timed out', async () => {
    await start({}, 100);
    await ready();
    const late = Promise.withResolvers<string>();
    const timedOut = Promise.withResolvers<void>();
    const running = simulate(async ({ ask }) => {
      await timedOut.promise;
      const refused = await ask(Type.GET_STATE, new Uint8Array(0));
      late.resolve(Buffer.from(refused.getPayload_asU8()).toString());
      return undefined;
    });
    await expect(running).rejects.toMatchObject({ code: 'CHAINCODE_TIMEOUT' });
    timedOut.resolve();
    expect(await late.promise).toMatch(/^GET_STATE failed: transaction ID: [0-9a-f]{64}: no ledger context$/);
  });

  it('lets the caller give up', async () => {
    await start({});
    await ready();
    const controller = new AbortController();
    const running = simulate(async () => {
      controller.abort();
      return undefined;
    }, controller.signal);
    await expect(running).rejects.toMatchObject({ code: 'SIMULATION_CANCELLED' });
  });

  it('connects again after the chaincode hung up', async () => {
    await start({});
    await ready();
    chaincode.script = async () => answer(200);
    const lost = simulate(async () => {
      chaincode.hangUp();
      return undefined;
    });
    await expect(lost).rejects.toMatchObject({ code: 'CHAINCODE_UNAVAILABLE' });
    expect((await simulate(async () => answer(200))).response.status).toBe(200);
  });

  it('does not take a process that does not register properly', async () => {
    chaincode.firstMessage = registration('');
    await start({});
    await expect(simulate()).rejects.toMatchObject({
      code: 'CHAINCODE_UNAVAILABLE',
      message: expect.stringContaining('could not launch chaincode cc'),
    });
    chaincode.firstMessage = registration('scripted:1');
    await ready();
  });

  it('refuses an unknown chaincode', async () => {
    await start({});
    const proposal = testProposal({ channelId: 'ch', chaincode: 'nosuchcc', args: [], creatorMspId: 'Org1MSP' });
    await expect(endorser.simulate({ mspId: 'Org1MSP', ...proposal })).rejects.toMatchObject({
      code: 'CHAINCODE_UNKNOWN',
    });
  });

  describe('over TLS', () => {
    type Certificate = { certificate: string; key: string };
    const issue = async (authority: Authority, name: string): Promise<Certificate> => {
      const keys = await generateKeyPair();
      const certificate = await issueCertificate(authority, {
        subject: [{ CN: [name] }],
        publicKey: keys.publicKey,
        extensions: tlsExtensions(['chaincode.example']),
        nowMs: Date.now(),
      });
      return { certificate: certificate.toString('pem'), key: privateKeyPem(keys) };
    };
    const newAuthority = (commonName: string): Promise<Authority> =>
      createAuthority({ commonName, organization: 'Org1', environment: 'development' }, Date.now());

    it('shows its certificate to a chaincode that asks for one', async () => {
      const [authority, stranger] = [await newAuthority('tls'), await newAuthority('other')];
      const server = await issue(authority, 'server');
      chaincode.stop();
      chaincode = await ScriptedChaincode.start(
        ServerCredentials.createSsl(
          Buffer.from(authorityPem(authority).certificate),
          [{ private_key: Buffer.from(server.key), cert_chain: Buffer.from(server.certificate) }],
          true,
        ),
      );
      const client = await issue(authority, 'client');
      const rootCertPem = authorityPem(authority).certificate;
      const tls = {
        rootCertPem,
        serverName: 'chaincode.example',
        clientCertPem: client.certificate,
        clientKeyPem: client.key,
      };
      await start({ tls });
      await ready();
      expect((await simulate(async () => answer(201))).response.status).toBe(201);
      await endorser.close();
      await ledger.close();

      const foreign = await issue(stranger, 'client');
      await start({ tls: { ...tls, clientCertPem: foreign.certificate, clientKeyPem: foreign.key } });
      await expect(simulate()).rejects.toMatchObject({ code: 'CHAINCODE_UNAVAILABLE' });
      await endorser.close();
      await ledger.close();

      await start({ tls: { ...tls, rootCertPem: authorityPem(stranger).certificate } });
      await expect(simulate()).rejects.toMatchObject({ code: 'CHAINCODE_UNAVAILABLE' });
    });
  });
});
