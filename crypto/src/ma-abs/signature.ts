import type { Bls12381, G1Point, Scalar } from '../arithmetic/arithmetic.ts';
import { decodeScalar, encodeScalar, SCALAR_BYTES } from '../arithmetic/scalar.ts';
import { concatBytes, equalBytes, i2osp, utf8 } from '../encoding/bytes.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import type { Policy } from './policy.ts';

const MAGIC = utf8('MQA1');
const G1_BYTES = 48;
const HEADER_BYTES = 8;
const LEAF_BYTES = 3 * G1_BYTES + 5 * SCALAR_BYTES;
const ROOT_BYTES = HEADER_BYTES + SCALAR_BYTES + G1_BYTES + 2 * SCALAR_BYTES;

/** One leaf of a signature, proved or simulated: nothing in it tells which. */
export type SignatureLeaf = Readonly<{
  Abar: G1Point;
  Bbar: G1Point;
  D: G1Point;
  s1: Scalar;
  se: Scalar;
  s3: Scalar;
  su: Scalar;
  sr: Scalar;
}>;

/** The fields of section 10, in the order of the encoding. */
export type Signature = Readonly<{
  c: Scalar;
  C: G1Point;
  tag: G1Point | undefined;
  su0: Scalar;
  sr0: Scalar;
  freeChallenges: readonly Scalar[];
  leaves: readonly SignatureLeaf[];
}>;

/** What a policy and a statement fix about the form of a signature. */
export type SignatureShape = Readonly<{ leaves: number; freeChallenges: number; tagged: boolean }>;

export const signatureShape = (policy: Policy, scope: string | null): SignatureShape => ({
  leaves: policy.leaves.length,
  freeChallenges: policy.freeChallenges,
  tagged: scope !== null,
});

/** `152 + 48 * tag + 32 N + 304 L` bytes. */
export const signatureBytes = ({ leaves, freeChallenges, tagged }: SignatureShape): number =>
  ROOT_BYTES + (tagged ? G1_BYTES : 0) + SCALAR_BYTES * freeChallenges + LEAF_BYTES * leaves;

export function encodeSignature({ G1 }: Bls12381, signature: Signature): Uint8Array {
  const { c, C, tag, su0, sr0, freeChallenges, leaves } = signature;
  return concatBytes(
    MAGIC,
    i2osp(tag === undefined ? 0 : 1, 1),
    i2osp(leaves.length, 1),
    i2osp(freeChallenges.length, 2),
    encodeScalar(c),
    G1.encode(C),
    ...(tag === undefined ? [] : [G1.encode(tag)]),
    ...[su0, sr0, ...freeChallenges].map(encodeScalar),
    ...leaves.flatMap(({ Abar, Bbar, D, s1, se, s3, su, sr }) => [
      ...[Abar, Bbar, D].map(G1.encode),
      ...[s1, se, s3, su, sr].map(encodeScalar),
    ]),
  );
}

/**
 * Decodes a signature of one shape. The cheap checks come first: header and exact length, then all scalars, then the points.
 * @throws DecodingError: another magic, flags, counts or length; a scalar not below r; a point that is invalid or the identity
 */
export function decodeSignature({ G1 }: Bls12381, bytes: Uint8Array, shape: SignatureShape): Signature {
  if (bytes.length !== signatureBytes(shape)) {
    throw new DecodingError('MQ_CRYPTO_LENGTH', `signature is not ${signatureBytes(shape)} bytes`);
  }
  const header = concatBytes(
    MAGIC,
    i2osp(shape.tagged ? 1 : 0, 1),
    i2osp(shape.leaves, 1),
    i2osp(shape.freeChallenges, 2),
  );
  if (!equalBytes(bytes.subarray(0, HEADER_BYTES), header)) {
    throw new DecodingError('MQ_CRYPTO_MAGIC', 'signature has another version, flags or counts');
  }
  let position = HEADER_BYTES;
  const take = (length: number) => {
    position += length;
    return bytes.subarray(position - length, position);
  };
  const scalar = (field: string) => decodeScalar(take(SCALAR_BYTES), field);
  // Points are decoded after all scalars: a decoding is some hundred times the work of a comparison.
  const point = (field: string) => {
    const encoded = take(G1_BYTES);
    return () => G1.decode(encoded, field);
  };

  const c = scalar('c');
  const C = point('C');
  const tag = shape.tagged ? point('Tag') : undefined;
  const su0 = scalar('su0');
  const sr0 = scalar('sr0');
  const freeChallenges = Array.from({ length: shape.freeChallenges }, (_, i) => scalar(`free challenge ${i}`));
  const leaves = Array.from({ length: shape.leaves }, (_, i) => ({
    points: [point(`Abar ${i}`), point(`Bbar ${i}`), point(`D ${i}`)] as const,
    scalars: {
      s1: scalar(`s1 ${i}`),
      se: scalar(`se ${i}`),
      s3: scalar(`s3 ${i}`),
      su: scalar(`su ${i}`),
      sr: scalar(`sr ${i}`),
    },
  }));
  return {
    c,
    C: C(),
    tag: tag?.(),
    su0,
    sr0,
    freeChallenges,
    leaves: leaves.map(({ points: [Abar, Bbar, D], scalars }) => ({ Abar: Abar(), Bbar: Bbar(), D: D(), ...scalars })),
  };
}
