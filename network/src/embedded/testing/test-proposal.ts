import { createHash, randomBytes } from 'node:crypto';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import type { SimulationRequest } from '../endorser/endorser.ts';
import { WireWriter } from '../wire/wire-writer.ts';

const ENDORSER_TRANSACTION = 3;

export type TestProposal = Omit<SimulationRequest, 'mspId'>;

/** A proposal on the official messages, unsigned: an endorser checks the signature before it simulates. */
export function testProposal(options: {
  channelId: string;
  chaincode: string;
  args: readonly (string | Uint8Array)[];
  creatorMspId: string;
  transient?: Readonly<Record<string, Uint8Array>>;
  nonce?: Uint8Array;
}): TestProposal {
  const { channelId, chaincode, creatorMspId, nonce = randomBytes(24) } = options;
  const args = options.args.map((arg) => Buffer.from(arg));
  const identity = new msp.SerializedIdentity();
  identity.setMspid(creatorMspId);
  identity.setIdBytes(Buffer.from('-----BEGIN CERTIFICATE-----'));
  const creator = identity.serializeBinary();
  const txId = createHash('sha256').update(nonce).update(creator).digest('hex');

  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator);
  signatureHeader.setNonce(nonce);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(ENDORSER_TRANSACTION);
  channelHeader.setChannelId(channelId);
  channelHeader.setTxId(txId);
  const timestamp = new WireWriter().message(3, (w) => w.varint(1, Math.floor(Date.now() / 1000))).finish();
  const header = new common.Header();
  header.setSignatureHeader(signatureHeader.serializeBinary());
  header.setChannelHeader(Buffer.concat([channelHeader.serializeBinary(), timestamp]));

  const payload = new peer.ChaincodeProposalPayload();
  for (const [name, value] of Object.entries(options.transient ?? {})) payload.getTransientmapMap().set(name, value);
  payload.setInput(Buffer.from('not read by the chaincode'));
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature(Buffer.alloc(70, 1));
  return { channelId, txId, chaincode, args, creatorMspId, signedProposal: signed.serializeBinary() };
}
