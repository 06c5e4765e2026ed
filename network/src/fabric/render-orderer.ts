import { stringify } from 'yaml';
import type { Topology, TopologyOrderer } from '../topology/topology.ts';
import type { FabricMaterial } from './fabric-material.ts';

/** Bytes of one message; the channel's own limit is smaller. */
const MAX_MESSAGE_BYTES = 104_857_600;

/** `orderer.yaml` of one node: it joins channels by the participation API and listens where the topology says, nowhere else. */
export function renderOrderer(
  topology: Topology,
  node: TopologyOrderer,
  material: FabricMaterial,
  dataDirectory: string,
): string {
  const { msp, tls } = material.orderer(node.name);
  const roots = material.tlsRoots();
  const ownTls = { Enabled: true, Certificate: tls.certificate, PrivateKey: tls.key };
  return stringify({
    General: {
      ListenAddress: node.host,
      ListenPort: node.port,
      TLS: { ...ownTls, RootCAs: [tls.rootCertificate], ClientAuthRequired: false, ClientRootCAs: roots },
      // Peers ping every 10 s; a server that expects less often hangs up on them.
      Keepalive: { ServerMinInterval: '5s', ServerInterval: '7200s', ServerTimeout: '20s' },
      MaxRecvMsgSize: MAX_MESSAGE_BYTES,
      MaxSendMsgSize: MAX_MESSAGE_BYTES,
      Cluster: {
        SendBufferSize: 100,
        ClientCertificate: tls.certificate,
        ClientPrivateKey: tls.key,
        ReplicationPolicy: 'consensus',
      },
      LocalMSPDir: msp.root,
      LocalMSPID: topology.orderers.mspId,
      Profile: { Enabled: false },
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: `${dataDirectory}/ledger` },
    Operations: { ListenAddress: `${node.host}:${node.operationsPort}`, TLS: { Enabled: false } },
    Metrics: { Provider: 'prometheus' },
    Admin: {
      ListenAddress: `${node.host}:${node.adminPort}`,
      TLS: {
        ...ownTls,
        RootCAs: [tls.rootCertificate],
        ClientAuthRequired: true,
        ClientRootCAs: [material.tlsRoot(topology.orderers.mspId)],
      },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '1 MB' },
    Consensus: { WALDir: `${dataDirectory}/wal`, SnapDir: `${dataDirectory}/snapshots` },
  });
}
