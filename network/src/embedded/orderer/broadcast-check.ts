import { common } from '@hyperledger/fabric-protos';
import { certificateExpiryMs } from '../../msp/certificate-expiry.ts';
import type { ChannelPolicies } from '../../policy/channel-policies.ts';
import { EnvelopeFormatError, readEnvelope, type SignedEnvelope } from '../../protocol/signed-envelope.ts';

/** What the orderer answers to a broadcast. `info` is Fabric's text, empty on success. */
export type BroadcastReply = Readonly<{ status: number; info: string }>;

const { Status } = common;
export const BROADCAST_SUCCESS: BroadcastReply = { status: Status.SUCCESS, info: '' };

/** What an envelope is checked against. */
export type BroadcastRules = Readonly<{
  channelId: string;
  absoluteMaxBytes: number;
  policies: ChannelPolicies;
  nowMs: number;
  /** BFT orderers put nothing else into blocks. */
  onlyEndorserTransactions: boolean;
}>;

/** Decides whether an envelope may be ordered on this channel: its kind, size, creator's expiry and the Writers policy. */
export function checkBroadcast(bytes: Uint8Array, rules: BroadcastRules): BroadcastReply {
  let envelope: SignedEnvelope;
  try {
    envelope = readEnvelope(bytes);
  } catch (error) {
    if (error instanceof EnvelopeFormatError) return badRequest(faultText(error));
    throw error;
  }
  if (envelope.channelHeaderBytes.length === 0) return badRequest(`${NO_CHANNEL}: channel header not set`);
  if (envelope.channelHeader.getChannelId() !== rules.channelId) return badRequest('channel does not exist');
  const type = envelope.channelHeader.getType();
  const refusedType = REFUSED_TYPES.get(type);
  if (refusedType !== undefined) return badRequest(refusedType);
  if (rules.onlyEndorserTransactions && type !== common.HeaderType.ENDORSER_TRANSACTION) {
    // Fabric's BFT orderers accept it, find it out in each leader's proposal, and order nothing more: nobody's client should get there.
    return badRequest(`transaction of type ${TYPE_NAMES.get(type) ?? type} is not allowed to be included in blocks`);
  }
  // as in Fabric only payload and signature count, not how they are framed
  const size = envelope.payload.length + envelope.signature.length;
  if (size > rules.absoluteMaxBytes) {
    return badRequest(`message payload is ${size} bytes and exceeds maximum allowed ${rules.absoluteMaxBytes} bytes`);
  }
  const { payload: data, creator: identity, signature } = envelope;
  if (certificateExpiryMs(identity) < rules.nowMs) return badRequest('broadcast client identity expired');
  const refusal = rules.policies.refusal('Writers', { data, identity, signature });
  if (refusal !== undefined) return { status: Status.FORBIDDEN, info: `${refusal}: permission denied` };
  return BROADCAST_SUCCESS;
}

const TYPE_NAMES = new Map<number, string>(Object.entries(common.HeaderType).map(([name, value]) => [value, name]));

const NO_CHANNEL = 'could not determine channel ID';

/** Configuration is not changed by transactions here. */
const REFUSED_TYPES: ReadonlyMap<number, string> = new Map([
  [common.HeaderType.CONFIG, 'message is of type that cannot be processed directly'],
  [common.HeaderType.CONFIG_UPDATE, 'this network takes no configuration updates'],
  [common.HeaderType.ORDERER_TRANSACTION, 'message is of type that is no longer supported'],
]);

const FAULT_TEXTS: Readonly<Record<EnvelopeFormatError['fault'], string>> = {
  envelope: `${NO_CHANNEL}: error unmarshalling Envelope: `,
  payload: `${NO_CHANNEL}: error unmarshalling Payload: `,
  header: `${NO_CHANNEL}: header not set`,
  'channel header': `${NO_CHANNEL}: error unmarshalling channel header: error unmarshalling ChannelHeader: `,
  'signature header': 'could not convert message to signedData: GetSignatureHeaderFromBytes failed, err ',
};

function faultText(error: EnvelopeFormatError): string {
  return `${FAULT_TEXTS[error.fault]}${error.cause instanceof Error ? error.cause.message : ''}`;
}

function badRequest(info: string): BroadcastReply {
  return { status: Status.BAD_REQUEST, info };
}
