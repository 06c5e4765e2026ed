/** Grants and the context octets that bind every hash of threshold re-encryption to one. Source: threshold-pre.md section 4. */
import { concatBytes, i2osp, lp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';

export const MAX_GRANT_AUTHORITIES = 32;

/** `epoch` is the policy epoch; t of the n authorities re-encrypt. Delegator and delegatee are bound by their keys. */
export type Grant = Readonly<{
  channel: string;
  grantId: string;
  label: string;
  epoch: number;
  t: number;
  n: number;
}>;

/**
 * `ctx`.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT unless 1 <= t <= n <= 32 and epoch is a safe counter
 */
export function grantContext({ channel, grantId, label, epoch, t, n }: Grant): Uint8Array {
  if (![t, n].every(Number.isSafeInteger) || t < 1 || t > n || n > MAX_GRANT_AUTHORITIES) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `1 <= t <= n <= ${MAX_GRANT_AUTHORITIES} is violated`);
  }
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'epoch is not a counter');
  return concatBytes(
    lp('MEDQUORUM-V1-TPRE-GRANT'),
    lp(channel),
    lp(grantId),
    lp(label),
    i2osp(epoch, 8),
    i2osp(t, 2),
    i2osp(n, 2),
  );
}
