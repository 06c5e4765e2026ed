/**
 * Re-encryption fragments: what a delegator gives each authority. Source: threshold-pre.md section 6, names as there.
 */
import {
  decodeNonZeroScalarL,
  decodePoint,
  decodeScalarL,
  encodePoint,
  encodeScalarL,
  evaluatePolynomial,
  Fl,
  HL,
  hashToGroup,
  isIdentity,
  mul,
  mulPublic,
  RISTRETTO_BASE,
  type RistrettoPoint,
  type RistrettoScalar,
  randomScalarL,
} from '../arithmetic/ristretto255.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, equalBytes, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { orUndefined } from '../errors/or-undefined.ts';
import { hpkeOpen, hpkeSeal } from '../keys/hpke.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { type Grant, grantContext } from './grant.ts';

export const FRAGMENT_BYTES = 196;
const MAGIC = utf8('MQK1');
const ID_BYTES = 32;
/** Draws of the ephemeral key before the source is taken for broken; each fails with probability 2^-252. */
const MAX_DRAWS = 8;

/** Second generator U of section 2. Nobody knows its logarithm. */
export const U: RistrettoPoint = hashToGroup(utf8('U'), 'MEDQUORUM-V1-TPRE-U-ristretto255_XMD:SHA-512_R255MAP_RO_');

/** Public keys of a grant, 32 bytes each: delegator A, delegatee B. */
export type GrantParties = Readonly<{ delegator: Uint8Array; delegatee: Uint8Array }>;

/** The part of a fragment that stands on the ledger and in every result. */
export type FragmentPublicPart = Readonly<{
  id: Uint8Array;
  XA: RistrettoPoint;
  U1: RistrettoPoint;
  z1: RistrettoScalar;
  z2: RistrettoScalar;
}>;
export type Fragment = FragmentPublicPart & Readonly<{ rk: RistrettoScalar }>;

/**
 * One secret fragment of 196 bytes per authority, in the order of their names.
 * @param a delegating secret of the label, with `delegator = a*G`
 * @throws CryptoError MQ_CRYPTO_ARGUMENT where the number of names is not n, a name repeats, or a does not belong to the
 *   delegator; DecodingError for keys that do not decode
 */
export function rekey(
  a: RistrettoScalar,
  { delegator, delegatee }: GrantParties,
  grant: Grant,
  authorities: readonly string[],
  random: RandomSource = systemRandom,
): Uint8Array[] {
  const ctx = grantContext(grant);
  if (authorities.length !== grant.n || new Set(authorities).size !== grant.n) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'the authorities are not n distinct names');
  }
  const [A, B] = [decodePoint(delegator, 'delegator'), decodePoint(delegatee, 'delegatee')];
  if (!mul(a, RISTRETTO_BASE).equals(A)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', "secret is not the delegator's");
  const { XA, d } = ephemeralKey(B, ctx, random);
  const f = [Fl.mul(a, Fl.inv(d)), ...Array.from({ length: grant.t - 1 }, () => randomScalarL(random))];
  const D = evaluationSecret(delegator, delegatee, mul(a, B), ctx);
  return authorities.map((authority) => {
    const id = random.bytes(ID_BYTES);
    const y = randomScalarL(random);
    const rk = evaluatePolynomial(f, HL('TPRE-H5', id, encodeScalarL(D)));
    const U1 = encodePoint(mul(rk, U));
    const Y = encodePoint(mul(y, RISTRETTO_BASE));
    const z1 = HL('TPRE-H4', Y, id, delegator, delegatee, U1, XA, authority, ctx);
    const z2 = Fl.sub(y, Fl.mul(a, z1));
    return concatBytes(MAGIC, id, encodeScalarL(rk), XA, U1, encodeScalarL(z1), encodeScalarL(z2));
  });
}

/**
 * VerifyFragment, by the authority that receives it. False for anything malformed. That all fragments lie on one
 * polynomial shows only at the delegatee.
 * @param ledgerPart public part of this fragment in the ledger grant: an authority keeps no fragment that differs from it
 */
export function verifyFragment(
  fragment: Uint8Array,
  parties: GrantParties,
  authority: string,
  grant: Grant,
  ledgerPart?: Uint8Array,
): boolean {
  if (ledgerPart !== undefined && !equalBytes(fragmentPublicPart(fragment), ledgerPart)) return false;
  const decoded = orUndefined(() => ({ ...decodeFragment(fragment), ctx: grantContext(grant) }));
  if (decoded === undefined) return false;
  return mul(decoded.rk, U).equals(decoded.U1) && verifyDelegation(decoded, parties, authority, decoded.ctx);
}

