/**
 * A proposal that could not be simulated. Unlike other errors of the product, `message` is exactly what a Fabric peer answers,
 * because clients of the Gateway API match on it; `code` tells the cases apart without parsing.
 */
export const ENDORSER_ERROR_CODES = [
  'CHAINCODE_UNKNOWN',
  'CHAINCODE_UNAVAILABLE',
  'CHAINCODE_TIMEOUT',
  'SIMULATION_FAILED',
  'SIMULATION_CANCELLED',
] as const;
export type EndorserErrorCode = (typeof ENDORSER_ERROR_CODES)[number];

export class EndorserError extends Error {
  override readonly name = 'EndorserError';
  readonly code: EndorserErrorCode;
  constructor(code: EndorserErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
