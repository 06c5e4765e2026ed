import { createHash } from 'node:crypto';
import type { common } from '@hyperledger/fabric-protos';
import { GatewayError } from '../gateway-error.ts';

/**
 * Hash of a block's header: SHA-256 of the DER sequence {number, previous hash, data hash}, as the next block names it.
 *
 * @returns lower-case hex
 */
export function blockHeaderHash(number: number, previousHash: Uint8Array, dataHash: Uint8Array): string {
  const body = Buffer.concat([derInteger(number), derOctets(previousHash), derOctets(dataHash)]);
  return createHash('sha256').update(der(0x30, body)).digest('hex');
}

/**
 * Checks that a block is the next of the chain and that its data is what its header says.
 *
 * @param expectedPrevious header hash of the block before it; undefined where none has been read yet
 * @returns the header hash of this block
 * @throws GatewayError `MQ_STATE_NOT_TRUSTED`
 */
export function checkBlock(block: common.Block, expectedNumber: number, expectedPrevious: string | undefined): string {
  const header = block.getHeader();
  const number = header?.getNumber() ?? -1;
  const previousHash = header?.getPreviousHash_asU8() ?? new Uint8Array();
  const dataHash = header?.getDataHash_asU8() ?? new Uint8Array();
  if (number !== expectedNumber) throw untrusted(`block ${number} came instead of ${expectedNumber}`);
  if (expectedPrevious !== undefined && Buffer.from(previousHash).toString('hex') !== expectedPrevious) {
    throw untrusted(`block ${number} does not follow the one before it`);
  }
  const data = createHash('sha256');
  for (const envelope of block.getData()?.getDataList_asU8() ?? []) data.update(envelope);
  if (!data.digest().equals(dataHash)) throw untrusted(`the data of block ${number} is not what its header says`);
  return blockHeaderHash(number, previousHash, dataHash);
}

function untrusted(reason: string): GatewayError {
  return new GatewayError('MQ_STATE_NOT_TRUSTED', reason);
}

function derInteger(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function derOctets(bytes: Uint8Array): Buffer {
  return der(0x04, Buffer.from(bytes));
}

/** Contents here stay below 128 bytes: 9 + 2 x 34. */
function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}