/** Fields of a fragment for the ledger: `id || XA || U1 || z1 || z2`, 160 bytes. */
export const fragmentPublicPart = (fragment: Uint8Array): Uint8Array =>
  concatBytes(fragment.subarray(4, 36), fragment.subarray(68));

/**
 * The delegator's signature of section 6 over a public part: `Y = z2*G + z1*A` and the hash that gives z1.
 * Keys that do not decode make it false.
 */
export function verifyDelegation(
  { id, XA, U1, z1, z2 }: FragmentPublicPart,
  { delegator, delegatee }: GrantParties,
  authority: string,
  ctx: Uint8Array,
): boolean {
  const keys = decodedOrUndefined(() => ({
    A: decodePoint(delegator, 'delegator'),
    B: decodePoint(delegatee, 'delegatee'),
  }));
  if (keys === undefined) return false;
  const Y = mulPublic(z2, RISTRETTO_BASE).add(mulPublic(z1, keys.A));
  if (isIdentity(Y)) return false;
  const hash = [encodePoint(Y), id, delegator, delegatee, encodePoint(U1), encodePoint(XA), authority, ctx];
  return HL('TPRE-H4', ...hash) === z1;
}

/**
 * @throws DecodingError
 */
export function decodeFragment(fragment: Uint8Array): Fragment {
  const reader = new ByteReader(fragment);
  reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');
  const id = reader.take(ID_BYTES, 'id');
  const rk = reader.take(32, 'rk');
  const rest = readPublicPoints(reader);
  reader.end();
  return { id, rk: decodeNonZeroScalarL(rk, 'rk'), ...decodePublicPoints(rest) };
}

/** The encoded XA, U1, z1, z2 that fragments and results share. */
export const readPublicPoints = (reader: ByteReader) => ({
  XA: reader.take(32, 'XA'),
  U1: reader.take(32, 'U1'),
  z1: reader.take(32, 'z1'),
  z2: reader.take(32, 'z2'),
});

/** @throws DecodingError */
export const decodePublicPoints = ({
  XA,
  U1,
  z1,
  z2,
}: ReturnType<typeof readPublicPoints>): Omit<FragmentPublicPart, 'id'> => ({
  z1: decodeScalarL(z1, 'z1'),
  z2: decodeScalarL(z2, 'z2'),
  XA: decodePoint(XA, 'XA'),
  U1: decodePoint(U1, 'U1'),
});

/** Seals a fragment to its authority (HPKE), bound to its name and the grant. */
export const sealFragment = (
  fragment: Uint8Array,
  authority: string,
  grant: Grant,
  recipient: Uint8Array,
  random: RandomSource = systemRandom,
): Uint8Array => hpkeSeal(recipient, fragmentInfo(authority, grant), new Uint8Array(), fragment, random);

/** The fragment, or undefined where key, name or grant differ. Verify it before keeping it. */
export const openFragment = (
  sealed: Uint8Array,
  authority: string,
  grant: Grant,
  recipientSecret: Uint8Array,
): Uint8Array | undefined => hpkeOpen(recipientSecret, fragmentInfo(authority, grant), new Uint8Array(), sealed);

/** `D`, the hash from which evaluation points follow: only delegator and delegatee know it. */
export const evaluationSecret = (
  delegator: Uint8Array,
  delegatee: Uint8Array,
  shared: RistrettoPoint,
  ctx: Uint8Array,
): RistrettoScalar => HL('TPRE-H6', delegator, delegatee, encodePoint(shared), ctx);

/** `XA` and `d = HL("TPRE-H3", XA, B, xA*B, ctx)`, drawn again where d = 0. */
function ephemeralKey(B: RistrettoPoint, ctx: Uint8Array, random: RandomSource) {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const xA = randomScalarL(random);
    const XA = encodePoint(mul(xA, RISTRETTO_BASE));
    const d = HL('TPRE-H3', XA, encodePoint(B), encodePoint(mul(xA, B)), ctx);
    if (d !== 0n) return { XA, d };
  }
  throw new CryptoError('MQ_CRYPTO_RANDOM', 'no ephemeral key can be drawn');
}

const fragmentInfo = (authority: string, grant: Grant): Uint8Array =>
  concatBytes(lp('MEDQUORUM-V1-TPRE-FRAGMENT'), lp(authority), grantContext(grant));
