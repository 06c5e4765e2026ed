import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { peer } from '@hyperledger/fabric-protos';
import type { SigningIdentity } from '../../msp/signing-identity.ts';
import type { Endorsement } from '../../protocol/endorsed-transaction.ts';
import {
  ProposalFormatError,
  readProposalHeaders,
  type UnpackedProposal,
  unpackProposal,
} from '../../protocol/unpacked-proposal.ts';
import type { Channel } from '../channel/channel.ts';
import type { ShiftableClock } from '../channel/clock.ts';
import type { ChaincodeDirectory, Endorser, Simulation } from '../endorser/endorser.ts';
import { EndorserError } from '../endorser/endorser-error.ts';
import { checkProposal, filterProposal, ProposalRefusal } from './check-proposal.ts';
import { NO_FAULTS, type OrganizationFaults } from './endorser-faults.ts';
import { policyRefusal } from './policy-refusal.ts';
import { type EndorserAnswer, encodeResponsePayload } from './proposal-response.ts';
import { isSystemChaincode, runSystemChaincode } from './system-chaincode.ts';

export type OrganizationPeerOptions = Readonly<{
  mspId: string;
  identity: SigningIdentity;
  channel: Channel;
  endorser: Endorser;
  definitions: ChaincodeDirectory;
  clock: ShiftableClock;
}>;

const PROBE_BYTES = 32;
/** Status of an answer that a peer gives without having reached the chaincode. */
const PEER_ERROR_STATUS = 500;
/** Chaincode responses from here on are errors, and nobody signs them. */
const ERROR_THRESHOLD = 400;

/** One organisation's peer: it checks proposals, runs its own chaincode process and signs with its own key. */
export class OrganizationPeer {
  readonly mspId: string;
  readonly identity: SigningIdentity;
  /** host:port of its server; known once it listens. */
  address = '';
  faults: OrganizationFaults = NO_FAULTS;
  readonly #options: OrganizationPeerOptions;
  /** Whether the key belongs to the certificate: only then a signature made here needs no check. */
  readonly #signsAsCertified: boolean;

  constructor(options: OrganizationPeerOptions) {
    this.mspId = options.mspId;
    this.identity = options.identity;
    this.#options = options;
    const probe = randomBytes(PROBE_BYTES);
    const signer = options.channel.msps.find(options.identity.serialized);
    this.#signsAsCertified = signer?.verify(probe, options.identity.sign(probe)) === true;
  }

  get isUp(): boolean {
    return !this.faults.down;
  }

  /** Whether this organisation takes part in the chaincode at all; its process may be away just now. */
  hasChaincode(name: string): boolean {
    if (isSystemChaincode(name)) return true;
    return this.#options.definitions.get(name)?.connections.has(this.mspId) === true;
  }

  /** `protos.Endorser/ProcessProposal`. Throws ProposalRefusal; other failures are answers with status 500. */
  async processProposal(signed: peer.SignedProposal, signal?: AbortSignal): Promise<EndorserAnswer> {
    const { channel, clock } = this.#options;
    const headers = readable(() => readProposalHeaders(signed.getProposalBytes_asU8()));
    filterProposal(headers, clock.nowMs());
    const proposal = readable(() => unpackProposal(headers));
    if (proposal.channelId !== channel.channelId) return peerError(`channel '${proposal.channelId}' not found`);
    const creator = checkProposal(proposal, signed, channel.msps);
    if (channel.ledger.findTransaction(proposal.txId) !== undefined) {
      const hex = Buffer.from(proposal.creator).toString('hex');
      throw new ProposalRefusal('check', `duplicate transaction found [${proposal.txId}]. Creator [${hex}]`);
    }
    const signedData = {
      data: signed.getProposalBytes_asU8(),
      identity: proposal.creator,
      signature: signed.getSignature_asU8(),
    };
    if (isSystemChaincode(proposal.chaincode)) {
      const run = runSystemChaincode(proposal.chaincode, proposal.args, channel, signedData);
      return this.#answer(proposal, run);
    }
    const refusal = channel.policies.refusal('Writers', signedData);
    if (refusal !== undefined) throw new ProposalRefusal('check', policyRefusal(channel.channelId, 'Writers', refusal));
    if (this.faults.delayMs > 0) await delay(this.faults.delayMs, undefined, { ref: false });
    try {
      const simulation = await this.#options.endorser.simulate({
        mspId: this.mspId,
        channelId: proposal.channelId,
        txId: proposal.txId,
        chaincode: proposal.chaincode,
        args: proposal.args,
        creatorMspId: creator.mspId,
        signedProposal: signed.serializeBinary(),
        ...(signal === undefined ? {} : { signal }),
      });
      return this.#answer(proposal, simulation);
    } catch (error) {
      if (error instanceof EndorserError) return peerError(error.message);
      throw error;
    }
  }

  #answer(proposal: UnpackedProposal, run: Omit<Simulation, 'privateWrites'>): EndorserAnswer {
    const { interest, writtenKeys } = run;
    const response =
      this.faults.lie === 'result' ? { ...run.response, payload: Buffer.from(`a lie of ${this.mspId}`) } : run.response;
    const payload = encodeResponsePayload(proposal.proposalHash, { ...run, response });
    if (response.status >= ERROR_THRESHOLD) return { response, payload, endorsement: undefined, interest, writtenKeys };
    return { response, payload, endorsement: this.#endorse(payload), interest, writtenKeys };
  }

  #endorse(payload: Uint8Array): Endorsement {
    const { identity } = this;
    const message =
      this.faults.lie === 'signature' ? Buffer.from('a lie') : Buffer.concat([payload, identity.serialized]);
    const signature = identity.sign(message);
    if (this.#signsAsCertified) {
      const { msps } = this.#options.channel;
      const signer = msps.find(identity.serialized);
      if (signer !== undefined) msps.remember(signer, message, signature);
    }
    return { endorser: identity.serialized, signature };
  }
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProposalFormatError) throw new ProposalRefusal('check', error.message);
    throw error;
  }
}

function peerError(message: string): EndorserAnswer {
  return {
    response: { status: PEER_ERROR_STATUS, message, payload: new Uint8Array() },
    payload: undefined,
    endorsement: undefined,
    interest: [],
    writtenKeys: [],
  };
}
