import { concatBytes, i2osp, lp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';

const HASH_BYTES = 32;

/** Kind of an endorsement whose signature is the beacon of an integrity audit; its subject is the audit identifier. */
export const BEACON_KIND = 'audit-beacon';

/** What a majority of authorities states to outsiders. `payloadHash` is SHA-256 of what the subject is about. */
export type Endorsement = Readonly<{
  channel: string;
  kind: string;
  subject: string;
  epoch: number | bigint;
  payloadHash: Uint8Array;
}>;

/**
 * The octets that the authorities sign (part 4.1).
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a hash that is not 32 bytes
 */
export function endorsementOctets({ channel, kind, subject, epoch, payloadHash }: Endorsement): Uint8Array {
  if (payloadHash.length !== HASH_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'payload hash is not 32 bytes');
  const names = ['MEDQUORUM-V1-ENDORSE', channel, kind, subject];
  return concatBytes(...names.map(lp), i2osp(epoch, 8), payloadHash);
}
