import { sha256 } from '@noble/hashes/sha2.js';
import type { Bls12381, G1Point, G2Point, Scalar } from '../arithmetic/arithmetic.ts';
import { decodeNonZeroScalar, encodeScalar, Fr, randomScalar } from '../arithmetic/scalar.ts';
import { concatBytes, lp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { attributeBase, attributeOctets, domain } from './attribute-base.ts';
import type { AuthorityKey } from './authority.ts';
import { batchWeight } from './batch-weight.ts';
import { isAttribute, isAuthorityId, isChannel, isEpoch } from './identifiers.ts';
import { provenUserKey } from './user.ts';

const G1_BYTES = 48;
/** A BBS signature on (usk, attribute). Secret of the user; encoded `enc(A) || I2OSP(e, 32)`, 80 bytes. */
export type Credential = Readonly<{ A: G1Point; e: Scalar }>;

/** What one user asks one authority for. `proof` is of `proveUserKey`, for this authority and a nonce that it issued for this request. */
export type CredentialRequest = Readonly<{
  Y: Uint8Array;
  nonce: Uint8Array;
  proof: Uint8Array;
  attribute: string;
  epoch: string;
}>;

/**
 * `AttrGen` of section 7: issues to the one user who knows the secret behind `Y`. That the person is entitled, that Y is registered and that
 * nonce and epoch are current is decided by the caller before this.
 * @returns 80 bytes, to be sent to the user over a confidential channel
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a malformed attribute or epoch, MQ_CRYPTO_PROOF if the proof of knowledge fails
 */
export function issueCredential(
  arithmetic: Bls12381,
  key: AuthorityKey,
  { Y, nonce, proof, attribute, epoch }: CredentialRequest,
  random: RandomSource = systemRandom,
): Uint8Array {
  if (!isAttribute(attribute)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'attribute is malformed');
  if (!isEpoch(epoch)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'epoch is malformed');
  const point = provenUserKey(arithmetic, Y, { channel: key.channel, verifierId: key.id, nonce }, proof);
  if (point === undefined) throw new CryptoError('MQ_CRYPTO_PROOF', 'the user has not proved to know the secret of Y');
  return signAttribute(arithmetic, key, point, attribute, epoch, random);
}

/** The signature inside `issueCredential`, without its checks: only for a Y whose secret was proved. */
export function signAttribute(
  arithmetic: Bls12381,
  { channel, id, sk, W }: AuthorityKey,
  Y: G1Point,
  attribute: string,
  epoch: string,
  random: RandomSource,
): Uint8Array {
  const { G1 } = arithmetic;
  const F = attributeBase(arithmetic, domain(arithmetic, channel, id, W), attributeOctets(id, attribute, epoch));
  const B = G1.mul(F, Y);
  let e: Scalar;
  do e = randomScalar(random);
  while (Fr.add(sk, e) === 0n); // probability 2^-255
  const A = G1.pow(B, Fr.inv(Fr.add(sk, e)));
  return encodeCredential(arithmetic, { A, e });
}

export const encodeCredential = ({ G1 }: Bls12381, { A, e }: Credential): Uint8Array =>
  concatBytes(G1.encode(A), encodeScalar(e));

/** @throws DecodingError: 80 bytes, A a point of G1 without the identity, 0 < e < r */
export function decodeCredential({ G1 }: Bls12381, bytes: Uint8Array): Credential {
  const e = decodeNonZeroScalar(bytes.subarray(G1_BYTES), 'e'); // the cheap part first
  return { A: G1.decode(bytes.subarray(0, G1_BYTES), 'A'), e };
}

/** What a credential is about. `W` and `Y` are encoded. */
export type CredentialSubject = Readonly<{
  channel: string;
  authorityId: string;
  W: Uint8Array;
  Y: Uint8Array;
  attribute: string;
  epoch: string;
}>;

/** `CredVerify` of section 7: `e(A, W * P2^e) = e(F * Y, P2)`. The user runs it on receipt. */
export function verifyCredential(arithmetic: Bls12381, subject: CredentialSubject, credential: Uint8Array): boolean {
  const { G1, G2 } = arithmetic;
  const { channel, authorityId, attribute, epoch } = subject;
  if (!isChannel(channel) || !isAuthorityId(authorityId) || !isAttribute(attribute) || !isEpoch(epoch)) return false;
  const decoded = decodedOrUndefined(() => ({
    ...decodeCredential(arithmetic, credential),
    W: G2.decode(subject.W, 'W'),
    Y: G1.decode(subject.Y, 'Y'),
  }));
  if (decoded === undefined) return false;
  const { A, e, W, Y } = decoded;
  const dom = domain(arithmetic, channel, authorityId, subject.W);
  const B = G1.mul(attributeBase(arithmetic, dom, attributeOctets(authorityId, attribute, epoch)), Y);
  return arithmetic.pairingProductIsOne([
    [A, G2.mul(W, G2.pow(G2.generator, e))],
    [G1.inv(B), G2.generator],
  ]);
}

/** A decoded credential with the key it must verify under and its signed value `B = F * Y`. */
export type CredentialClaim = Readonly<{ credential: Credential; W: G2Point; B: G1Point }>;

/**
 * `CredVerify` of several credentials at once, in one product of pairings with a random-looking weight for each, so that errors cannot
 * cancel: `prod e(A_i^w_i, W_i) * e(prod (A_i^e_i * B_i^-1)^w_i, P2) = 1`.
 */
export function verifyCredentials(arithmetic: Bls12381, claims: readonly CredentialClaim[]): boolean {
  const { G1, G2 } = arithmetic;
  const h = sha256(concatBytes(...claims.map(({ credential }) => lp(encodeCredential(arithmetic, credential)))));
  const weights = claims.map((_, i) => batchWeight(h, i));
  const As = claims.map(({ credential }) => credential.A);
  const right = G1.multiPow(
    [...As, ...claims.map(({ B }) => B)],
    [
      ...claims.map(({ credential }, i) => Fr.mul(credential.e, weights[i] as Scalar)),
      ...weights.map((w) => Fr.neg(w)),
    ],
  );
  return arithmetic.pairingProductIsOne([
    ...claims.map(({ W }, i) => [G1.multiPow([As[i] as G1Point], [weights[i] as Scalar]), W] as const),
    [right, G2.generator],
  ]);
}
