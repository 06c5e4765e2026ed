import { randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import type { SigningIdentity } from '../../msp/signing-identity.ts';
import { blockHeaderBytes } from '../../protocol/block-header.ts';

const NONCE_BYTES = 24;

/**
 * `common.Metadata` bytes for the SIGNATURES slot of a block: the orderer signs value, signature header and block header.
 * `lastConfigBlock`: number of the block with the configuration in force.
 */
export function signBlock(
  block: Readonly<{ number: number; previousHash: Uint8Array; dataHash: Uint8Array }>,
  lastConfigBlock: number,
  orderer: SigningIdentity,
): Uint8Array {
  const lastConfig = new common.LastConfig();
  lastConfig.setIndex(lastConfigBlock);
  const ordererMetadata = new common.OrdererBlockMetadata();
  ordererMetadata.setLastConfig(lastConfig);
  const value = ordererMetadata.serializeBinary();
  const header = new common.SignatureHeader();
  header.setCreator(orderer.serialized);
  header.setNonce(randomBytes(NONCE_BYTES));
  const headerBytes = header.serializeBinary();
  const signature = new common.MetadataSignature();
  signature.setSignatureHeader(headerBytes);
  signature.setSignature(
    orderer.sign(
      Buffer.concat([value, headerBytes, blockHeaderBytes(block.number, block.previousHash, block.dataHash)]),
    ),
  );
  const metadata = new common.Metadata();
  metadata.setValue(value);
  metadata.addSignatures(signature);
  return metadata.serializeBinary();
}
