import { status } from '@grpc/grpc-js';
import type { SignedData } from '../../msp/msp-manager.ts';
import { RpcError } from '../../protocol/rpc-error.ts';
import type { Channel } from '../channel/channel.ts';
import { policyRefusal } from './policy-refusal.ts';

const NO_CHANNEL = 'Invalid channel ID name during check policy on signed data. Name must be different from nil.';

/** Lets a signed request of a reader of the channel pass; anything else throws RpcError PERMISSION_DENIED. */
export function checkReader(channelId: string, signed: SignedData, channel: Channel): void {
  if (channelId === '') throw new RpcError(status.PERMISSION_DENIED, NO_CHANNEL);
  if (channelId !== channel.channelId) {
    throw new RpcError(status.PERMISSION_DENIED, `Failed to get policy manager for channel [${channelId}]`);
  }
  const refusal = channel.policies.refusal('Readers', signed);
  if (refusal !== undefined) throw new RpcError(status.PERMISSION_DENIED, policyRefusal(channelId, 'Readers', refusal));
}
