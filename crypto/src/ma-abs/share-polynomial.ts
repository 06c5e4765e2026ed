import type { Scalar } from '../arithmetic/arithmetic.ts';
import { Fr } from '../arithmetic/scalar.ts';

/** A value of a polynomial at a small integer: 0 for the challenge of a gate, i for its i-th child. */
export type Share = Readonly<{ x: number; y: Scalar }>;

/**
 * The polynomial of lowest degree through the shares, by Lagrange interpolation modulo r. The weights are computed once, with one inversion,
 * so that evaluating at many points stays cheap.
 * @param shares at least one, with distinct x
 */
export function polynomialThrough(shares: readonly Share[]): (x: number) => Scalar {
  const weights = invertAll(
    shares.map(({ x: xi }) => productOf(shares.filter(({ x }) => x !== xi).map(({ x }) => small(xi - x)))),
  );
  return (x) =>
    shares.reduce((sum, { x: xi, y }, i) => {
      const numerator = productOf(shares.filter((other) => other.x !== xi).map((other) => small(x - other.x)));
      return Fr.add(sum, Fr.mul(Fr.mul(y, weights[i] as Scalar), numerator));
    }, 0n);
}

const small = (x: number): Scalar => (x < 0 ? Fr.neg(BigInt(-x)) : BigInt(x));
const productOf = (factors: readonly Scalar[]): Scalar => factors.reduce((a, b) => Fr.mul(a, b), 1n);

/** The inverses of non-zero scalars with one inversion (Montgomery's trick). */
function invertAll(values: readonly Scalar[]): Scalar[] {
  const prefixes: Scalar[] = [1n];
  for (const value of values) prefixes.push(Fr.mul(prefixes.at(-1) as Scalar, value));
  let rest = Fr.inv(prefixes.at(-1) as Scalar);
  const inverses: Scalar[] = [];
  for (let i = values.length - 1; i >= 0; i--) {
    inverses[i] = Fr.mul(rest, prefixes[i] as Scalar);
    rest = Fr.mul(rest, values[i] as Scalar);
  }
  return inverses;
}
