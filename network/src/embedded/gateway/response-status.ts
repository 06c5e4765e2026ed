import { status } from '@grpc/grpc-js';
import { ProposalRefusal } from './check-proposal.ts';
import type { OrganizationPeer } from './organization-peer.ts';
import type { EndorserAnswer } from './proposal-response.ts';

/** What the gateway makes of an endorser's answer. */
export type EndorserOutcome =
  | Readonly<{ ok: true; answer: EndorserAnswer }>
  | Readonly<{
      ok: false;
      code: status;
      /** As it stands in the error details. */
      message: string;
      /** Whether an evaluation may be tried on another peer. */
      retry: boolean;
    }>;

const SUCCESS_FROM = 200;
const ERRORS_FROM = 400;
const PEER_ERROR_STATUS = 500;

/**
 * Runs a proposal on a peer and classifies what comes back as Fabric's gateway does. A peer other than the gateway's own is
 * reached by gRPC there, which loses the answer beside an error and puts its own words before the text.
 */
export async function askEndorser(
  peer: OrganizationPeer,
  isOwn: boolean,
  run: () => Promise<EndorserAnswer>,
): Promise<EndorserOutcome> {
  if (!peer.isUp) {
    return { ok: false, code: status.UNAVAILABLE, message: unavailable(peer.address), retry: true };
  }
  let answer: EndorserAnswer;
  try {
    answer = await run();
  } catch (error) {
    if (!(error instanceof ProposalRefusal)) throw error;
    if (!isOwn) {
      const message = `rpc error: code = Unknown desc = ${error.message}`;
      return { ok: false, code: status.UNAVAILABLE, message, retry: true };
    }
    const isFilter = error.stage === 'filter';
    const code = isFilter ? status.UNAVAILABLE : status.FAILED_PRECONDITION;
    return { ok: false, code, message: error.message, retry: isFilter };
  }
  const { response, payload } = answer;
  if (response.status >= SUCCESS_FROM && response.status < ERRORS_FROM) return { ok: true, answer };
  if (payload === undefined && response.status === PEER_ERROR_STATUS) {
    return { ok: false, code: status.ABORTED, message: response.message, retry: true };
  }
  const message = `chaincode response ${response.status}, ${response.message}`;
  return { ok: false, code: status.UNKNOWN, message, retry: false };
}

function unavailable(address: string): string {
  return `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp ${address}: connect: connection refused"`;
}
