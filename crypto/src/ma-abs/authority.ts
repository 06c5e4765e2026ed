import type { Bls12381, G1Point, G2Point, Scalar } from '../arithmetic/arithmetic.ts';
import { decodeNonZeroScalar, Fr, randomScalar } from '../arithmetic/scalar.ts';
import { HS } from '../encoding/expand-message.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { isAuthorityId, isChannel } from './identifiers.ts';
import { decodeProof, proveKnowledge } from './proof-of-knowledge.ts';
import { generators } from './suite.ts';

/** What the registry stores of an authority: `W` 96 bytes, `Uprime` 48 bytes, `pok` 64 bytes. */
export type AuthorityRecord = Readonly<{ id: string; W: Uint8Array; Uprime: Uint8Array; pok: Uint8Array }>;

/** The secret half. `W` is kept encoded, because issuing hashes it. */
export type AuthorityKey = Readonly<{ channel: string; id: string; sk: Scalar; W: Uint8Array }>;

/**
 * `AuthSetup` of section 5.1: a fresh key with its proof of possession.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a channel or identifier outside section 4
 */
export function setUpAuthority(
  arithmetic: Bls12381,
  channel: string,
  id: string,
  random: RandomSource = systemRandom,
): { key: AuthorityKey; record: AuthorityRecord } {
  checkNames(channel, id);
  const { G1, G2 } = arithmetic;
  const { U } = generators(arithmetic);
  const P2 = G2.generator;
  const sk = randomScalar(random);
  const [W, Uprime] = [G2.encode(G2.pow(P2, sk)), G1.encode(G1.pow(U, sk))];
  const pok = proveKnowledge(sk, random, (k) =>
    authorityChallenge(arithmetic, { channel, id, W, Uprime }, G2.pow(P2, k), G1.pow(U, k)),
  );
  return { key: { channel, id, sk, W }, record: { id, W, Uprime, pok } };
}

/**
 * The key of an authority from its stored secret, 32 bytes.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for names; DecodingError for a scalar that is zero or not canonical
 */
export function restoreAuthorityKey(
  arithmetic: Bls12381,
  channel: string,
  id: string,
  secret: Uint8Array,
): AuthorityKey {
  checkNames(channel, id);
  const sk = decodeNonZeroScalar(secret, 'secret of the authority');
  return { channel, id, sk, W: arithmetic.G2.encode(arithmetic.G2.pow(arithmetic.G2.generator, sk)) };
}

/**
 * The registry check of section 5.2 on one record: names, encodings, proof of possession, pairing equation. Whether the identifier and W
 * are still free is for the registry to say, which holds the others.
 */
export function verifyAuthorityRecord(arithmetic: Bls12381, channel: string, record: AuthorityRecord): boolean {
  if (!isChannel(channel) || !isAuthorityId(record.id)) return false;
  const decoded = decodedOrUndefined(() => ({
    proof: decodeProof(record.pok),
    keys: decodeAuthorityKeys(arithmetic, record),
  }));
  if (decoded === undefined) return false;
  const { proof, keys } = decoded;
  const { G1, G2 } = arithmetic;
  const minusC = Fr.neg(proof.c);
  const T1 = G2.multiPow([G2.generator, keys.W], [proof.s, minusC]);
  const T2 = G1.multiPow([generators(arithmetic).U, keys.Uprime], [proof.s, minusC]);
  if (authorityChallenge(arithmetic, { channel, ...record }, T1, T2) !== proof.c) return false;
  return haveEqualExponents(arithmetic, keys);
}

/** The public values of an authority as points. */
export type AuthorityKeys = Readonly<{ W: G2Point; Uprime: G1Point }>;

/** @throws DecodingError */
export const decodeAuthorityKeys = (
  { G1, G2 }: Bls12381,
  { W, Uprime }: Readonly<{ W: Uint8Array; Uprime: Uint8Array }>,
): AuthorityKeys => ({ W: G2.decode(W, 'W'), Uprime: G1.decode(Uprime, "U'") });

/** `e(U', P2) = e(U, W)`: with a wrong U' simulated leaves would fail and real ones would not, and so betray the signer. */
export function haveEqualExponents(arithmetic: Bls12381, { W, Uprime }: AuthorityKeys): boolean {
  const { G1, G2 } = arithmetic;
  return arithmetic.pairingProductIsOne([
    [Uprime, G2.generator],
    [G1.inv(generators(arithmetic).U), W],
  ]);
}

type Statement = Readonly<{ channel: string; id: string; W: Uint8Array; Uprime: Uint8Array }>;

const authorityChallenge = (
  { G1, G2 }: Bls12381,
  { channel, id, W, Uprime }: Statement,
  T1: G2Point,
  T2: G1Point,
): Scalar => HS('MAABS-AUTHPOK', channel, id, W, Uprime, G2.encode(T1), G1.encode(T2));

function checkNames(channel: string, id: string): void {
  if (!isChannel(channel)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'channel is not 1 to 128 bytes of text');
  if (!isAuthorityId(id)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'identifier of the authority is malformed');
}
