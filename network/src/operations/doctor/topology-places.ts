import { networkInterfaces } from 'node:os';
import type { Topology } from '../../topology/topology.ts';

/** A TCP address of the topology. */
export type Place = Readonly<{
  what: string;
  host: string;
  port: number;
  /** TLS services are also asked for their certificate, under this organisation's TLS root. */
  tls?: Readonly<{ mspId: string; serverName: string }>;
  /** `http://host:port` of a node's operations service. */
  operations?: boolean;
}>;

/** Every address that nodes of these organisations (short names; all where undefined) listen at on an engine. */
export function placesOf(
  topology: Topology,
  engine: 'embedded' | 'fabric',
  only?: ReadonlySet<string>,
): readonly Place[] {
  const { organizations, orderers } = topology;
  const isFabric = engine === 'fabric';
  const isWanted = (name: string) => only === undefined || only.has(name);
  const peers = organizations
    .filter(({ name }) => isWanted(name))
    .flatMap(({ mspId, name, host, gatewayHost = host, domain, peers: nodes, gatewayPort }): Place[] => [
      ...nodes.flatMap((peer): Place[] => {
        const at = { host: peer.host ?? host };
        const tls = { mspId, serverName: `${peer.name}.${domain}` };
        const own: Place = { ...at, what: `${peer.name} of ${name}`, port: peer.port, tls };
        if (!isFabric) return [own];
        return [
          own,
          { ...at, what: `chaincode port of ${peer.name} of ${name}`, port: peer.chaincodePort },
          { ...at, what: `operations of ${peer.name} of ${name}`, port: peer.operationsPort, operations: true },
        ];
      }),
      ...(gatewayPort === undefined ? [] : [{ what: `gateway of ${name}`, host: gatewayHost, port: gatewayPort }]),
    ]);
  const nodes = isFabric && isWanted(orderers.name) ? orderers.nodes : [];
  return [
    ...peers,
    ...nodes.flatMap(({ name, host, port, adminPort, operationsPort }): Place[] => [
      { what: name, host, port, tls: { mspId: orderers.mspId, serverName: `${name}.${orderers.domain}` } },
      { what: `administration of ${name}`, host, port: adminPort },
      { what: `operations of ${name}`, host, port: operationsPort, operations: true },
    ]),
  ].filter(({ port }) => port !== 0);
}

/** Is this an address of this machine? Names are not looked up. */
export function isLocal(host: string): boolean {
  if (host === 'localhost' || host.startsWith('127.') || host === '::1') return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
}
