/**
 * Re-encapsulation by authorities, verification by anyone, decapsulation by the delegatee.
 * Source: threshold-pre.md sections 7 to 9, names as there.
 */
import {
  decodePoint,
  decodeScalarL,
  encodePoint,
  encodeScalarL,
  Fl,
  HL,
  isIdentity,
  lagrangeAtZero,
  mul,
  mulPublic,
  RISTRETTO_BASE,
  RISTRETTO_IDENTITY,
  type RistrettoPoint,
  type RistrettoScalar,
  randomScalarL,
} from '../arithmetic/ristretto255.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, utf8 } from '../encoding/bytes.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { orUndefined } from '../errors/or-undefined.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { type Capsule, decodeCapsule } from './capsule.ts';
import {
  decodeFragment,
  decodePublicPoints,
  evaluationSecret,
  type FragmentPublicPart,
  type GrantParties,
  readPublicPoints,
  U,
  verifyDelegation,
} from './fragment.ts';
import { type Grant, grantContext } from './grant.ts';

export const RESULT_BYTES = 356;
const MAGIC = utf8('MQF1');

/** A result as an authority sent it, with the name it goes by in the grant. */
export type NamedResult = Readonly<{ authority: string; result: Uint8Array }>;
/**
 * Section 9, in the order of the checks. `BAD_KEY_POINT` is ours: the section lets decapsulation fail on an identity, which
 * only a crafted capsule gives, without naming the error.
 */
export type DecapsulateError = 'TOO_FEW' | 'BAD_FRAGMENT' | 'WRONG_KEY' | 'MIXED' | 'DUPLICATE' | 'BAD_KEY_POINT';
/** `result`: position of the result at fault, for `BAD_FRAGMENT`: its authority can be named, and another asked. */
export type Decapsulated =
  | Readonly<{ valid: true; keyPoint: Uint8Array }>
  | Readonly<{ valid: false; error: DecapsulateError; result?: number }>;

type Result = FragmentPublicPart &
  Readonly<Record<'E1' | 'V1' | 'E2' | 'V2' | 'U2', RistrettoPoint> & { rho: RistrettoScalar }>;

/**
 * An authority's result for one capsule, 356 bytes. The caller has checked the ledger: grant active, epoch current,
 * requester the delegatee, record under the label; and has logged the request.
 * @throws DecodingError for a capsule or fragment that fails its checks
 */
export function reencapsulate(
  capsule: Uint8Array,
  fragment: Uint8Array,
  grant: Grant,
  random: RandomSource = systemRandom,
): Uint8Array {
  const ctx = grantContext(grant);
  const { E, V } = decodeCapsule(capsule);
  const { rk } = decodeFragment(fragment);
  const [id, XA, U1] = [fragment.subarray(4, 36), fragment.subarray(68, 100), fragment.subarray(100, 132)];
  const tt = randomScalarL(random);
  const [E1, V1, E2, V2, U2] = [mul(rk, E), mul(rk, V), mul(tt, E), mul(tt, V), mul(tt, U)].map(encodePoint) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const h = HL('TPRE-H7', capsule, E1, V1, U1, E2, V2, U2, id, XA, ctx);
  const rho = encodeScalarL(Fl.add(tt, Fl.mul(h, rk)));
  return concatBytes(MAGIC, id, fragment.subarray(68), E1, V1, E2, V2, U2, rho);
}

/** VerifyResult: whether this authority transformed this capsule with the fragment of this grant. False for anything malformed. */
export function verifyResult(
  capsule: Uint8Array,
  { authority, result }: NamedResult,
  parties: GrantParties,
  grant: Grant,
): boolean {
  const ctx = orUndefined(() => grantContext(grant));
  return ctx !== undefined && verifiedResult(capsule, { authority, result }, parties, ctx) !== undefined;
}

/**
 * The key point from the first t results. Errors are values, checked in the order of section 9.
 * @param b delegatee's secret
 */
