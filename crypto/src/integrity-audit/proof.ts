/** Proofs of possession, their verification, and batches. Source: integrity-audit.md section 8, names as there. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Bls12381, G1Point, G2Point, PairingInput, Scalar } from '../arithmetic/arithmetic.ts';
import { decodeScalar, encodeScalar, Fr, SCALAR_BYTES } from '../arithmetic/scalar.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, i2osp, lp, os2ip, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError, decodedOrUndefined } from '../errors/decoding-error.ts';
import { sectorBases } from './bases.ts';
import { blockBytes, placePoint, sectorsOf } from './block.ts';
import { type ChallengedBlock, challenge } from './challenge.ts';
import { checkedManifest, isSanitisable, type Manifest, manifestHash } from './manifest.ts';
import { WILD } from './sanitise.ts';

/** Files in one batch. */
export const MAX_BATCH_FILES = 10_000;
/** Tags folded into the proof at a time: what the prover holds in memory besides one block. */
const TAGS_AT_ONCE = 64;
const MAGIC = utf8('MQP1');
const SIGMA_BYTES = 48;

/** Bytes of a proof, the same for any number of blocks: `54 + 64 s`. */
export const proofBytes = ({ s }: Pick<Manifest, 's'>): number => 54 + 2 * SCALAR_BYTES * s;

/** Where a provider keeps a file. Only challenged blocks are read, one at a time. */
export interface StoredFile {
  /** Block i in its stored form, `31 s` bytes. */
  block(i: number): Uint8Array | Promise<Uint8Array>;
  /** Tag of block i, 48 bytes. */
  tag(i: number): Uint8Array | Promise<Uint8Array>;
}

/** What an audit asks: seed and number of blocks from the audit transaction, the same for prover and verifier. */
export type AuditQuery = Readonly<{ seed: Uint8Array; c: number }>;
export type AuditedFile = Readonly<{ manifest: Manifest; c: number; proof: Uint8Array }>;

/**
 * The proof over a stored file of any size; deterministic.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a manifest or stored block that breaks a rule; DecodingError for a stored tag that does not decode
 */
export async function prove(
  { G1 }: Bls12381,
  manifest: Manifest,
  { seed, c }: AuditQuery,
  file: StoredFile,
): Promise<Uint8Array> {
  const sums = { fix: zeros(manifest.s), san: zeros(manifest.s) };
  let sigma = G1.identity;
  let tags: G1Point[] = [];
  let coefficients: Scalar[] = [];
  const fold = () => {
    sigma = G1.mul(sigma, G1.multiPow(tags, coefficients));
    [tags, coefficients] = [[], []];
  };
  for (const { index, v } of challenge(seed, manifestHash(manifest), manifest.n, c)) {
    const block = await file.block(index);
    if (block.length !== blockBytes(manifest))
      throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'stored block has another length');
    const lambda = isSanitisable(manifest, index) ? sums.san : sums.fix;
    sectorsOf(manifest, block).forEach((m, j) => {
      lambda[j] = Fr.add(lambda[j] as Scalar, Fr.mul(v, m));
    });
    tags.push(G1.decode(await file.tag(index), 'tag'));
    coefficients.push(v);
    if (tags.length === TAGS_AT_ONCE) fold();
  }
  fold();
  if (G1.isIdentity(sigma)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'tags cancel'); // probability 2^-255
  const lambdas = [...sums.fix, ...sums.san].map(encodeScalar);
  return concatBytes(MAGIC, i2osp(manifest.s, 2), G1.encode(sigma), ...lambdas);
}

/**
 * VerifyProof. The caller takes the manifest from the ledger (current version, verified signature), never from the prover.
 * @param strict masked blocks have exactly one allowed content: auditors of published sanitised files must set it (section 8.1)
 */
export function verifyProof(
  arithmetic: Bls12381,
  manifest: Manifest,
  Ppub: Uint8Array,
  { seed, c }: AuditQuery,
  strict: boolean,
  proof: Uint8Array,
): boolean {
  const { G1, G2 } = arithmetic;
  const decodedPpub = decodedOrUndefined(() => G2.decode(Ppub, 'Ppub'));
  const equation = proofEquation(arithmetic, manifest, { seed, c }, strict, proof);
  if (decodedPpub === undefined || equation === undefined) return false;
  const { sigma, H_ID, sum, X, R } = equation;
  return arithmetic.pairingProductIsOne([
    [sigma, G2.generator],
    [G1.inv(G1.pow(H_ID, sum)), decodedPpub],
    [G1.inv(X), R],
  ]);
}

/**
 * Batch verification of section 8.2: F + 2 pairings. On failure the files are verified one by one to find the culprit.
 * @param strict as in {@link verifyProof}, for every file; the source leaves it out, and then a batch of sanitised files
 *   would say less than its single audits
 */
