import { CryptoError } from './crypto-error.ts';

/** The checks a decoder makes, each with its own code. */
export type DecodingErrorCode =
  | 'MQ_CRYPTO_LENGTH' // not the exact length
  | 'MQ_CRYPTO_MAGIC' // other object or version
  | 'MQ_CRYPTO_SCALAR' // not below the group order, or zero where zero is forbidden
  | 'MQ_CRYPTO_POINT' // flags, coordinate range, or not on the curve
  | 'MQ_CRYPTO_SUBGROUP' // on the curve, outside the subgroup of prime order
  | 'MQ_CRYPTO_IDENTITY' // the identity element, which no encoded object may hold
  | 'MQ_CRYPTO_FORMAT' // any other rule of the format
  | 'MQ_CRYPTO_LIMIT'; // a stated limit, checked before costly work

/** The only error that decoders throw, whatever the bytes. */
export class DecodingError extends CryptoError {
  override readonly name = 'DecodingError';
  declare readonly code: DecodingErrorCode;
  constructor(code: DecodingErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** Runs a decoding step of a verifier: `undefined` for bytes that do not decode; any other failure is a fault and passes. */
export function decodedOrUndefined<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodingError) return undefined;
    throw error;
  }
}
