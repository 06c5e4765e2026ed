import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import type { EmbeddedNetwork } from './embedded-network.ts';
import { BareNetwork } from './testing/bare-network.ts';
import { RawClient, type SeekWish } from './testing/raw-client.ts';

let bare: BareNetwork;
beforeAll(async () => {
  bare = await BareNetwork.prepare();
});

describe('starting a network', () => {
  it('refuses material that is marked production', async () => {
    const [first, ...rest] = bare.options.organizations;
    if (first === undefined) throw new Error('no organisation');
    const organizations = [{ ...first, environment: 'production' as const }, ...rest];
    await expect(bare.start({ organizations })).rejects.toMatchObject({ code: 'MQ_NETWORK_PRODUCTION' });
    const orderer = { ...bare.options.orderer, environment: 'production' as const };
    await expect(bare.start({ orderer })).rejects.toMatchObject({ code: 'MQ_NETWORK_PRODUCTION' });
  });

  it('refuses options that do not fit together', async () => {
    const [first] = bare.options.organizations;
    if (first === undefined) throw new Error('no organisation');
    await expect(bare.start({ organizations: [] })).rejects.toMatchObject({ code: 'MQ_NETWORK_OPTIONS' });
    await expect(bare.start({ organizations: [first, first] })).rejects.toMatchObject({ code: 'MQ_NETWORK_OPTIONS' });
    const chaincode = { name: 'cc', version: '1', endorsementPolicy: "OR('A.peer')", processes: { NoMSP: 'h:1' } };
    await expect(bare.start({ chaincodes: [chaincode] })).rejects.toMatchObject({ code: 'MQ_NETWORK_OPTIONS' });
    const unclear = { ...chaincode, endorsementPolicy: 'anybody', processes: {} };
    await expect(bare.start({ chaincodes: [unclear] })).rejects.toMatchObject({ code: 'MQ_POLICY_SYNTAX' });
    const dangling = { ...unclear, endorsementPolicy: '/Channel/Application/Nothing' };
    await expect(bare.start({ chaincodes: [dangling] })).rejects.toMatchObject({ code: 'MQ_POLICY_INVALID' });
  });

  it('names the organisation whose port is taken, and leaves nothing running', async () => {
    const network = await bare.start();
    const [first, second] = bare.options.organizations;
    if (first === undefined || second === undefined) throw new Error('no organisation');
    const organizations = [first, { ...second, port: network.endpoint('Org1MSP').port }];
    await expect(bare.start({ organizations })).rejects.toThrow(/MQ_NETWORK_PORT: Org2MSP cannot listen/);
    await expect(bare.start({ adminPort: network.endpoint('Org1MSP').port })).rejects.toMatchObject({
      code: 'MQ_NETWORK_PORT',
    });
    await network.close();
  });

  it('finds its ledger again', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'bare-network-'));
    const genesis = async (): Promise<Buffer> => {
      const network = await bare.start({ directory });
      const client = new RawClient(network.endpoint('Org1MSP').address, await bare.authority.signer());
      const { responses } = await client.deliver('Deliver', { start: 'oldest', stop: 'newest' });
      client.close();
      await network.close();
      expect(responses).toHaveLength(1);
      return Buffer.from(responses[0]?.getBlock()?.serializeBinary() ?? []);
    };
    expect(await genesis()).toEqual(await genesis());
    await rm(directory, { recursive: true });
  });

  it('asks for client certificates where it is told to', async () => {
    const { authority, options } = bare;
    const [first, ...rest] = options.organizations;
    if (first === undefined) throw new Error('no organisation');
    const { certificatePem, privateKeyPem } = await authority.issue({ name: 'tls' });
    const tls = { certificatePem, keyPem: privateKeyPem, clientCaPem: authority.certificatePem };
    const network = await bare.start({ organizations: [{ ...first, tls }, ...rest] });
    const { address } = network.endpoint('Org1MSP');
    const root = Buffer.from(authority.certificatePem);
    const anyName = { checkServerIdentity: () => undefined };
    const signer = await authority.signer();
    const own = await authority.issue({ name: 'client' });
    const [key, certificate] = [Buffer.from(own.privateKeyPem), Buffer.from(own.certificatePem)];
    const known = new RawClient(address, signer, credentials.createSsl(root, key, certificate, anyName));
    const unknown = new RawClient(address, signer, credentials.createSsl(root, null, null, anyName));
    const request = new gateway.EvaluateRequest();
    request.setProposedTransaction(known.proposal('qscc', 'GetChainInfo', 'mychannel'));
    expect(await known.call('/gateway.Gateway/Evaluate', request.serializeBinary())).toBeInstanceOf(Buffer);
    expect(await unknown.call('/gateway.Gateway/Evaluate', request.serializeBinary())).toMatchObject({
      code: status.UNAVAILABLE,
    });
    known.close();
    unknown.close();
    await network.close();
  });
});

