/** Blocks, sectors and blinding. Source: integrity-audit.md sections 4 and 5, names as there. */
import type { Bls12381, G1Point, Scalar } from '../arithmetic/arithmetic.ts';
import { decodeScalar, encodeScalar, Fr } from '../arithmetic/scalar.ts';
import { concatBytes, i2osp, lp, os2ip } from '../encoding/bytes.ts';
import { HS } from '../encoding/expand-message.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import { auditDst, sectorBases } from './bases.ts';
import { isSanitisable, type Manifest, SECTOR_BYTES } from './manifest.ts';

/** Bytes of a stored block. */
export const blockBytes = ({ s }: Pick<Manifest, 's'>): number => SECTOR_BYTES * s;

/**
 * The sectors of a block of 31 s bytes; a shorter last block is padded with zeros.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for more bytes
 */
export function sectorsOf({ s }: Pick<Manifest, 's'>, block: Uint8Array): Scalar[] {
  if (block.length > SECTOR_BYTES * s) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'block is too long');
  const padded = new Uint8Array(SECTOR_BYTES * s);
  padded.set(block);
  return Array.from({ length: s }, (_, j) => os2ip(padded.subarray(j * SECTOR_BYTES, (j + 1) * SECTOR_BYTES)));
}

/** The stored bytes of sectors that fit in 31 bytes, as all do that are not blinded. */
export function blockOf(sectors: readonly Scalar[]): Uint8Array {
  return concatBytes(...sectors.map((sector) => i2osp(sector, SECTOR_BYTES)));
}

/** Blinded sectors travel to the sanitiser as 32-byte scalars. */
export const encodeSectors = (sectors: readonly Scalar[]): Uint8Array => concatBytes(...sectors.map(encodeScalar));

/** @throws DecodingError */
export function decodeSectors({ s }: Pick<Manifest, 's'>, bytes: Uint8Array): Scalar[] {
  if (bytes.length !== 32 * s) throw new DecodingError('MQ_CRYPTO_LENGTH', 'not the sectors of one block');
  return Array.from({ length: s }, (_, j) => decodeScalar(bytes.subarray(32 * j, 32 * (j + 1)), 'sector'));
}

/** `m*[i][j] = m[i][j] + HS("AUDIT-BLIND", bk, mh, i, j)` for a sanitisable block: the sanitiser masks without reading. */
export const blindSectors = (mh: Uint8Array, bk: Uint8Array, i: number, sectors: readonly Scalar[]): Scalar[] =>
  sectors.map((m, j) => Fr.add(m, blindingOf(mh, bk, i, j)));

/**
 * The owner's way back.
 * @throws CryptoError MQ_CRYPTO_PROOF where a sector does not come out below 2^248: another key, block or version
 */
export function unblindSectors(mh: Uint8Array, bk: Uint8Array, i: number, blinded: readonly Scalar[]): Scalar[] {
  const sectors = blinded.map((m, j) => Fr.sub(m, blindingOf(mh, bk, i, j)));
  if (sectors.some((m) => m >= 1n << 248n)) throw new CryptoError('MQ_CRYPTO_PROOF', 'not blinded with this key');
  return sectors;
}

/** `H_i`: hash of block i's place, bound to the manifest. */
export function placePoint({ G1 }: Bls12381, mh: Uint8Array, manifest: Manifest, i: number): G1Point {
  const kind = Uint8Array.of(isSanitisable(manifest, i) ? 1 : 0);
  return G1.hashToCurve(concatBytes(lp(mh), i2osp(i, 4), kind), auditDst('BLK'));
}

/** The bases of a block: `u_san` if it is sanitisable, `u_fix` otherwise. */
export const basesOf = (arithmetic: Bls12381, manifest: Manifest, i: number): readonly G1Point[] =>
  sectorBases(arithmetic, isSanitisable(manifest, i) ? 'san' : 'fix', manifest.s);

const blindingOf = (mh: Uint8Array, bk: Uint8Array, i: number, j: number): Scalar =>
  HS('AUDIT-BLIND', bk, mh, i2osp(i, 4), i2osp(j, 2));
