import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { DEFAULT_NODE_OUS, type MspConfig } from '../msp-config.ts';
import { SigningIdentity } from '../signing-identity.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** What may be different about a certificate. */
export type CertificateWish = Readonly<{
  name?: string;
  ou?: string | readonly string[];
  notBefore?: Date;
  notAfter?: Date;
  isCa?: boolean;
  serialNumber?: string;
}>;

export type IssuedCertificate = Readonly<{ certificatePem: string; privateKeyPem: string; keys: CryptoKeyPair }>;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

/** A certificate authority for tests: issues what is wished, right or wrong. */
export class TestAuthority {
  readonly mspId: string;
  readonly certificatePem: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(mspId: string, certificate: x509.X509Certificate, keys: CryptoKeyPair) {
    this.mspId = mspId;
    this.#certificate = certificate;
    this.#keys = keys;
    this.certificatePem = certificate.toString('pem');
  }

  static async create(mspId: string): Promise<TestAuthority> {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=ca.${mspId}`,
      serialNumber: randomSerial(),
      notBefore: new Date(Date.now() - 2 * HOUR_MS),
      notAfter: new Date(Date.now() + YEAR_MS),
      keys: keys,
      signingAlgorithm: ALGORITHM,
      extensions: await extensions(keys.publicKey, true),
    });
    return new TestAuthority(mspId, certificate, keys);
  }

  /** The MSP of this authority alone, with NodeOUs; anything can be replaced. */
  mspConfig(overrides: Partial<MspConfig> = {}): MspConfig {
    return {
      mspId: this.mspId,
      rootCerts: [this.certificatePem],
      intermediateCerts: [],
      admins: [],
      tlsRootCerts: [],
      nodeOUs: DEFAULT_NODE_OUS,
      revocationList: [],
      ...overrides,
    };
  }

  async issue({
    name = 'someone',
    ou = 'client',
    isCa = false,
    ...wish
  }: CertificateWish = {}): Promise<IssuedCertificate> {
    const keys = await generateKeys();
    const units = (typeof ou === 'string' ? [ou] : ou).filter((unit) => unit !== '').map((unit) => `OU=${unit}, `);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `${units.join('')}CN=${name}`,
      issuer: this.#certificate.subject,
      serialNumber: wish.serialNumber ?? randomSerial(),
      notBefore: wish.notBefore ?? new Date(Date.now() - HOUR_MS),
      notAfter: wish.notAfter ?? new Date(Date.now() + YEAR_MS / 2),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: await extensions(keys.publicKey, isCa),
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    const privateKeyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { certificatePem: certificate.toString('pem'), privateKeyPem, keys };
  }

  /** An authority below this one. */
  async subordinate(name: string): Promise<TestAuthority> {
    const { certificatePem, keys } = await this.issue({ name, ou: '', isCa: true });
    return new TestAuthority(this.mspId, new x509.X509Certificate(certificatePem), keys);
  }

  async signer(wish: CertificateWish = {}): Promise<SigningIdentity> {
    const { certificatePem, privateKeyPem } = await this.issue(wish);
    return new SigningIdentity(this.mspId, certificatePem, privateKeyPem);
  }

  /** A revocation list of certificates by serial number (hexadecimal), PEM. */
  async revoke(...serialNumbers: readonly string[]): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      thisUpdate: new Date(),
      nextUpdate: new Date(Date.now() + YEAR_MS),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#keys.privateKey,
      entries: serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate: new Date() })),
    });
    return list.toString('pem');
  }
}

function generateKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
}

async function extensions(publicKey: webcrypto.CryptoKey, isCa: boolean): Promise<x509.Extension[]> {
  const usage = isCa
    ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
    : x509.KeyUsageFlags.digitalSignature;
  return [
    new x509.BasicConstraintsExtension(isCa, undefined, true),
    new x509.KeyUsagesExtension(usage, true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
  ];
}

function randomSerial(): string {
  return `4${randomBytes(15).toString('hex').slice(1)}`; // positive and without leading zeros
}