describe('the services of an organisation', () => {
  let network: EmbeddedNetwork;
  let client: RawClient;
  beforeAll(async () => {
    network = await bare.start();
    client = new RawClient(network.endpoint('Org1MSP').address, await bare.authority.signer());
  });
  afterAll(async () => {
    client.close();
    await network.close();
  });

  it.each<[string, SeekWish, number]>([
    ['all there is', { start: 'oldest', stop: 'newest' }, 200],
    ['the newest alone', { start: 'newest', stop: 'newest' }, 200],
    ['the oldest alone', { start: 'oldest', stop: 'oldest' }, 200],
    ['a block far ahead', { start: 7, stop: 9 }, 404],
    ['the next block, which it is not to wait for', { start: 'next', stop: 9, failIfNotReady: true }, 404],
    ['more than there is, without waiting', { start: 0, stop: 9, failIfNotReady: true }, 404],
    ['no stop', { start: 0 }, 400],
    ['no start', { stop: 0 }, 400],
    ['a stop before the start', { start: 1, stop: 0 }, 400],
    ['with a bad signature', { start: 0, stop: 0, signature: Buffer.from('bad') }, 403],
    ['another channel', { start: 0, stop: 0, channelId: 'other' }, 404],
    ['with an old time stamp', { start: 0, stop: 0, timeMs: Date.now() - 16 * 60_000 }, 400],
    ['rubbish', { data: Buffer.from('hello') }, 400],
  ])('deliver: %s', async (_, wish, expected) => {
    expect((await client.deliver('DeliverFiltered', wish)).statuses).toEqual([expected]);
  });

  it('deliver: one request after the other on a stream', async () => {
    const wish = { start: 0, stop: 0 };
    const { responses, statuses } = await client.deliver('Deliver', wish, wish);
    expect([responses.length, statuses]).toEqual([2, [200, 200]]);
  });

  const request = <T extends { serializeBinary(): Uint8Array }>(message: T, fill: (message: T) => void): Uint8Array => {
    fill(message);
    return message.serializeBinary();
  };
  const commitStatus = (fill: (message: gateway.CommitStatusRequest) => void): Uint8Array =>
    request(new gateway.SignedCommitStatusRequest(), (signed) =>
      signed.setRequest(request(new gateway.CommitStatusRequest(), fill)),
    );
  const { INVALID_ARGUMENT, INTERNAL, UNIMPLEMENTED } = status;

  it.each<[string, string, () => Uint8Array, status, string]>([
    [
      'bytes that are no message',
      'Evaluate',
      () => Buffer.from('hello'),
      INTERNAL,
      'grpc: error unmarshalling request: proto: cannot parse invalid wire-format data',
    ],
    [
      'no proposal',
      'Evaluate',
      () => new Uint8Array(),
      INVALID_ARGUMENT,
      'failed to unpack transaction proposal: a signed proposal is required',
    ],
    [
      'no proposal',
      'Endorse',
      () => new Uint8Array(),
      INVALID_ARGUMENT,
      'the proposed transaction must contain a signed proposal',
    ],
    ['no transaction', 'Submit', () => new Uint8Array(), INVALID_ARGUMENT, 'a prepared transaction is required'],
    [
      'no signature',
      'Submit',
      () => request(new gateway.SubmitRequest(), (message) => message.setPreparedTransaction(new common.Envelope())),
      INVALID_ARGUMENT,
      'prepared transaction must be signed',
    ],
    ['nothing', 'CommitStatus', () => new Uint8Array(), INVALID_ARGUMENT, 'a commit status request is required'],
    [
      'no identity',
      'CommitStatus',
      () => commitStatus((message) => message.setTransactionId('x')),
      INVALID_ARGUMENT,
      'no identity provided',
    ],
    [
      'no channel',
      'CommitStatus',
      () => commitStatus((message) => message.setIdentity('aaaa')),
      INVALID_ARGUMENT,
      'no channel ID provided',
    ],
    ['nothing', 'ChaincodeEvents', () => new Uint8Array(), INVALID_ARGUMENT, 'a chaincode events request is required'],
    [
      'events from the oldest block',
      'ChaincodeEvents',
      () => client.eventsRequest('oldest'),
      INVALID_ARGUMENT,
      'invalid start position type: *orderer.SeekPosition_Oldest',
    ],
    [
      'events from the newest block',
      'ChaincodeEvents',
      () => client.eventsRequest('newest'),
      INVALID_ARGUMENT,
      'invalid start position type: *orderer.SeekPosition_Newest',
    ],
  ])('gateway: %s to %s', async (_, method, body, code, details) => {
    expect(await client.call(`/gateway.Gateway/${method}`, body())).toMatchObject({ code, details });
  });

  it('gateway: unknown methods', async () => {
    expect(await client.call('/gateway.Gateway/Nothing', new Uint8Array())).toMatchObject({ code: UNIMPLEMENTED });
  });

  it('endorser: answers and refuses as a peer', async () => {
    const ask = (signed: peer.SignedProposal) =>
      client.call('/protos.Endorser/ProcessProposal', signed.serializeBinary());
    const answer = await ask(client.proposal('qscc', 'GetChainInfo', 'mychannel'));
    const response = peer.ProposalResponse.deserializeBinary(answer as Buffer);
    expect(response.getResponse()?.getStatus()).toBe(200);
    expect(
      common.BlockchainInfo.deserializeBinary(
        response.getResponse()?.getPayload_asU8() ?? new Uint8Array(),
      ).getHeight(),
    ).toBe(1);
    expect(response.getEndorsement()?.getEndorser_asU8().length).toBeGreaterThan(0);
    const unsigned = client.proposal('cc', 'f');
    unsigned.setSignature('');
    const refused = (await ask(unsigned)) as ServiceError;
    expect([refused.code, refused.details]).toEqual([
      status.UNKNOWN,
      'error validating proposal: empty signature bytes',
    ]);
    const gone = peer.ProposalResponse.deserializeBinary((await ask(client.proposal('cc', 'f'))) as Buffer);
    expect(gone.getResponse()?.getStatus()).toBe(500);
    expect(gone.getResponse()?.getMessage()).toMatch(/could not launch chaincode/);
  });

  it('qscc: tells of blocks and transactions', async () => {
    const query = async (...args: string[]) => {
      const answer = await client.call(
        '/protos.Endorser/ProcessProposal',
        client.proposal('qscc', ...args).serializeBinary(),
      );
      const response = peer.ProposalResponse.deserializeBinary(answer as Buffer).getResponse();
      return {
        status: response?.getStatus(),
        message: response?.getMessage(),
        payload: response?.getPayload_asU8() ?? new Uint8Array(),
      };
    };
    const { payload } = await query('GetBlockByNumber', 'mychannel', '0');
    const filtered = await client.deliver('DeliverFiltered', { start: 0, stop: 0 });
    const txId = filtered.responses[0]?.getFilteredBlock()?.getFilteredTransactionsList()[0]?.getTxid() ?? '';
    expect(common.Block.deserializeBinary(payload).getHeader()?.getNumber()).toBe(0);
    expect((await query('GetBlockByTxID', 'mychannel', txId)).payload).toEqual(payload);
    const transaction = peer.ProcessedTransaction.deserializeBinary(
      (await query('GetTransactionByID', 'mychannel', txId)).payload,
    );
    expect(transaction.getValidationcode()).toBe(0);
    for (const args of [
      ['GetBlockByNumber', 'mychannel', '9'],
      ['GetBlockByNumber', 'mychannel', 'x'],
      ['GetTransactionByID', 'mychannel', 'x'],
      ['Nothing', 'mychannel', 'x'],
      ['GetChainInfo'],
    ]) {
      expect((await query(...args)).status).toBe(500);
    }
  });
});