export function verifyBatch(
  arithmetic: Bls12381,
  Ppub: Uint8Array,
  seed: Uint8Array,
  files: readonly AuditedFile[],
  strict = false,
): boolean {
  const { G1, G2 } = arithmetic;
  if (files.length < 1 || files.length > MAX_BATCH_FILES) return false;
  const decodedPpub = decodedOrUndefined(() => G2.decode(Ppub, 'Ppub'));
  if (decodedPpub === undefined) return false;
  const equations = [];
  for (const { manifest, c, proof } of files) {
    const equation = proofEquation(arithmetic, manifest, { seed, c }, strict, proof);
    if (equation === undefined) return false;
    equations.push(equation);
  }
  const weights = batchWeights(seed, files, equations);
  const identitySums = equations.map(({ sum }, f) => Fr.mul(weights[f] as Scalar, sum));
  return arithmetic.pairingProductIsOne([
    [
      G1.multiPow(
        equations.map(({ sigma }) => sigma),
        weights,
      ),
      G2.generator,
    ],
    [
      G1.inv(
        G1.multiPow(
          equations.map(({ H_ID }) => H_ID),
          identitySums,
        ),
      ),
      decodedPpub,
    ],
    ...equations.map(({ X, R }, f): PairingInput => [G1.inv(G1.pow(X, weights[f] as Scalar)), R]),
  ]);
}

/**
 * Fields of a proof.
 * @throws DecodingError
 */
export function decodeProof({ G1 }: Bls12381, { s }: Pick<Manifest, 's'>, proof: Uint8Array) {
  const reader = new ByteReader(proof);
  reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');
  if (reader.uint(2, 's') !== s) throw new DecodingError('MQ_CRYPTO_FORMAT', 's differs from the manifest');
  const encodedSigma = reader.take(SIGMA_BYTES, 'sigma');
  const [encodedFix, encodedSan] = [reader.takeEach(s, SCALAR_BYTES, 'lf'), reader.takeEach(s, SCALAR_BYTES, 'ls')];
  reader.end();
  const lf = encodedFix.map((scalar) => decodeScalar(scalar, 'lf'));
  const ls = encodedSan.map((scalar) => decodeScalar(scalar, 'ls'));
  return { sigma: G1.decode(encodedSigma, 'sigma'), lf, ls };
}

type ProofEquation = Readonly<{ mh: Uint8Array; sigma: G1Point; H_ID: G1Point; sum: Scalar; X: G1Point; R: G2Point }>;

/** The parts of `e(sigma,P2) = e(H_ID,Ppub)^sum * e(X,R)`, or undefined where a check before the pairings fails. */
function proofEquation(
  arithmetic: Bls12381,
  manifest: Manifest,
  { seed, c }: AuditQuery,
  strict: boolean,
  proof: Uint8Array,
): ProofEquation | undefined {
  const { G1 } = arithmetic;
  if (!Number.isSafeInteger(c) || c < 1 || proof.length !== proofBytes(manifest)) return undefined;
  const checked = checkedManifest(arithmetic, manifest);
  const decoded = decodedOrUndefined(() => decodeProof(arithmetic, manifest, proof));
  if (checked === undefined || decoded === undefined) return undefined;
  const { mh, H_ID, R } = checked;
  const { sigma, lf, ls } = decoded;
  const challenged = challenge(seed, mh, manifest.n, c);
  const sanitisable = challenged.filter(({ index }) => isSanitisable(manifest, index));
  if (sanitisable.length === 0 && ls.some((sum) => sum !== 0n)) return undefined;
  const masked = Fr.mul(WILD, sumOf(sanitisable));
  if (strict && ls.some((sum) => sum !== masked)) return undefined;
  const places = challenged.map(({ index }) => placePoint(arithmetic, mh, manifest, index));
  const bases = [...sectorBases(arithmetic, 'fix', manifest.s), ...sectorBases(arithmetic, 'san', manifest.s)];
  const X = G1.multiPow([...places, ...bases], [...challenged.map(({ v }) => v), ...lf, ...ls]);
  return { mh, sigma, H_ID, sum: sumOf(challenged), X, R };
}

/** `w_f` from a hash over all files: without weights, errors of two files can cancel. */
function batchWeights(seed: Uint8Array, files: readonly AuditedFile[], equations: readonly ProofEquation[]): Scalar[] {
  const parts = files.map(({ proof }, f) => concatBytes(lp((equations[f] as ProofEquation).mh), lp(proof)));
  const h = sha256(concatBytes(lp('MEDQUORUM-V1-AUDIT-BATCH'), lp(seed), ...parts));
  return files.map((_, f) => os2ip(sha256(concatBytes(h, i2osp(f, 4))).subarray(0, 16)));
}

const sumOf = (blocks: readonly ChallengedBlock[]): Scalar => blocks.reduce((sum, { v }) => Fr.add(sum, v), 0n);

const zeros = (count: number): Scalar[] => Array.from({ length: count }, () => 0n);
