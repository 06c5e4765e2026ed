import { common } from '@hyperledger/fabric-protos';
import { parseMessage } from './parse-message.ts';

/** An envelope with its headers taken apart. */
export type SignedEnvelope = Readonly<{
  signature: Uint8Array;
  /** `common.Payload` bytes: what the signature covers. */
  payload: Uint8Array;
  channelHeader: common.ChannelHeader;
  channelHeaderBytes: Uint8Array;
  signatureHeaderBytes: Uint8Array;
  creator: Uint8Array;
  nonce: Uint8Array;
  /** `Payload.data` */
  data: Uint8Array;
}>;

/** Where reading an envelope failed. */
export type EnvelopeFault = 'envelope' | 'payload' | 'header' | 'channel header' | 'signature header';

/** An envelope that cannot be taken apart. */
export class EnvelopeFormatError extends Error {
  override readonly name = 'EnvelopeFormatError';
  readonly code = 'MQ_ENVELOPE_FORMAT';
  readonly fault: EnvelopeFault;
  constructor(fault: EnvelopeFault, options?: ErrorOptions) {
    super(`MQ_ENVELOPE_FORMAT: the ${fault} cannot be read`, options);
    this.fault = fault;
  }
}

/** Takes `common.Envelope` bytes apart. Throws EnvelopeFormatError. */
export function readEnvelope(bytes: Uint8Array): SignedEnvelope {
  const envelope = attempt('envelope', () => parseMessage(common.Envelope, bytes));
  const payloadBytes = envelope.getPayload_asU8();
  const payload = attempt('payload', () => parseMessage(common.Payload, payloadBytes));
  const header = payload.getHeader();
  if (header === undefined) throw new EnvelopeFormatError('header');
  const channelHeaderBytes = header.getChannelHeader_asU8();
  const signatureHeaderBytes = header.getSignatureHeader_asU8();
  const channelHeader = attempt('channel header', () => parseMessage(common.ChannelHeader, channelHeaderBytes));
  const signatureHeader = attempt('signature header', () => parseMessage(common.SignatureHeader, signatureHeaderBytes));
  return {
    signature: envelope.getSignature_asU8(),
    payload: payloadBytes,
    channelHeader,
    channelHeaderBytes,
    signatureHeaderBytes,
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    data: payload.getData_asU8(),
  };
}

function attempt<T>(fault: EnvelopeFault, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new EnvelopeFormatError(fault, { cause });
  }
}
