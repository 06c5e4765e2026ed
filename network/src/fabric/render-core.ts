import { stringify } from 'yaml';
import type { TopologyOrganization, TopologyPeer } from '../topology/topology.ts';
import type { FabricMaterial } from './fabric-material.ts';

export const EXTERNAL_BUILDER_NAME = 'chaincode-as-a-service';
const MAX_MESSAGE_BYTES = 104_857_600;
/** Fabric's own of 60 s stalls a whole block. */
const DEFAULT_PULL_RETRY_THRESHOLD = '5s';

export type PeerPlace = Readonly<{
  organization: TopologyOrganization;
  peer: TopologyPeer;
  dataDirectory: string;
  /** Folder of the external builder: `bin/detect`, `bin/build`, `bin/release`. */
  builderDirectory: string;
  /** How long a peer waits for private data it was not given; {@link DEFAULT_PULL_RETRY_THRESHOLD} unless told otherwise. */
  pullRetryThreshold?: string | undefined;
}>;

/** `core.yaml` of one peer: no container runtime, chaincodes as services through our own external builder. */
export function renderCore(place: PeerPlace, material: FabricMaterial): string {
  const { organization, peer, dataDirectory, builderDirectory } = place;
  const { msp, tls } = material.peer(organization.mspId, peer.name);
  const host = peer.host ?? organization.host;
  const address = `${host}:${peer.port}`;
  return stringify({
    peer: {
      id: `${peer.name}.${organization.domain}`,
      networkId: 'medquorum',
      listenAddress: address,
      address,
      chaincodeListenAddress: `${host}:${peer.chaincodePort}`,
      addressAutoDetect: false,
      gateway: { enabled: true, endorsementTimeout: '30s', broadcastTimeout: '30s', dialTimeout: '2m' },
      keepalive: {
        interval: '7200s',
        timeout: '20s',
        minInterval: '20s',
        client: { interval: '60s', timeout: '20s' },
        // A cable that is cut says nothing: without blocks to carry, only these pings find out that an orderer is gone. 10 s is gRPC's least.
        deliveryClient: { interval: '10s', timeout: '5s' },
      },
      gossip: {
        bootstrap: address,
        useLeaderElection: false,
        orgLeader: true,
        endpoint: address,
        externalEndpoint: address,
        // Membership by default needs up to 25 s after a start; these make it one or two.
        reconnectInterval: '2s',
        // A day of attempts (the default 120 would be four minutes): members of a new consortium start at their own pace.
        maxConnectionAttempts: 43_200,
        aliveTimeInterval: '1s',
        aliveExpirationTimeout: '10s',
        publishCertPeriod: '2s',
        pvtData: {
          pullRetryThreshold: place.pullRetryThreshold ?? DEFAULT_PULL_RETRY_THRESHOLD,
          transientstoreMaxBlockRetention: 20_000,
          pushAckTimeout: '3s',
          btlPullMargin: 10,
          reconcileBatchSize: 10,
          reconcileSleepInterval: '10s',
          reconciliationEnabled: true,
          implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
        },
        state: { enabled: false },
      },
      tls: {
        enabled: true,
        clientAuthRequired: false,
        cert: { file: tls.certificate },
        key: { file: tls.key },
        rootcert: { file: tls.rootCertificate },
        clientRootCAs: { files: material.tlsRoots() },
      },
      authentication: { timewindow: '15m' },
      fileSystemPath: dataDirectory,
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      mspConfigPath: msp.root,
      localMspId: organization.mspId,
      localMspType: 'bccsp',
      client: { connTimeout: '3s' },
      deliveryclient: {
        blockGossipEnabled: false,
        reconnectTotalTimeThreshold: '3600s',
        connTimeout: '3s',
        reConnectBackoffThreshold: '5s',
        policy: 'simple',
      },
      handlers: {
        authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }, { name: 'TimeWindowCheck' }],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement' } },
        validators: { vscc: { name: 'DefaultValidation' } },
      },
      discovery: { enabled: true, authCacheEnabled: true, authCacheMaxSize: 1000, authCachePurgeRetentionRatio: 0.75 },
      limits: {
        concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 },
      },
      maxRecvMsgSize: MAX_MESSAGE_BYTES,
      maxSendMsgSize: MAX_MESSAGE_BYTES,
    },
    vm: { endpoint: '' },
    chaincode: {
      externalBuilders: [{ name: EXTERNAL_BUILDER_NAME, path: builderDirectory, propagateEnvironment: [] }],
      installTimeout: '60s',
      startuptimeout: '60s',
      executetimeout: '30s',
      mode: 'net',
      // fabric-shim for Node exits on a keepalive message.
      keepalive: 0,
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      logging: { level: 'info', shim: 'warning' },
      // The values of Fabric's own core.yaml: a chaincode may read and write many keys in one message.
      runtimeParams: {
        useWriteBatch: true,
        maxSizeWriteBatch: 1000,
        useGetMultipleKeys: true,
        maxSizeGetMultipleKeys: 1000,
      },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: true },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 100,
        purgedKeyAuditLogging: true,
      },
      snapshots: { rootDir: `${dataDirectory}/snapshots` },
    },
    operations: { listenAddress: `${host}:${peer.operationsPort}`, tls: { enabled: false } },
    metrics: { provider: 'prometheus' },
  });
}
