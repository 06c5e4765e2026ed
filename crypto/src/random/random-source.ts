/**
 * Where randomness comes from. Every function that needs some takes a source, by default that of the system, so that nothing in the
 * library has a hidden input. Whoever passes another source takes over its duty: uniform, unpredictable, never repeated.
 */
export interface RandomSource {
  /** The next `length` bytes. */
  bytes(length: number): Uint8Array;
}

/** Largest request that Web Crypto answers in one call (W3C Web Cryptography API, section 10.1.1). */
const MAX_REQUEST_BYTES = 65_536;

/** The generator of the operating system, by the Web Crypto interface that Node and browsers share. */
export const systemRandom: RandomSource = {
  bytes(length) {
    const bytes = new Uint8Array(length);
    for (let start = 0; start < length; start += MAX_REQUEST_BYTES) {
      globalThis.crypto.getRandomValues(bytes.subarray(start, start + MAX_REQUEST_BYTES));
    }
    return bytes;
  },
};
