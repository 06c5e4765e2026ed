import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { discovery } from '@hyperledger/fabric-protos';
import { generateMaterial } from '../pki/generate-material.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { FabricMaterial } from './fabric-material.ts';
import { type DiscoveringPeer, type Discovery, untilDiscovered } from './until-discovered.ts';

const MANY_ANSWERS = 1000;

describe('untilDiscovered', () => {
  let folder: string;
  let server: Server;
  let peer: DiscoveringPeer;
  let wanted: Discovery;
  /** How many endorsers the peer names next; it says nothing of the chaincode while there are none. */
  let answers: number[];
  const asked: discovery.Query[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'until-discovered-'));
    const topology = topologyFrom(topologyDraft());
    await generateMaterial(topology, folder);
    const material = new FabricMaterial(topology, folder);
    const { tls } = material.peer('AMSP', 'peer0');
    const [key, certificate] = await Promise.all([readFile(tls.key), readFile(tls.certificate)]);
    server = new Server();
    const asIs = (bytes: Buffer) => bytes;
    const method = {
      path: '/discovery.Discovery/Discover',
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    } as const;
    server.addService(
      { discover: method },
      {
        discover: ({ request }: { request: Buffer }, reply: (error: null, answer: Buffer) => void) => {
          const payload = discovery.SignedRequest.deserializeBinary(request).getPayload_asU8();
          asked.push(...discovery.Request.deserializeBinary(payload).getQueriesList());
          reply(null, answerWith(answers.shift() ?? 0));
        },
      },
    );
    const credentials = ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: certificate }]);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', credentials, (error, taken) => (error === null ? resolve(taken) : reject(error))),
    );
    const [organization] = topology.organizations;
    if (organization === undefined) throw new Error('no organisation');
    peer = { organization, peer: { ...organization.peers[0], port } };
    wanted = { channel: 'mychannel', chaincode: 'asset', expected: 2, material };
  });
  afterAll(async () => {
    server.forceShutdown();
    await rm(folder, { recursive: true });
  });

  it('waits until the peer has heard of every endorser of the chaincode', async () => {
    answers = [0, 1, 2, 2];
    await untilDiscovered(peer, wanted);
    expect(answers).toEqual([2]);
    const [query] = asked;
    expect(query?.getChannel()).toBe('mychannel');
    const [interest] = query?.getCcQuery()?.getInterestsList() ?? [];
    expect(interest?.getChaincodesList().map((call) => call.getName())).toEqual(['asset']);
  });

  it('names the peer that hears of too few, with what to do', async () => {
    answers = Array.from({ length: MANY_ANSWERS }, () => 1);
    await expect(untilDiscovered(peer, { ...wanted, timeoutMs: 1 })).rejects.toThrow(
      /^MQ_FABRIC_PEERS_APART: peer0 of AMSP knows 1 of the 2 peers that endorse asset: see that every peer runs/,
    );
  });

  it('waits no longer at the signal', async () => {
    answers = Array.from({ length: MANY_ANSWERS }, () => 1);
    const stopping = new AbortController();
    const waiting = untilDiscovered(peer, { ...wanted, signal: stopping.signal });
    stopping.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(answers).toHaveLength(MANY_ANSWERS - 1);
  });
});

/** The same peer stands in several groups when the policy names it twice. */
function answerWith(endorsers: number): Buffer {
  const result = new discovery.QueryResult();
  if (endorsers === 0) {
    const error = new discovery.Error();
    error.setContent('failed constructing descriptor');
    result.setError(error);
  } else {
    const plan = new discovery.EndorsementDescriptor();
    for (const group of ['G0', 'G1']) {
      const peers = new discovery.Peers();
      for (let index = 0; index < endorsers; index += 1) {
        const known = new discovery.Peer();
        known.setIdentity(Buffer.from(`peer${index}`));
        peers.addPeers(known);
      }
      plan.getEndorsersByGroupsMap().set(group, peers);
    }
    const content = new discovery.ChaincodeQueryResult();
    content.addContent(plan);
    result.setCcQueryRes(content);
  }
  const response = new discovery.Response();
  response.addResults(result);
  return Buffer.from(response.serializeBinary());
}
