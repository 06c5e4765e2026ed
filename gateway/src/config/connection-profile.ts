import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse as parseYaml } from 'yaml';
import { GatewayError } from '../gateway-error.ts';
import type { PemSource } from '../ledger/fabric-ledger.ts';

const Certificates = Type.Object({
  path: Type.Optional(Type.String()),
  // The older client libraries wrote a list of one.
  pem: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })])),
});

/** The part of a connection profile that a client of the gateway service needs; the rest is left unread. */
const ConnectionProfile = Type.Object({
  organizations: Type.Record(
    Type.String(),
    Type.Object({ mspid: Type.String(), peers: Type.Optional(Type.Array(Type.String())) }),
  ),
  peers: Type.Record(
    Type.String(),
    Type.Object({
      url: Type.String(),
      tlsCACerts: Type.Optional(Certificates),
      grpcOptions: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
});

/** Where the organisation's peer is reached, as a connection profile has it. */
export type PeerEndpoint = Readonly<{
  /** `host:port` */
  endpoint: string;
  /** Name in the peer's TLS certificate where it is not that of the endpoint. */
  hostname: string | undefined;
  tlsRoot: PemSource;
}>;

const HOSTNAME_OPTIONS = ['ssl-target-name-override', 'grpc.ssl_target_name_override', 'hostnameOverride'];

/**
 * The first peer of an organisation in a Fabric connection profile (JSON or YAML, with `organizations`, `peers` and their `tlsCACerts`); a
 * relative path in it counts from the profile's folder.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID` naming the place in the file
 */
export function readPeerEndpoint(file: string, mspId: string): PeerEndpoint {
  const invalid = (found: string, allowed: string, cause?: unknown) =>
    new GatewayError('MQ_CONFIG_INVALID', `ledger.connectionProfile: ${file}: found ${found}; allowed: ${allowed}`, {
      cause,
    });
  let profile: unknown;
  try {
    profile = parseYaml(readFileSync(file, 'utf8')); // JSON is YAML
  } catch (cause) {
    throw invalid('no readable JSON or YAML', 'a connection profile', cause);
  }
  if (!Value.Check(ConnectionProfile, profile)) {
    const [first] = Value.Errors(ConnectionProfile, profile);
    const place = first?.instancePath || '(the whole file)';
    throw invalid(`${place}: ${first?.message ?? 'not valid'}`, 'a connection profile');
  }
  const organization = Object.values(profile.organizations).find(({ mspid }) => mspid === mspId);
  if (organization === undefined) throw invalid(`no organisation with mspid ${mspId}`, 'the own organisation');
  const [name] = organization.peers ?? [];
  const peer = name === undefined ? undefined : new Map(Object.entries(profile.peers)).get(name);
  if (peer === undefined) throw invalid(`no peer of ${mspId}`, 'organizations.*.peers naming a peer of peers');
  const [, endpoint] = /^grpcs:\/\/([^/\s]+:[0-9]{1,5})\/?$/.exec(peer.url) ?? [];
  if (endpoint === undefined) throw invalid(`peers.${name}.url ${JSON.stringify(peer.url)}`, 'grpcs://host:port');
  const tlsRoot = tlsRootOf(peer.tlsCACerts, dirname(file));
  if (tlsRoot === undefined) throw invalid(`peers.${name}.tlsCACerts without pem or path`, 'one of them');
  const hostname = HOSTNAME_OPTIONS.map((option) => peer.grpcOptions?.[option]).find((it) => typeof it === 'string');
  return { endpoint, hostname, tlsRoot };
}

function tlsRootOf(
  certificates: Readonly<{ path?: string; pem?: string | string[] }> | undefined,
  folder: string,
): PemSource | undefined {
  const { pem, path } = certificates ?? {};
  if (pem !== undefined) return { pem: typeof pem === 'string' ? pem : pem.join('\n') };
  return path === undefined ? undefined : resolve(folder, path);
}
