import { stringify } from 'yaml';
import type { Topology, TopologyOrderer } from '../topology/topology.ts';
import type { FabricMaterial } from './fabric-material.ts';

export const CHANNEL_PROFILE = 'Consortium';

/** Where the certificates of an orderer stand that the channel's configuration lists. */
export type ConsenterCertificates = (node: TopologyOrderer) => Readonly<{ identity: string; tls: string }>;

/**
 * `configtx.yaml` of the channel's first block: every organisation with its MSP and anchor peer, the orderers with their consensus, and the
 * default policies of Fabric (Readers and Writers ANY, all else MAJORITY).
 */
export function renderConfigtx(
  topology: Topology,
  material: FabricMaterial,
  certificatesOf: ConsenterCertificates = ownCertificates(material),
): string {
  const { orderers, channel } = topology;
  const profile = {
    Policies: channelPolicies(),
    Capabilities: { V3_0: true },
    Orderer: {
      ...consensusOf(topology, certificatesOf),
      BatchTimeout: `${channel.batch.timeoutMs}ms`,
      BatchSize: {
        MaxMessageCount: channel.batch.maxMessageCount,
        AbsoluteMaxBytes: channel.batch.absoluteMaxBytes,
        PreferredMaxBytes: channel.batch.preferredMaxBytes,
      },
      Organizations: [
        {
          Name: orderers.mspId,
          ID: orderers.mspId,
          MSPDir: material.mspDirectory(orderers.mspId),
          Policies: {
            Readers: signature(`OR('${orderers.mspId}.member')`),
            Writers: signature(`OR('${orderers.mspId}.member')`),
            Admins: signature(`OR('${orderers.mspId}.admin')`),
          },
          OrdererEndpoints: orderers.nodes.map(({ host, port }) => `${host}:${port}`),
        },
      ],
      Policies: { ...channelPolicies(), BlockValidation: implicit('ANY Writers') },
      Capabilities: { V2_0: true },
    },
    Application: {
      Organizations: topology.organizations.map(({ mspId, host, peers: [anchor] }) => ({
        Name: mspId,
        ID: mspId,
        MSPDir: material.mspDirectory(mspId),
        Policies: organizationPolicies(mspId),
        AnchorPeers: [{ Host: anchor.host ?? host, Port: anchor.port }],
      })),
      Policies: {
        ...channelPolicies(),
        LifecycleEndorsement: implicit('MAJORITY Endorsement'),
        Endorsement: implicit('MAJORITY Endorsement'),
      },
      Capabilities: { V2_5: true },
    },
  };
  return stringify({ Profiles: { [CHANNEL_PROFILE]: profile } });
}

/** The policies of one organisation, by NodeOU roles. */
export function organizationPolicies(mspId: string) {
  return {
    Readers: signature(`OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`),
    Writers: signature(`OR('${mspId}.admin', '${mspId}.client')`),
    Admins: signature(`OR('${mspId}.admin')`),
    Endorsement: signature(`OR('${mspId}.peer')`),
  };
}

function channelPolicies() {
  return { Readers: implicit('ANY Readers'), Writers: implicit('ANY Writers'), Admins: implicit('MAJORITY Admins') };
}

function ownCertificates(material: FabricMaterial): ConsenterCertificates {
  return ({ name }) => {
    const { msp, tls } = material.orderer(name);
    return { identity: msp.certificate, tls: tls.certificate };
  };
}

function consensusOf({ orderers, channel }: Topology, certificatesOf: ConsenterCertificates) {
  const tlsOf = (node: TopologyOrderer) => {
    const { tls } = certificatesOf(node);
    return { Host: node.host, Port: node.port, ClientTLSCert: tls, ServerTLSCert: tls };
  };
  if (orderers.consensus === 'raft') {
    return {
      OrdererType: 'etcdraft',
      EtcdRaft: {
        Consenters: orderers.nodes.map(tlsOf),
        Options: {
          TickInterval: '500ms',
          ElectionTick: 10,
          HeartbeatTick: 1,
          MaxInflightBlocks: 5,
          SnapshotIntervalSize: '16 MB',
        },
      },
    };
  }
  return {
    OrdererType: 'BFT',
    // The leader proposes a batch when it is full or this old; Fabric's BatchTimeout does not apply to BFT.
    SmartBFT: {
      ...SMART_BFT,
      RequestBatchMaxInterval: `${channel.batch.timeoutMs}ms`,
      LeaderHeartbeatTimeout: `${orderers.leaderTimeoutMs}ms`,
      // A request larger than a batch may be would never be ordered; orderers refuse to join a channel that allows one.
      RequestMaxBytes: channel.batch.absoluteMaxBytes,
    },
    ConsenterMapping: orderers.nodes.map((node, index) => ({
      ID: index + 1,
      MSPID: orderers.mspId,
      Identity: certificatesOf(node).identity,
      ...tlsOf(node),
    })),
  };
}

/** Fabric's defaults, but for the time-outs after which a leader that does not order is replaced: half a minute is long for a hospital. */
const SMART_BFT = {
  RequestForwardTimeout: '2s',
  RequestComplainTimeout: '5s',
  RequestAutoRemoveTimeout: '3m0s',
  ViewChangeResendInterval: '2s',
  ViewChangeTimeout: '10s',
  // Heartbeats are sent on ticks of a second: every tick with time-outs up to ten seconds, at a tenth of those above.
  LeaderHeartbeatCount: 10,
  CollectTimeout: '1s',
  IncomingMessageBufferSize: 200,
  RequestPoolSize: 100_000,
};

const signature = (rule: string) => ({ Type: 'Signature', Rule: rule });
const implicit = (rule: string) => ({ Type: 'ImplicitMeta', Rule: rule });
