import { X509Certificate } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { parseMessage } from '../protocol/parse-message.ts';
import { BoundedCache } from './bounded-cache.ts';
import { bytesKey } from './bytes-key.ts';

const MAX_CACHED_EXPIRIES = 2_000;
const expiries = new BoundedCache<number>(MAX_CACHED_EXPIRIES);

/**
 * When the certificate in a serialised identity expires, in milliseconds since 1970; Infinity when there is no
 * certificate in it. Fabric checks expiry apart from, and before, anything about who issued the certificate.
 */
export function certificateExpiryMs(serialized: Uint8Array): number {
  const key = bytesKey(serialized);
  const known = expiries.get(key);
  if (known !== undefined) return known;
  const expiry = readExpiry(serialized);
  expiries.set(key, expiry);
  return expiry;
}

function readExpiry(serialized: Uint8Array): number {
  try {
    const identity = parseMessage(msp.SerializedIdentity, serialized);
    return new X509Certificate(identity.getIdBytes_asU8()).validToDate.getTime();
  } catch {
    return Number.POSITIVE_INFINITY; // not a certificate: refused later, where identities are checked
  }
}
