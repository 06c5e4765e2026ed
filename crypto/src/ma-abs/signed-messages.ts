import { concatBytes, i2osp, lp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { NONCE_BYTES } from './user.ts';

/** M of an intent on the ledger (section 1.3): the fields in the order that the ledger fixes, integers as decimal text. */
export const intentMessage = (fields: readonly string[]): Uint8Array =>
  concatBytes(lp('MEDQUORUM-V1-INTENT'), ...fields.map(lp));

/** What a signature on an action must bind (section 11.2). `nonce` is 16 bytes, stored as used by the ledger. */
export type Action = Readonly<{
  action: string;
  resource: string;
  prevHash: Uint8Array;
  payloadHash: Uint8Array;
  notAfterSeconds: number;
  nonce: Uint8Array;
}>;

/**
 * M of an action (section 11.2).
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a nonce of another length or a time that is not a whole number of seconds
 */
export function actionMessage({ action, resource, prevHash, payloadHash, notAfterSeconds, nonce }: Action): Uint8Array {
  if (nonce.length !== NONCE_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', `nonce is not ${NONCE_BYTES} bytes`);
  if (!Number.isSafeInteger(notAfterSeconds) || notAfterSeconds < 0) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'not-after is not a whole number of seconds');
  }
  return concatBytes(
    lp('MEDQUORUM-V1-ACTION'),
    ...[action, resource, prevHash, payloadHash].map(lp),
    i2osp(notAfterSeconds, 8),
    nonce,
  );
}
