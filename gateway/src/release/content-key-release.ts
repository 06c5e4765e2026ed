/** One version's content key, asked for under a committed decision. */
export type ReleaseRequest = Readonly<{
  custodian: string;
  decisionId: string;
  patient: string;
  recordId: string;
  version: number;
  /** Block that holds the decision, where it is known. */
  blockNumber: number | undefined;
}>;

/**
 * How a requester's gateway comes by a content key. Custodians release it today; threshold re-encryption by other
 * authorities takes this place without anything above noticing.
 */
export interface ContentKeyRelease {
  /**
   * @returns the key of 32 bytes; the caller clears it
   * @throws GatewayError `MQ_RELEASE_REFUSED`, `MQ_RELEASE_UNAVAILABLE`, `MQ_KEY_NOT_HELD`
   */
  release(request: ReleaseRequest): Promise<Uint8Array>;
}
