import { once } from 'node:events';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { common, gateway, orderer, peer } from '@hyperledger/fabric-protos';
import type { SigningIdentity } from '../../msp/signing-identity.ts';
import { channelHeaderAt } from '../../protocol/channel-header-at.ts';
import { computeTransactionId } from '../../protocol/transaction-id.ts';

const asIs = (bytes: Buffer): Buffer => bytes;

/** What to ask of `protos.Deliver`; every part can be got wrong on purpose. */
export type SeekWish = Readonly<{
  start?: number | 'oldest' | 'newest' | 'next';
  stop?: number | 'oldest' | 'newest';
  failIfNotReady?: boolean;
  channelId?: string;
  timeMs?: number;
  signature?: Uint8Array;
  data?: Uint8Array;
}>;

/** Calls services with hand-made bytes, as no well-behaved client does. */
export class RawClient {
  readonly #client: Client;
  readonly #signer: SigningIdentity;

  constructor(address: string, signer: SigningIdentity, channelCredentials = credentials.createInsecure()) {
    this.#client = new Client(address, channelCredentials);
    this.#signer = signer;
  }

  close(): void {
    this.#client.close();
  }

  /** The answer, or the error that came instead. */
  call(path: string, body: Uint8Array): Promise<Buffer | ServiceError> {
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(path, asIs, asIs, Buffer.from(body), new Metadata(), {}, (error, answer) =>
        resolve(error ?? answer ?? Buffer.alloc(0)),
      );
    });
  }

  /** Blocks until the status that ends the request. */
  async deliver(
    method: string,
    ...wishes: SeekWish[]
  ): Promise<{ responses: peer.DeliverResponse[]; statuses: number[] }> {
    const stream = this.#client.makeBidiStreamRequest(`/protos.Deliver/${method}`, asIs, asIs, new Metadata(), {});
    const responses: peer.DeliverResponse[] = [];
    const statuses: number[] = [];
    stream.on('data', (bytes: Buffer) => {
      const response = peer.DeliverResponse.deserializeBinary(bytes);
      if (response.getTypeCase() !== peer.DeliverResponse.TypeCase.STATUS) responses.push(response);
      else statuses.push(response.getStatus());
      if (statuses.length === wishes.length) stream.end();
    });
    for (const wish of wishes) stream.write(Buffer.from(this.#seek(wish)));
    await once(stream, 'status');
    return { responses, statuses };
  }

  #seek(wish: SeekWish): Uint8Array {
    const info = new orderer.SeekInfo();
    if (wish.start !== undefined) info.setStart(position(wish.start));
    if (wish.stop !== undefined) info.setStop(position(wish.stop));
    if (wish.failIfNotReady) info.setBehavior(orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY);
    const channelHeader = channelHeaderAt(wish.timeMs ?? Date.now());
    channelHeader.setChannelId(wish.channelId ?? 'mychannel');
    const signatureHeader = new common.SignatureHeader();
    signatureHeader.setCreator(this.#signer.serialized);
    signatureHeader.setNonce(Buffer.alloc(24, 1));
    const header = new common.Header();
    header.setChannelHeader(channelHeader.serializeBinary());
    header.setSignatureHeader(signatureHeader.serializeBinary());
    const payload = new common.Payload();
    payload.setHeader(header);
    payload.setData(wish.data ?? info.serializeBinary());
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    envelope.setSignature(wish.signature ?? this.#signer.sign(envelope.getPayload_asU8()));
    return envelope.serializeBinary();
  }

  /** A signed proposal to call a chaincode. */
  proposal(chaincode: string, ...args: string[]): peer.SignedProposal {
    const nonce = Buffer.alloc(24, 2);
    const chaincodeId = new peer.ChaincodeID();
    chaincodeId.setName(chaincode);
    const extension = new peer.ChaincodeHeaderExtension();
    extension.setChaincodeId(chaincodeId);
    const channelHeader = channelHeaderAt(Date.now());
    channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
    channelHeader.setChannelId('mychannel');
    channelHeader.setTxId(computeTransactionId(nonce, this.#signer.serialized));
    channelHeader.setExtension$(extension.serializeBinary());
    const signatureHeader = new common.SignatureHeader();
    signatureHeader.setCreator(this.#signer.serialized);
    signatureHeader.setNonce(nonce);
    const header = new common.Header();
    header.setChannelHeader(channelHeader.serializeBinary());
    header.setSignatureHeader(signatureHeader.serializeBinary());
    const input = new peer.ChaincodeInput();
    input.setArgsList(args.map((arg) => Buffer.from(arg)));
    const specification = new peer.ChaincodeSpec();
    specification.setChaincodeId(chaincodeId);
    specification.setInput(input);
    const invocation = new peer.ChaincodeInvocationSpec();
    invocation.setChaincodeSpec(specification);
    const payload = new peer.ChaincodeProposalPayload();
    payload.setInput(invocation.serializeBinary());
    const proposal = new peer.Proposal();
    proposal.setHeader(header.serializeBinary());
    proposal.setPayload(payload.serializeBinary());
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(proposal.serializeBinary());
    signed.setSignature(this.#signer.sign(signed.getProposalBytes_asU8()));
    return signed;
  }

  /** Bytes of a signed request for chaincode events from a position of this kind. */
  eventsRequest(start: 'oldest' | 'newest'): Uint8Array {
    const request = new gateway.ChaincodeEventsRequest();
    request.setChannelId('mychannel');
    request.setChaincodeId('cc');
    request.setIdentity(this.#signer.serialized);
    request.setStartPosition(position(start));
    const signed = new gateway.SignedChaincodeEventsRequest();
    signed.setRequest(request.serializeBinary());
    signed.setSignature(this.#signer.sign(signed.getRequest_asU8()));
    return signed.serializeBinary();
  }
}

function position(where: number | 'oldest' | 'newest' | 'next'): orderer.SeekPosition {
  const seek = new orderer.SeekPosition();
  if (where === 'oldest') seek.setOldest(new orderer.SeekOldest());
  else if (where === 'newest') seek.setNewest(new orderer.SeekNewest());
  else if (where === 'next') seek.setNextCommit(new orderer.SeekNextCommit());
  else {
    const specified = new orderer.SeekSpecified();
    specified.setNumber(where);
    seek.setSpecified(specified);
  }
  return seek;
}
