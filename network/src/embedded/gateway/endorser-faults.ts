/** Faults injected into one organisation, for tests of what a client does about them. */
export type OrganizationFaults = Readonly<{
  /** Answers nothing: neither its own gateway's clients nor other gateways reach it. */
  down: boolean;
  /** Holds every endorsement back for so long. */
  delayMs: number;
  /** `result`: endorses another result than the chaincode gave; `signature`: signs something else. */
  lie: 'no' | 'result' | 'signature';
}>;

export const NO_FAULTS: OrganizationFaults = { down: false, delayMs: 0, lie: 'no' };
