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
  if (envelope.channelHeader.getChannelId() !== rules.channelId) return badRequest('channel does not exist');
  if (CONFIGURATION_TYPES.has(envelope.channelHeader.getType())) {
    return badRequest('message is of type that cannot be processed directly');
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

/** Configuration is not changed by transactions here. */
const CONFIGURATION_TYPES: ReadonlySet<number> = new Set([
  common.HeaderType.CONFIG,
  common.HeaderType.CONFIG_UPDATE,
  common.HeaderType.ORDERER_TRANSACTION,
]);

const FAULT_TEXTS: Readonly<Record<EnvelopeFormatError['fault'], string>> = {
  envelope: 'error unmarshalling Envelope',
  payload: 'error unmarshalling Payload',
  header: 'header not set',
  'channel header': 'error unmarshalling channel header: error unmarshalling ChannelHeader',
  'signature header': 'error unmarshalling SignatureHeader',
};

function faultText(error: EnvelopeFormatError): string {
  const reason = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `could not determine channel ID: ${FAULT_TEXTS[error.fault]}${reason}`;
}

function badRequest(info: string): BroadcastReply {
  return { status: Status.BAD_REQUEST, info };
}
