import { randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import type { SigningIdentity } from '../../msp/signing-identity.ts';
import { blockHeaderBytes } from '../../protocol/block-header.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { bftQuorum, type Consenter } from './consenters.ts';

const NONCE_BYTES = 24;

type Header = Readonly<{ number: number; previousHash: Uint8Array; dataHash: Uint8Array }>;

/**
 * `common.Metadata` bytes for the SIGNATURES slot of a block: the orderer signs value, signature header and block header.
 * `lastConfigBlock`: number of the block with the configuration in force.
 */
export function signBlock(block: Header, lastConfigBlock: number, orderer: SigningIdentity): Uint8Array {
  const metadata = new common.OrdererBlockMetadata();
  metadata.setLastConfig(lastConfig(lastConfigBlock));
  const value = metadata.serializeBinary();
  const header = new common.SignatureHeader();
  header.setCreator(orderer.serialized);
  header.setNonce(randomBytes(NONCE_BYTES));
  const signature = new common.MetadataSignature();
  signature.setSignatureHeader(header.serializeBinary());
  signature.setSignature(sign(orderer, value, header.serializeBinary(), block));
  return metadataOf(value, [signature]);
}

/** The same of a quorum of BFT orderers: each signature names its signer by number, and the value tells the view it was agreed in. */
export function signBftBlock(block: Header, lastConfigBlock: number, consenters: readonly Consenter[]): Uint8Array {
  const metadata = new common.OrdererBlockMetadata();
  metadata.setLastConfig(lastConfig(lastConfigBlock));
  metadata.setConsenterMetadata(viewMetadata(block.number));
  const value = metadata.serializeBinary();
  const signatures = consenters.slice(0, bftQuorum(consenters.length)).map(({ identity }, index) => {
    const header = new common.IdentifierHeader();
    header.setIdentifier(index + 1);
    header.setNonce(randomBytes(NONCE_BYTES));
    const signature = new common.MetadataSignature();
    signature.setIdentifierHeader(header.serializeBinary());
    signature.setSignature(sign(identity, value, header.serializeBinary(), block));
    return signature;
  });
  return metadataOf(value, signatures);
}

/** `smartbftprotos.ViewMetadata`: the first view lasts for ever here, and each of its decisions is a block. */
function viewMetadata(blockNumber: number): Uint8Array {
  const VIEW = 0;
  return new WireWriter().varint(1, VIEW).varint(2, blockNumber).varint(3, blockNumber).finish();
}

function lastConfig(blockNumber: number): common.LastConfig {
  const message = new common.LastConfig();
  message.setIndex(blockNumber);
  return message;
}

function sign(identity: SigningIdentity, value: Uint8Array, header: Uint8Array, block: Header): Uint8Array {
  const { number, previousHash, dataHash } = block;
  return identity.sign(Buffer.concat([value, header, blockHeaderBytes(number, previousHash, dataHash)]));
}

/** The SIGNATURES slot of the first block, which is made by whoever founds the channel and signed by nobody. */
export function unsignedFirstBlock(): Uint8Array {
  const metadata = new common.OrdererBlockMetadata();
  metadata.setLastConfig(lastConfig(0));
  return metadataOf(metadata.serializeBinary(), []);
}

function metadataOf(value: Uint8Array, signatures: common.MetadataSignature[]): Uint8Array {
  const metadata = new common.Metadata();
  metadata.setValue(value);
  metadata.setSignaturesList(signatures);
  return metadata.serializeBinary();
}