export function decapsulate(
  b: RistrettoScalar,
  parties: GrantParties,
  capsule: Uint8Array,
  grant: Grant,
  results: readonly NamedResult[],
): Decapsulated {
  const ctx = grantContext(grant);
  if (results.length < grant.t) return { valid: false, error: 'TOO_FEW' };
  const verified: Result[] = [];
  for (const [position, result] of results.slice(0, grant.t).entries()) {
    const checked = verifiedResult(capsule, result, parties, ctx);
    if (checked === undefined) return { valid: false, error: 'BAD_FRAGMENT', result: position };
    verified.push(checked);
  }
  const { delegator, delegatee } = parties;
  if (!mul(b, RISTRETTO_BASE).equals(decodePoint(delegatee))) return { valid: false, error: 'WRONG_KEY' };
  const { XA } = verified[0] as Result;
  if (verified.some((result) => !result.XA.equals(XA))) return { valid: false, error: 'MIXED' };
  const D = encodeScalarL(evaluationSecret(delegator, delegatee, mul(b, decodePoint(delegator)), ctx));
  const sx = verified.map(({ id }) => HL('TPRE-H5', id, D));
  if (new Set(sx).size !== sx.length) return { valid: false, error: 'DUPLICATE' };
  const lambda = lagrangeAtZero(sx);
  const sum = verified.reduce(
    (total, { E1, V1 }, i) => total.add(mulOrIdentity(lambda[i] as bigint, E1.add(V1))),
    RISTRETTO_IDENTITY,
  );
  const d = HL('TPRE-H3', encodePoint(XA), delegatee, encodePoint(mul(b, XA)), ctx);
  if (d === 0n || isIdentity(sum)) return { valid: false, error: 'BAD_KEY_POINT' };
  return { valid: true, keyPoint: encodePoint(mul(d, sum)) };
}

/** Coefficients follow from a secret of delegator and delegatee; a crafted capsule can make the point the identity. */
const mulOrIdentity = (k: RistrettoScalar, P: RistrettoPoint): RistrettoPoint =>
  k === 0n || isIdentity(P) ? RISTRETTO_IDENTITY : mul(k, P);

/** @throws DecodingError */
export function decodeResult(result: Uint8Array): Result {
  const reader = new ByteReader(result);
  reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');
  const id = reader.take(32, 'id');
  const publicPoints = readPublicPoints(reader);
  const encoded = (['E1', 'V1', 'E2', 'V2', 'U2'] as const).map((field) => ({ field, bytes: reader.take(32, field) }));
  const encodedRho = reader.take(32, 'rho');
  reader.end();
  const rho = decodeScalarL(encodedRho, 'rho');
  const [E1, V1, E2, V2, U2] = encoded.map(({ field, bytes }) => decodePoint(bytes, field)) as [
    RistrettoPoint,
    RistrettoPoint,
    RistrettoPoint,
    RistrettoPoint,
    RistrettoPoint,
  ];
  return { id, ...decodePublicPoints(publicPoints), E1, V1, E2, V2, U2, rho };
}

function verifiedResult(
  capsule: Uint8Array,
  { authority, result }: NamedResult,
  parties: GrantParties,
  ctx: Uint8Array,
): Result | undefined {
  const decoded = decodedOrUndefined(() => ({ ...decodeResult(result), capsule: decodeCapsule(capsule) }));
  if (decoded === undefined || !verifyDelegation(decoded, parties, authority, ctx)) return undefined;
  return verifyTransformation(decoded, capsule, decoded.capsule, ctx) ? decoded : undefined;
}

/** One rk for all of E1, V1, U1: `rho*E = E2 + h*E1`, `rho*V = V2 + h*V1`, `rho*U = U2 + h*U1`. */
function verifyTransformation(result: Result, capsule: Uint8Array, { E, V }: Capsule, ctx: Uint8Array): boolean {
  const { id, XA, U1, E1, V1, E2, V2, U2, rho } = result;
  const points = [E1, V1, U1, E2, V2, U2].map(encodePoint);
  const h = HL('TPRE-H7', capsule, ...points, id, encodePoint(XA), ctx);
  const holds = (base: RistrettoPoint, commitment: RistrettoPoint, image: RistrettoPoint) =>
    mulPublic(rho, base).equals(commitment.add(mulPublic(h, image)));
  return holds(E, E2, E1) && holds(V, V2, V1) && holds(U, U2, U1);
}
