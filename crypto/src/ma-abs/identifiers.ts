import { utf8 } from '../encoding/bytes.ts';

// Section 4. The sources are used by the policy parser too, so that both accept the same identifiers.
export const AUTHORITY_PATTERN = '[a-z0-9][a-z0-9.-]{0,62}';
export const ATTRIBUTE_PATTERN = '[a-z0-9][a-z0-9._:/-]{0,62}';
export const EPOCH_PATTERN = '[a-z0-9][a-z0-9.-]{0,15}';

const AUTHORITY = new RegExp(`^${AUTHORITY_PATTERN}$`);
const ATTRIBUTE = new RegExp(`^${ATTRIBUTE_PATTERN}$`);
const EPOCH = new RegExp(`^${EPOCH_PATTERN}$`);

export const MAX_CHANNEL_BYTES = 128;
export const MAX_SCOPE_BYTES = 128;
/** A length-prefixed part has four bytes of length. */
export const MAX_MESSAGE_BYTES = 0xffff_ffff;

export const isAuthorityId = (id: string) => AUTHORITY.test(id);
export const isAttribute = (attribute: string) => ATTRIBUTE.test(attribute);
export const isEpoch = (epoch: string) => EPOCH.test(epoch);
export const isChannel = (channel: string) => isText(channel, MAX_CHANNEL_BYTES);
export const isScope = (scope: string) => isText(scope, MAX_SCOPE_BYTES);

/** Well-formed text of 1 to `maxBytes` bytes of UTF-8. */
function isText(text: string, maxBytes: number): boolean {
  if (text.length === 0 || text.length > maxBytes || !text.isWellFormed()) return false;
  return utf8(text).length <= maxBytes;
}
