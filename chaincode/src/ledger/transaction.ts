/** The name under which intents are signed; the chaincode is deployed by it. */
export const CHAINCODE_NAME = 'ehr';

/** What a transaction says of itself: equal on every endorser. */
export type TransactionFacts = Readonly<{
  channel: string;
  chaincode: typeof CHAINCODE_NAME;
  txId: string;
  /** Chosen by the client, held to the endorser's clock by the skew check. */
  timeMs: number;
  /** Organisation of the submitter's certificate, never from an argument. */
  submitterMspId: string;
  transient: ReadonlyMap<string, Uint8Array>;
}>;

/** The transaction's time as the ledger writes it. */
export function txTime({ timeMs }: TransactionFacts): string {
  return new Date(timeMs).toISOString();
}
