import { createHash } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { parseMessage } from '../protocol/parse-message.ts';
import { BoundedCache } from './bounded-cache.ts';
import { bytesKey } from './bytes-key.ts';
import type { Identity } from './identity.ts';
import { Msp } from './msp.ts';
import type { MspConfig } from './msp-config.ts';
import { MspError } from './msp-error.ts';

/** Identities kept deserialised, one per certificate in use. */
export const MAX_CACHED_IDENTITIES = 2_000;
/** Signature checks remembered: the same proposal is checked by every endorser, the same envelope by orderer and committer. */
export const MAX_CACHED_SIGNATURES = 20_000;

/** Bytes signed by whoever `identity` (a serialised identity) names. */
export type SignedData = Readonly<{ data: Uint8Array; identity: Uint8Array; signature: Uint8Array }>;

/** The organisations of a channel. Configurations can be replaced while it runs; decisions follow at once. */
export class MspManager {
  readonly #msps = new Map<string, Msp>();
  readonly #identities = new BoundedCache<Identity>(MAX_CACHED_IDENTITIES);
  readonly #signatures = new BoundedCache<boolean>(MAX_CACHED_SIGNATURES);

  /** Counts the changes of configuration: what was worked out from identities holds for one generation. */
  #generation = 0;

  constructor(configs: readonly MspConfig[]) {
    for (const config of configs) this.#msps.set(config.mspId, new Msp(config));
  }

  get generation(): number {
    return this.#generation;
  }

  get mspIds(): readonly string[] {
    return [...this.#msps.keys()];
  }

  /** Takes a renewed or revoked certificate's consequences at once. Throws MQ_MSP_CONFIG and then changes nothing. */
  update(config: MspConfig): void {
    this.#msps.set(config.mspId, new Msp(config));
    this.#generation++;
    this.#identities.clear();
    this.#signatures.clear();
  }

  /**
   * The identity behind `msp.SerializedIdentity` bytes. Throws MQ_MSP_UNKNOWN or MQ_IDENTITY_MALFORMED. The identity may
   * still be one that must not be used: see `invalidReason`.
   */
  deserialize(serialized: Uint8Array): Identity {
    const key = bytesKey(serialized);
    const known = this.#identities.get(key);
    if (known !== undefined) return known;
    const message = parseIdentity(serialized);
    const owner = this.#msps.get(message.getMspid());
    if (owner === undefined) throw new MspError('MQ_MSP_UNKNOWN', `no organisation ${message.getMspid()} is known`);
    const identity = owner.deserialize(serialized, message.getIdBytes_asU8());
    this.#identities.set(key, identity);
    return identity;
  }

  /** As `deserialize`, but undefined for an identity that belongs to nobody. */
  find(serialized: Uint8Array): Identity | undefined {
    try {
      return this.deserialize(serialized);
    } catch (error) {
      if (error instanceof MspError) return undefined;
      throw error;
    }
  }

  /** `identity.verify` with memory; a signature over the same bytes is checked once. */
  verify(identity: Identity, message: Uint8Array, signature: Uint8Array): boolean {
    const key = signatureKey(identity, message, signature);
    const known = this.#signatures.get(key);
    if (known !== undefined) return known;
    const good = identity.verify(message, signature);
    this.#signatures.set(key, good);
    return good;
  }

  /** Takes note of a signature that this process has just made with the identity's own key: checking it again is waste. */
  remember(identity: Identity, message: Uint8Array, signature: Uint8Array): void {
    this.#signatures.set(signatureKey(identity, message, signature), true);
  }

  /**
   * The distinct identities whose signature holds, in order. Unparsable, foreign and wrongly signed entries are left out,
   * and an identity counts once, however often it signed. Whether each may be used is asked with `hasRole`.
   */
  signers(signed: readonly SignedData[]): Identity[] {
    const found = new Map<string, Identity>();
    for (const { data, identity: serialized, signature } of signed) {
      const identity = this.find(serialized);
      if (identity === undefined || found.has(identity.id)) continue;
      if (this.verify(identity, data, signature)) found.set(identity.id, identity);
    }
    return [...found.values()];
  }
}

function signatureKey(identity: Identity, message: Uint8Array, signature: Uint8Array): string {
  const hash = createHash('sha256').update(identity.id).update(signature).update(message);
  return `${signature.length}/${hash.digest('base64')}`;
}

function parseIdentity(serialized: Uint8Array): msp.SerializedIdentity {
  try {
    return parseMessage(msp.SerializedIdentity, serialized);
  } catch (cause) {
    throw new MspError('MQ_IDENTITY_MALFORMED', 'not a serialised identity', { cause });
  }
}
