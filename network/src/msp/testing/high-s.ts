import { DER_BIT_STRING, DER_SEQUENCE, readDer, readDerList, writeDer, writeDerInteger } from '../der.ts';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The P-256 signature with its other S: valid as mathematics goes, refused by Fabric. */
export function otherS(signature: Uint8Array): Uint8Array {
  const [r, s] = readDerList(readDer(signature).content);
  if (r === undefined || s === undefined) throw new RangeError('not a signature');
  const other = (ORDER - BigInt(`0x${Buffer.from(s.content).toString('hex')}`)).toString(16);
  const bytes = Buffer.from(other.length % 2 === 0 ? other : `0${other}`, 'hex');
  return writeDer(DER_SEQUENCE, writeDerInteger(r.content), writeDerInteger(bytes));
}

/** A certificate whose authority's signature has its other S. */
export function withOtherOuterS(certificateDer: Uint8Array): Uint8Array {
  const [tbs, algorithm, signature] = readDerList(readDer(certificateDer).content);
  if (tbs === undefined || algorithm === undefined || signature === undefined) throw new RangeError('no certificate');
  const rewritten = Buffer.concat([Buffer.from([0]), otherS(signature.content.subarray(1))]);
  return writeDer(DER_SEQUENCE, tbs.raw, algorithm.raw, writeDer(DER_BIT_STRING, rewritten));
}
