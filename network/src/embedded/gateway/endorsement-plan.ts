import type { Endorsement } from '../../protocol/endorsed-transaction.ts';
import type { ErrorDetail } from '../../protocol/rpc-error.ts';
import type { OrganizationPeer } from './organization-peer.ts';

/** Detail with which an endorser is blamed whose answer differs from the first. */
export const MISMATCH = 'ProposalResponsePayloads do not match';

type Layout = { required: Set<string>; endorsements: Endorsement[]; mspIds: readonly string[] };

/** The answer that all endorsers gave, with the endorsements of one complete set of organisations. */
export type CompletedPlan = Readonly<{
  payload: Uint8Array;
  endorsements: readonly Endorsement[];
  mspIds: readonly string[];
}>;

/**
 * The sets of organisations that would do, the answers so far, and what is to be asked next. Every organisation has one
 * peer, so one that fails takes all the sets with it that need it.
 */
export class EndorsementPlan {
  readonly errorDetails: ErrorDetail[] = [];
  readonly #peers: ReadonlyMap<string, OrganizationPeer>;
  readonly #asked = new Set<string>();
  #layouts: Layout[];
  #payload: Uint8Array | undefined;
  #completed: Layout | undefined;

  /** `layouts`: sets of MSP ids in order of preference; all of them are keys of `peers`. */
  constructor(layouts: readonly (readonly string[])[], peers: ReadonlyMap<string, OrganizationPeer>) {
    this.#layouts = layouts.map((mspIds) => ({ required: new Set(mspIds), endorsements: [], mspIds }));
    this.#peers = peers;
  }

  /** Undefined until a set is complete. */
  get completed(): CompletedPlan | undefined {
    if (this.#completed === undefined || this.#payload === undefined) return undefined;
    return { payload: this.#payload, endorsements: this.#completed.endorsements, mspIds: this.#completed.mspIds };
  }

  /** Peers of the best set that is left and not yet complete; none when there is no such set. */
  next(): OrganizationPeer[] {
    const [layout] = this.#layouts;
    if (layout === undefined) return [];
    return [...layout.required].flatMap((mspId) => {
      const peer = this.#peers.get(mspId);
      if (peer === undefined || this.#asked.has(mspId)) return [];
      this.#asked.add(mspId);
      return [peer];
    });
  }

  /** Takes an endorsement; false when its payload differs from the first one's. */
  accept(peer: OrganizationPeer, payload: Uint8Array, endorsement: Endorsement | undefined): boolean {
    this.#asked.add(peer.mspId);
    this.#payload ??= payload;
    if (Buffer.compare(this.#payload, payload) !== 0) {
      this.fail(peer, MISMATCH);
      return false;
    }
    for (const layout of this.#layouts) {
      if (!layout.required.delete(peer.mspId)) continue;
      if (endorsement !== undefined) layout.endorsements.push(endorsement);
      if (layout.required.size === 0) this.#completed ??= layout;
    }
    return true;
  }

  /** Notes a failure and gives up every set that still needs this organisation. */
  fail(peer: OrganizationPeer, message: string): void {
    this.errorDetails.push({ address: peer.address, mspId: peer.mspId, message });
    this.#layouts = this.#layouts.filter((layout) => !layout.required.has(peer.mspId));
  }
}
