import { createHash, X509Certificate } from 'node:crypto';
import {
  type CertificateAuthority,
  chainOf,
  normalSerial,
  readAuthorities,
  readCertificate,
  signedPartOf,
} from './certificate-authority.ts';
import { Identity, type MspRole } from './identity.ts';
import type { MspConfig, NodeOus } from './msp-config.ts';
import { MspError } from './msp-error.ts';

/** Chains are checked one second after the certificate's own NotBefore. */
const CHAIN_CHECK_OFFSET_MS = 1000;

/** Decides which certificates belong to one organisation and in which roles. Immutable: a new configuration is a new Msp. */
export class Msp {
  readonly mspId: string;
  readonly #authorities: readonly CertificateAuthority[];
  /** Authorities that have issued another one: below them only authorities are accepted, no identities. */
  readonly #internal: ReadonlySet<CertificateAuthority>;
  readonly #admins: ReadonlySet<string>;
  readonly #nodeOUs: NodeOus | undefined;

  /** Throws MQ_MSP_CONFIG when a certificate or list cannot be read, or an intermediate has no root. */
  constructor(config: MspConfig) {
    const { mspId } = config;
    this.mspId = mspId;
    this.#authorities = readAuthorities(mspId, config.rootCerts, config.intermediateCerts, config.revocationList);
    const internal = new Set<CertificateAuthority>();
    for (const { certificate, isRoot } of this.#authorities) {
      if (isRoot) continue;
      const chain = chainOf(
        certificate,
        this.#authorities,
        certificate.validFromDate.getTime() + CHAIN_CHECK_OFFSET_MS,
      );
      if (chain === undefined) throw new MspError('MQ_MSP_CONFIG', `an intermediate authority of ${mspId} has no root`);
      for (const authority of chain) internal.add(authority);
    }
    this.#internal = internal;
    this.#admins = new Set(config.admins.map((pem) => identityId(mspId, readCertificate(mspId, pem))));
    this.#nodeOUs = config.nodeOUs;
  }

  /** The identity of a PEM certificate. Throws MQ_IDENTITY_MALFORMED when it does not chain to this organisation. */
  deserialize(serialized: Uint8Array, certificatePem: Uint8Array): Identity {
    let certificate: X509Certificate;
    try {
      if (!PEM_CERTIFICATE.test(Buffer.from(certificatePem).toString('latin1'))) throw new RangeError('not PEM');
      certificate = new X509Certificate(certificatePem);
    } catch (cause) {
      throw new MspError('MQ_IDENTITY_MALFORMED', `the certificate for ${this.mspId} cannot be read`, { cause });
    }
    const atMs = certificate.validFromDate.getTime() + CHAIN_CHECK_OFFSET_MS;
    const chain = atMs > certificate.validToDate.getTime() ? undefined : chainOf(certificate, this.#authorities, atMs);
    if (chain === undefined) {
      throw new MspError('MQ_IDENTITY_MALFORMED', `the certificate was not issued by an authority of ${this.mspId}`);
    }
    const organizationalUnits = unitsOf(certificate);
    const id = identityId(this.mspId, certificate);
    const roles = this.#rolesOf(organizationalUnits, id);
    const invalidReason = this.#refusal(certificate, chain, organizationalUnits);
    return new Identity({ mspId: this.mspId, id, serialized, certificate, organizationalUnits, invalidReason, roles });
  }

  #refusal(
    certificate: X509Certificate,
    [issuer]: readonly CertificateAuthority[],
    units: readonly string[],
  ): string | undefined {
    if (certificate.ca) return 'a certificate authority is not an identity';
    if (issuer === undefined || this.#internal.has(issuer))
      return 'issued by an authority that only issues authorities';
    if (issuer.revokedSerials.has(normalSerial(certificate.serialNumber))) return 'the certificate has been revoked';
    if (this.#nodeOUs !== undefined) {
      const count = units.filter((unit) => this.#roleOfUnit(unit) !== undefined).length;
      if (count === 0) return 'no organisational unit stands for a client, peer, orderer or admin';
      if (count > 1) return 'more than one organisational unit stands for a role';
    }
    return undefined;
  }

  #rolesOf(units: readonly string[], id: string): Set<MspRole> {
    const roles = new Set<MspRole>(['member']);
    for (const unit of units) {
      const role = this.#roleOfUnit(unit);
      if (role !== undefined) roles.add(role);
    }
    if (this.#admins.has(id)) roles.add('admin');
    return roles;
  }

  #roleOfUnit(unit: string): MspRole | undefined {
    const ous = this.#nodeOUs;
    if (ous === undefined) return undefined;
    if (unit === ous.clientOu) return 'client';
    if (unit === ous.peerOu) return 'peer';
    if (unit === ous.adminOu) return 'admin';
    return unit === ous.ordererOu ? 'orderer' : undefined;
  }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----/;

/** Hash of the signed part only: the outer signature of a certificate can be rewritten (high S) without its authority. */
function identityId(mspId: string, certificate: X509Certificate): string {
  return `${mspId}/${createHash('sha256').update(signedPartOf(certificate.raw)).digest('hex')}`;
}

function unitsOf(certificate: X509Certificate): string[] {
  const subject = certificate.toLegacyObject().subject as Readonly<Record<string, string | string[] | undefined>>;
  const units = subject.OU;
  if (units === undefined) return [];
  return typeof units === 'string' ? [units] : [...units];
}
