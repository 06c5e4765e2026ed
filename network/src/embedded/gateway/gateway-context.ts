import type { Channel } from '../channel/channel.ts';
import type { ChaincodeDirectory } from '../endorser/endorser.ts';
import type { OrganizationPeer } from './organization-peer.ts';
import type { TransactionJournal } from './transaction-journal.ts';

/** What the gateway of one organisation works with. */
export type GatewayContext = Readonly<{
  channel: Channel;
  definitions: ChaincodeDirectory;
  /** The peer of the gateway's own organisation. */
  own: OrganizationPeer;
  /** The peers of all organisations, in channel order. */
  peers: readonly OrganizationPeer[];
  journal: TransactionJournal;
  /** Takes what nobody expected: a fault of this program. */
  reportFault(fault: unknown): void;
}>;
