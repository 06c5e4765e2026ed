import { DER_SEQUENCE, writeDer, writeDerInteger } from '../msp/der.ts';

const DER_OCTET_STRING = 0x04;

/** DER SEQUENCE {INTEGER number, OCTET STRING previous hash, OCTET STRING data hash}: what orderers sign and blocks link to. */
export function blockHeaderBytes(number: number, previousHash: Uint8Array, dataHash: Uint8Array): Uint8Array {
  const magnitude = Buffer.alloc(8);
  magnitude.writeBigUInt64BE(BigInt(number));
  return writeDer(
    DER_SEQUENCE,
    writeDerInteger(magnitude),
    writeDer(DER_OCTET_STRING, previousHash),
    writeDer(DER_OCTET_STRING, dataHash),
  );
}
