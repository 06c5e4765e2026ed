import type { ChaincodeResponse } from '../endorser/endorser.ts';

const STATUS_OK = 200;
const STATUS_ERROR = 500;

/** What a system chaincode answers. */
export const systemSuccess = (payload: Uint8Array): ChaincodeResponse => ({ status: STATUS_OK, message: '', payload });

/** `message` is the text of Fabric's own system chaincode. */
export const systemFailure = (message: string): ChaincodeResponse => ({
  status: STATUS_ERROR,
  message,
  payload: new Uint8Array(),
});
