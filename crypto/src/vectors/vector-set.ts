import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import type { VectorFields } from './vector-fields.ts';

/** What an operation may use besides the input of the vector. */
export type VectorContext = {
  readonly arithmetic: Bls12381;
  /** The whole file, for tables that several vectors share. */
  readonly file: VectorFields;
};

/** Computes what the vector expects. Only the members that the vector states are compared, each exactly. */
export type VectorOperation = (
  input: VectorFields,
  context: VectorContext,
) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;

/** The operations of one scheme, kept in a file beside the scheme and listed in vector-sets.ts. */
export type VectorSet = {
  /** Member `spec` of the files that these operations appear in. Several sets may share one. */
  readonly spec: string;
  /** `bls12-381` runs each vector on both implementations; `none` has one only. */
  readonly arithmetic: 'bls12-381' | 'none';
  readonly operations: Readonly<Record<string, VectorOperation>>;
};
