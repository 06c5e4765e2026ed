import { common, peer } from '@hyperledger/fabric-protos';
import type { SignedData } from '../../msp/msp-manager.ts';
import type { Channel } from '../channel/channel.ts';
import type { ChaincodeResponse } from '../endorser/endorser.ts';
import { policyRefusal } from './policy-refusal.ts';
import { systemFailure as failure, systemSuccess as success } from './system-response.ts';

/** The block with the configuration in force: it is never changed here. */
const CONFIG_BLOCK = 0;
const OFFERED: ReadonlySet<string> = new Set(['GetChannels', 'GetConfigBlock', 'GetChannelConfig']);

/** The queries of `cscc`: the channel's name and configuration. Joining channels is not offered. */
export function queryConfiguration(
  args: readonly Uint8Array[],
  channel: Channel,
  signed: SignedData,
): ChaincodeResponse {
  const [functionName = '', channelId = ''] = args.map((arg) => Buffer.from(arg).toString('utf8'));
  if (functionName !== 'GetChannels' && args.length < 2)
    return failure(`Incorrect number of arguments, ${args.length}`);
  if (!OFFERED.has(functionName)) return failure(`Requested function ${functionName} not found.`);
  const asked = functionName === 'GetChannels' ? channel.channelId : channelId;
  if (asked === '') return failure('empty channel name provided');
  if (asked !== channel.channelId) {
    return failure(
      `access denied for [${functionName}][${asked}]: Failed to get policy manager for channel [${asked}]`,
    );
  }
  const refusal = channel.policies.refusal('Readers', signed);
  if (refusal !== undefined) {
    return failure(`access denied for [${functionName}][${asked}]: ${policyRefusal(asked, 'Readers', refusal)}`);
  }
  if (functionName === 'GetChannels') return success(channels(asked));
  const block = channel.ledger.getBlock(CONFIG_BLOCK);
  if (block === undefined) return failure(`Unknown chain ID, ${asked}`);
  return success(functionName === 'GetConfigBlock' ? block : configOf(block));
}

function channels(channelId: string): Uint8Array {
  const info = new peer.ChannelInfo();
  info.setChannelId(channelId);
  const response = new peer.ChannelQueryResponse();
  response.setChannelsList([info]);
  return response.serializeBinary();
}

/** `common.Config` of a configuration block. */
function configOf(block: Uint8Array): Uint8Array {
  const [envelope = new Uint8Array()] = common.Block.deserializeBinary(block).getData()?.getDataList_asU8() ?? [];
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  return config?.serializeBinary() ?? new Uint8Array();
}
