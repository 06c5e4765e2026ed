import { type KeyObject, verify, type X509Certificate } from 'node:crypto';
import { isLowS } from './low-s.ts';

/** Roles a principal can ask for (`msp.MSPRole`). */
export type MspRole = 'member' | 'admin' | 'client' | 'peer' | 'orderer';

/** What an MSP found out about a certificate when it deserialised it. */
export type IdentityFacts = Readonly<{
  mspId: string;
  /** Equal for two serialisations exactly when they hold the same certificate of the same MSP. */
  id: string;
  serialized: Uint8Array;
  certificate: X509Certificate;
  organizationalUnits: readonly string[];
  /** Why the certificate may not be used (revoked, no role, not a leaf); undefined when it may. */
  invalidReason: string | undefined;
  roles: ReadonlySet<MspRole>;
}>;

/** A certificate of a known organisation. Its chain holds; whether it may be used says `invalidReason`. */
export class Identity {
  readonly mspId: string;
  readonly id: string;
  readonly serialized: Uint8Array;
  readonly certificate: X509Certificate;
  readonly organizationalUnits: readonly string[];
  readonly invalidReason: string | undefined;
  readonly #roles: ReadonlySet<MspRole>;
  readonly #publicKey: KeyObject;
  readonly #curve: string | undefined;
  readonly #isEd25519: boolean;

  constructor(facts: IdentityFacts) {
    this.mspId = facts.mspId;
    this.id = facts.id;
    this.serialized = facts.serialized;
    this.certificate = facts.certificate;
    this.organizationalUnits = facts.organizationalUnits;
    this.invalidReason = facts.invalidReason;
    this.#roles = facts.roles;
    this.#publicKey = facts.certificate.publicKey;
    this.#curve = this.#publicKey.asymmetricKeyDetails?.namedCurve;
    this.#isEd25519 = this.#publicKey.asymmetricKeyType === 'ed25519';
  }

  /** A refused certificate has no role at all, not even that of a member. */
  hasRole(role: MspRole): boolean {
    return this.invalidReason === undefined && this.#roles.has(role);
  }

  /** ECDSA (low S) over SHA-256, or Ed25519; anything else is no signature. */
  verify(message: Uint8Array, signature: Uint8Array): boolean {
    try {
      if (this.#isEd25519) return verify(null, message, this.#publicKey, signature);
      if (this.#curve === undefined || !isLowS(signature, this.#curve)) return false;
      return verify('sha256', message, this.#publicKey, signature);
    } catch {
      return false; // malformed signature bytes
    }
  }
}
