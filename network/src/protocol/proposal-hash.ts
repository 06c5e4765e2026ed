import { createHash } from 'node:crypto';

/**
 * The hash that ties an endorsement to its proposal: SHA-256 over channel header, signature header and the
 * `ChaincodeProposalPayload` without its transient map, each as the bytes that were sent.
 */
export function computeProposalHash(
  channelHeader: Uint8Array,
  signatureHeader: Uint8Array,
  proposalPayload: Uint8Array,
): Buffer {
  return createHash('sha256').update(channelHeader).update(signatureHeader).update(proposalPayload).digest();
}
