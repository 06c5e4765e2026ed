import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { toLowS } from './low-s.ts';
import type { Pem } from './msp-config.ts';
import { MspError } from './msp-error.ts';

/** An identity that can sign: MSP id, certificate and private key of one peer, orderer or user. */
export class SigningIdentity {
  readonly mspId: string;
  readonly certificatePem: string;
  /** Bytes of `msp.SerializedIdentity`, as they stand in endorsements and signature headers. */
  readonly serialized: Uint8Array;
  readonly #key: KeyObject;
  readonly #curve: string;

  /** `privateKeyPem` is PKCS#8 or SEC1 on P-256 or P-384. Throws MQ_MSP_CONFIG on any other key. */
  constructor(mspId: string, certificatePem: Pem, privateKeyPem: Pem) {
    this.mspId = mspId;
    this.certificatePem = Buffer.from(certificatePem).toString('utf8');
    this.serialized = serializeIdentity(mspId, certificatePem);
    this.#key = createPrivateKey(Buffer.from(privateKeyPem));
    const curve = this.#key.asymmetricKeyDetails?.namedCurve;
    if (curve === undefined) throw new MspError('MQ_MSP_CONFIG', `the key of ${mspId} is not on an elliptic curve`);
    this.#curve = curve;
  }

  /** ECDSA over SHA-256 of the message, DER, low S. */
  sign(message: Uint8Array): Uint8Array {
    return toLowS(sign('sha256', message, this.#key), this.#curve);
  }
}

/** Bytes of `msp.SerializedIdentity` for an MSP id and a PEM certificate. */
export function serializeIdentity(mspId: string, certificatePem: Pem): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certificatePem));
  return identity.serializeBinary();
}
