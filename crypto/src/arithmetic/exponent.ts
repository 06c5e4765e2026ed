import type { Scalar } from './arithmetic.ts';
import { ORDER } from './scalar.ts';

/** Exponents are scalars already: a value outside 0..r-1 is a fault of the calling code, so it is not a typed error. */
export function checkExponent(exponent: Scalar): void {
  if (exponent < 0n || exponent >= ORDER) throw new RangeError('exponent is not a scalar');
}

export function checkExponents(bases: readonly unknown[], exponents: readonly Scalar[]): void {
  if (bases.length !== exponents.length) throw new RangeError('bases and exponents differ in number');
  exponents.forEach(checkExponent);
}
