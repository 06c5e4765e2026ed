/**
 * What a simulation touched, as the gateway needs it to choose endorsers: `peer.ChaincodeInterest` in plain values.
 * One call per chaincode namespace (collection undefined) and one per collection.
 */
export type ChaincodeCall = Readonly<{
  name: string;
  /** The collection of this call; undefined for the public read-write set. */
  collection: string | undefined;
  /** Only for a collection: it was written or its hash was read, but no private value was read. */
  noPrivateReads: boolean;
  /** `common.SignaturePolicyEnvelope` bytes of each key policy that a write has to satisfy. */
  keyPolicies: readonly Uint8Array[];
  /** Every write has a key policy of its own, so the chaincode's policy does not count. */
  disregardNamespacePolicy: boolean;
}>;

export type ChaincodeInterest = readonly ChaincodeCall[];
