import { peer } from '@hyperledger/fabric-protos';

/** `peer.TxValidationCode` by name. */
export const VALIDATION_CODES = peer.TxValidationCode;

/** A number of `peer.TxValidationCode`. */
export type ValidationCode = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];

const NAMES = new Map<number, string>(Object.entries(peer.TxValidationCode).map(([name, code]) => [code, name]));

/** Name of a validation code, such as `MVCC_READ_CONFLICT`; the number itself where there is none. */
export function validationCodeName(code: number): string {
  return NAMES.get(code) ?? String(code);
}
