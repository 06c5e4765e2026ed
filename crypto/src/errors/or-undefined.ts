import { CryptoError } from './crypto-error.ts';

/** Runs a step of a verifier, whose answer is plain false: undefined for any typed error; any other failure is a fault and passes. */
export function orUndefined<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}
