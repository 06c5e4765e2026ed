import type { Entry } from '../ledger/entry.ts';

/** What one organisation's chaincode process brings itself; neither changes what is written, only whether it is. */
export type ContractOptions = Readonly<{
  /** This endorser's clock, milliseconds since 1970. */
  now: () => number;
  /** This organisation's own rules: throws `MQ_VETOED` or returns. */
  veto: (entry: Entry) => void;
}>;

export const DEFAULT_CONTRACT_OPTIONS: ContractOptions = { now: Date.now, veto: () => {} };
