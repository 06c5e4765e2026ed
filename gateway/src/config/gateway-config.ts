import { join, resolve } from 'node:path';
import { GatewayError } from '../gateway-error.ts';
import type { OidcIssuer } from '../identity/token-verifier.ts';
import type { FabricLedgerOptions } from '../ledger/fabric-ledger.ts';
import { readPeerEndpoint } from './connection-profile.ts';
import {
  type Consortium,
  type ConsortiumOrganization,
  organizationOf,
  RELEASE_PORT_OFFSET,
  readConsortiumFile,
} from './consortium-file.ts';
import type { Config } from './load-config.ts';
import { readWalletIdentity } from './wallet-identity.ts';

/** An account made at start when it is absent. */
export type BootstrapAccount = Readonly<{
  username: string;
  password: string;
  role: string;
  practitionerId?: string;
  patient?: string;
}>;

/** Settings, consortium and material put together: what the gateway is built from. */
export type GatewayConfig = Readonly<{
  settings: Config;
  mspId: string;
  consortium: Consortium;
  own: ConsortiumOrganization;
  http: Readonly<{ host: string; port: number }>;
  /** Issuer and audience of local tokens. */
  publicUrl: string;
  keysDir: string;
  contentDir: string;
  postgresDir: string;
  /** Name of this organisation's database on an embedded server. */
  databaseName: string;
  ledger: FabricLedgerOptions;
  release: ReleaseConfig;
  oidcIssuers: readonly OidcIssuer[];
  bootstrapAccounts: readonly BootstrapAccount[];
  /** Where metrics have a port of their own. */
  metrics: Readonly<{ host: string; port: number }> | undefined;
}>;

export type ReleaseConfig = Readonly<{
  host: string;
  port: number;
  /** PEM files. */
  tlsCert: string;
  tlsKey: string;
  /** MSP id -> PEM file with the organisation's TLS root. */
  tlsRoots: Readonly<Record<string, string>>;
  /** MSP id -> base URL of the organisation's release port. */
  urls: Readonly<Record<string, string>>;
  timeoutMs: number;
}>;

/** @throws GatewayError `MQ_CONFIG_INVALID` */
export function gatewayConfig(settings: Config): GatewayConfig {
  const mspId = settings.need('mspId');
  const consortium = readConsortiumFile(settings.need('consortiumFile'));
  const own = organizationOf(consortium, mspId);
  const dataDir = resolve(settings.get('dataDir'));
  const host = settings.get('http.host');
  const port = settings.get('http.port') ?? own.gatewayPort;
  const metricsPort = settings.get('metrics.port');
  if (port === undefined) throw new GatewayError('MQ_CONFIG_INVALID', 'http.port: found nothing; allowed: a port');
  return {
    settings,
    mspId,
    consortium,
    own,
    http: { host, port },
    publicUrl: settings.get('http.publicUrl') ?? `http://${host}:${port}`,
    keysDir: resolve(settings.get('keys.dir') ?? join(dataDir, 'keys')),
    contentDir: resolve(settings.get('content.dir') ?? join(dataDir, 'content')),
    postgresDir: resolve(settings.get('database.embeddedDir') ?? join(dataDir, 'postgres')),
    databaseName: `gateway_${own.name.replaceAll('-', '_')}`,
    ledger: ledgerOptions(settings, mspId, consortium, own),
    release: releaseConfig(settings, consortium, own, host, port),
    oidcIssuers: json(settings.get('auth.oidcIssuers'), 'auth.oidcIssuers'),
    bootstrapAccounts: json(settings.get('auth.bootstrapAccounts'), 'auth.bootstrapAccounts'),
    metrics: metricsPort === undefined ? undefined : { host, port: metricsPort },
  };
}

