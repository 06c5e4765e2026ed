/** Why a peer refuses a ledger request of a chaincode. The message is the peer's own text, which the chaincode receives. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  readonly code = 'SIMULATION_REQUEST_REFUSED';
}
