import { DER_INTEGER, DER_SEQUENCE, readDer, readDerList, writeDer, writeDerInteger } from './der.ts';

/** Orders of the curves whose keys an MSP accepts (FIPS 186-4, D.1.2). */
const CURVE_ORDERS = new Map<string, bigint>([
  ['prime256v1', 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  ['secp384r1', 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n],
]);

/** Whether the S of a DER-encoded ECDSA signature is at most half the order of the curve, as Fabric demands. */
export function isLowS(signature: Uint8Array, curve: string): boolean {
  const order = CURVE_ORDERS.get(curve);
  const parts = readSignature(signature);
  return order !== undefined && parts !== undefined && parts.s > 0n && parts.s <= order / 2n;
}

/** The same signature with the smaller of the two valid values of S. */
export function toLowS(signature: Uint8Array, curve: string): Uint8Array {
  const order = CURVE_ORDERS.get(curve);
  const parts = readSignature(signature);
  if (order === undefined || parts === undefined || parts.s <= order / 2n) return signature;
  const s = (order - parts.s).toString(16);
  const sBytes = Buffer.from(s.length % 2 === 0 ? s : `0${s}`, 'hex');
  return writeDer(DER_SEQUENCE, writeDerInteger(parts.r), writeDerInteger(sBytes));
}

function readSignature(signature: Uint8Array): { r: Uint8Array; s: bigint } | undefined {
  try {
    const outer = readDer(signature);
    const [r, s, ...rest] = readDerList(outer.content);
    if (outer.tag !== DER_SEQUENCE || outer.raw.length !== signature.length || rest.length > 0) return undefined;
    if (r?.tag !== DER_INTEGER || s?.tag !== DER_INTEGER || s.content.length === 0) return undefined;
    if (((s.content[0] ?? 0) & 0x80) !== 0) return undefined;
    return { r: r.content, s: BigInt(`0x${Buffer.from(s.content).toString('hex')}`) };
  } catch {
    return undefined; // not DER: no signature at all
  }
}