function ledgerOptions(
  settings: Config,
  mspId: string,
  consortium: Consortium,
  own: ConsortiumOrganization,
): FabricLedgerOptions {
  const [peer] = own.peers;
  const profileFile = settings.get('ledger.connectionProfile');
  const profile = profileFile === undefined ? undefined : readPeerEndpoint(profileFile, mspId);
  const walletDir = settings.get('ledger.walletDir');
  const identity =
    walletDir === undefined ? undefined : readWalletIdentity(walletDir, settings.need('ledger.walletUser'), mspId);
  const user = (...parts: string[]) =>
    material(settings, own.name, 'private', 'users', settings.get('material.user'), ...parts);
  return {
    mspId,
    channel: settings.get('ledger.channel') ?? consortium.channel.name,
    chaincode: settings.get('ledger.chaincode'),
    peerEndpoint:
      settings.get('ledger.peerEndpoint') ??
      profile?.endpoint ??
      `${peer?.host ?? own.host ?? '127.0.0.1'}:${peer?.port}`,
    peerHostname: settings.get('ledger.peerHostname') ?? profile?.hostname,
    tlsRootCert:
      settings.get('ledger.tlsRootCert') ??
      profile?.tlsRoot ??
      material(settings, own.name, 'public', 'msp', 'tlscacerts', 'tlsca.pem'),
    clientCert: settings.get('ledger.clientCert') ?? identity?.certificate ?? user('msp', 'signcerts', 'cert.pem'),
    clientKey: settings.get('ledger.clientKey') ?? identity?.privateKey ?? user('msp', 'keystore', 'key.pem'),
    evaluateTimeoutMs: settings.get('ledger.evaluateTimeoutMs'),
    endorseTimeoutMs: settings.get('ledger.endorseTimeoutMs'),
    submitTimeoutMs: settings.get('ledger.submitTimeoutMs'),
    commitTimeoutMs: settings.get('ledger.commitTimeoutMs'),
  };
}

function releaseConfig(
  settings: Config,
  consortium: Consortium,
  own: ConsortiumOrganization,
  host: string,
  port: number,
): ReleaseConfig {
  const tls = (...parts: string[]) =>
    material(settings, own.name, 'private', 'users', settings.get('material.user'), 'tls', ...parts);
  const roots = settings.get('release.tlsRoots');
  return {
    host: settings.get('release.host') ?? host,
    port: settings.get('release.port') ?? own.application.releasePort ?? (port === 0 ? 0 : port + RELEASE_PORT_OFFSET),
    tlsCert: settings.get('release.tlsCert') ?? tls('tls.pem'),
    tlsKey: settings.get('release.tlsKey') ?? tls('tls.key'),
    tlsRoots:
      roots === undefined
        ? Object.fromEntries(
            consortium.organizations.map(({ mspId, name }) => [
              mspId,
              material(settings, name, 'public', 'msp', 'tlscacerts', 'tlsca.pem'),
            ]),
          )
        : json(roots, 'release.tlsRoots'),
    urls: { ...defaultUrls(consortium), ...json<Record<string, string>>(settings.get('release.urls'), 'release.urls') },
    timeoutMs: settings.get('release.timeoutMs'),
  };
}

function defaultUrls(consortium: Consortium): Record<string, string> {
  return Object.fromEntries(
    consortium.organizations.flatMap(({ mspId, host = '127.0.0.1', gatewayHost = host, gatewayPort, application }) => {
      const port =
        application.releasePort ?? (gatewayPort === undefined ? undefined : gatewayPort + RELEASE_PORT_OFFSET);
      return port === undefined ? [] : [[mspId, `https://${gatewayHost}:${port}`]];
    }),
  );
}

/** A file of the material folder, laid out as the network's operators' commands do. */
function material(settings: Config, organization: string, ...parts: string[]): string {
  return join(settings.get('material.dir') ?? '.', organization, ...parts);
}

function json<T>(text: string, name: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new GatewayError('MQ_CONFIG_INVALID', `${name}: found text that is not JSON; allowed: JSON`, { cause });
  }
}
