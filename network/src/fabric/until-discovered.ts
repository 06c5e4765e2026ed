import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { discovery, peer as peerProtos } from '@hyperledger/fabric-protos';
import { SigningIdentity } from '../msp/signing-identity.ts';
import type { TopologyOrganization, TopologyPeer } from '../topology/topology.ts';
import { FabricError } from './fabric-error.ts';
import type { FabricMaterial } from './fabric-material.ts';

/** Peers publish what changed every four seconds; on one machine this is ample. */
const TIMEOUT_MS = 60_000;
const POLL_MS = 200;
const CALL_TIMEOUT_MS = 5_000;

export type DiscoveringPeer = Readonly<{ organization: TopologyOrganization; peer: TopologyPeer }>;
export type Discovery = Readonly<{
  channel: string;
  chaincode: string;
  /** Peers that have the chaincode's package, over all organisations. */
  expected: number;
  material: FabricMaterial;
  timeoutMs?: number;
  /** Once it is aborted it is no longer waited. */
  signal?: AbortSignal | undefined;
}>;

/**
 * Waits until a peer has heard, by gossip, of every peer that endorses a chaincode: until then its gateway service refuses transactions
 * (`no combination of peers can be derived`). Chaincode processes need not run.
 * @throws FabricError `MQ_FABRIC_PEERS_APART` after the time-out, a minute by default; AbortError when the signal is given
 */
export async function untilDiscovered({ organization, peer }: DiscoveringPeer, wanted: Discovery): Promise<void> {
  const { mspId } = organization;
  const { material, expected, timeoutMs = TIMEOUT_MS, signal } = wanted;
  const client = new Client(
    `${peer.host ?? organization.host}:${peer.port}`,
    credentials.createSsl(readFileSync(material.tlsRoot(mspId))),
    { 'grpc.ssl_target_name_override': `${peer.name}.${organization.domain}` },
  );
  const { msp } = material.admin(mspId);
  const request = endorsersRequest(wanted, new SigningIdentity(mspId, read(msp.certificate), read(msp.key)));
  const deadline = performance.now() + timeoutMs;
  try {
    for (;;) {
      const known = await endorsersKnown(client, request);
      if (known >= expected) return;
      if (performance.now() > deadline) {
        const where = `${peer.name} of ${mspId} knows ${known} of the ${expected} peers that endorse ${wanted.chaincode}`;
        throw new FabricError(
          'MQ_FABRIC_PEERS_APART',
          `${where}: see that every peer runs and that they reach each other's ports, then start again`,
        );
      }
      await delay(POLL_MS, undefined, { signal });
    }
  } finally {
    client.close();
  }
}

const read = (file: string) => readFileSync(file, 'utf8');

/** A `discovery.SignedRequest` for who can endorse a chaincode. */
function endorsersRequest({ channel, chaincode }: Discovery, signer: SigningIdentity): Buffer {
  const call = new peerProtos.ChaincodeCall();
  call.setName(chaincode);
  const interest = new peerProtos.ChaincodeInterest();
  interest.setChaincodesList([call]);
  const chaincodeQuery = new discovery.ChaincodeQuery();
  chaincodeQuery.setInterestsList([interest]);
  const query = new discovery.Query();
  query.setChannel(channel);
  query.setCcQuery(chaincodeQuery);
  const authentication = new discovery.AuthInfo();
  authentication.setClientIdentity(signer.serialized);
  const request = new discovery.Request();
  request.setAuthentication(authentication);
  request.setQueriesList([query]);
  const signed = new discovery.SignedRequest();
  const payload = request.serializeBinary();
  signed.setPayload(payload);
  signed.setSignature(signer.sign(payload));
  return Buffer.from(signed.serializeBinary());
}

/** None where the peer has no plan for the chaincode yet, or does not answer yet. */
function endorsersKnown(client: Client, request: Buffer): Promise<number> {
  const asIs = (bytes: Buffer) => bytes;
  const options = { deadline: Date.now() + CALL_TIMEOUT_MS };
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/discovery.Discovery/Discover',
      asIs,
      asIs,
      request,
      new Metadata(),
      options,
      (error, answer) => {
        if (error !== null || answer === undefined) return resolve(0);
        const [result] = discovery.Response.deserializeBinary(answer).getResultsList();
        const [plan] = result?.getCcQueryRes()?.getContentList() ?? [];
        const identities = new Set<string>();
        plan?.getEndorsersByGroupsMap().forEach((group: discovery.Peers) => {
          for (const known of group.getPeersList()) identities.add(known.getIdentity_asB64());
        });
        resolve(identities.size);
      },
    );
  });
}
