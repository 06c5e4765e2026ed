/** One setting of the gateway; the reference page, the checks and the redacted print come from this table. */
export type Setting = Readonly<{
  name: string;
  kind: 'string' | 'integer' | 'boolean';
  default?: string | number | boolean;
  unit?: 'ms' | 'bytes' | 'seconds' | 'count';
  meaning: string;
  secret?: true;
  minimum?: number;
  maximum?: number;
  allowed?: readonly string[];
}>;

/**
 * Precedence: defaults < file < environment < flags. A setting `ledger.peerEndpoint` is `MQ_LEDGER_PEER_ENDPOINT` in
 * the environment and `--ledger.peerEndpoint` as a flag. A setting without default and not given is absent.
 */
export const SETTINGS = [
  { name: 'mspId', kind: 'string', meaning: 'MSP id of the organisation this gateway serves' },
  { name: 'consortiumFile', kind: 'string', meaning: 'path of consortium.yaml: organisations, facilities, classes' },
  {
    name: 'material.dir',
    kind: 'string',
    meaning: 'folder of certificates and keys, one folder per organisation as the network lays them out',
  },
  {
    name: 'material.user',
    kind: 'string',
    default: 'gateway',
    meaning: 'user of the own organisation under whom transactions are submitted',
  },
  { name: 'dataDir', kind: 'string', default: '.medquorum/gateway', meaning: 'folder of keys, content and database' },
  { name: 'strict', kind: 'boolean', default: false, meaning: 'refuse settings that are unsafe in production' },
  {
    name: 'log.level',
    kind: 'string',
    default: 'info',
    allowed: ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    meaning: 'least severe log line that is written',
  },
  { name: 'http.host', kind: 'string', default: '127.0.0.1', meaning: 'address where the REST interface listens' },
  {
    name: 'http.port',
    kind: 'integer',
    minimum: 0,
    maximum: 65535,
    meaning: 'port of the REST interface; default from the consortium file',
  },
  {
    name: 'http.publicUrl',
    kind: 'string',
    meaning: 'URL by which clients reach the gateway: issuer and audience of its tokens',
  },
  {
    name: 'http.trustedProxies',
    kind: 'integer',
    unit: 'count',
    default: 0,
    minimum: 0,
    maximum: 8,
    meaning: 'proxies in front that add the address they were asked from to X-Forwarded-For: limits go by it',
  },
  {
    name: 'http.maxBodyBytes',
    kind: 'integer',
    unit: 'bytes',
    default: 33_554_432,
    minimum: 1024,
    maximum: 268_435_456,
    meaning: 'largest request body',
  },
  {
    name: 'http.maxRequestsPerMinute',
    kind: 'integer',
    unit: 'count',
    default: 600_000,
    minimum: 1,
    maximum: 10_000_000,
    meaning: 'requests of one account or address in a minute',
  },
  {
    name: 'http.maxLoginsPerMinute',
    kind: 'integer',
    unit: 'count',
    default: 30,
    minimum: 1,
    maximum: 100_000,
    meaning: 'token requests of one address in a minute',
  },
  {
    name: 'http.requestTimeoutMs',
    kind: 'integer',
    unit: 'ms',
    default: 60_000,
    minimum: 1000,
    maximum: 600_000,
    meaning: 'longest time to receive a request',
  },
  {
    name: 'http.shutdownGraceMs',
    kind: 'integer',
    unit: 'ms',
    default: 10_000,
    minimum: 0,
    maximum: 120_000,
    meaning: 'time given to requests in progress at shutdown',
  },
  {
    name: 'metrics.port',
    kind: 'integer',
    minimum: 0,
    maximum: 65535,
    meaning: 'port where /metrics alone is answered, at http.host; without it the REST interface answers it',
  },
  {
    name: 'auth.tokenSeconds',
    kind: 'integer',
    unit: 'seconds',
    default: 900,
    minimum: 10,
    maximum: 86_400,
    meaning: 'life of a token of a local account',
  },
  {
    name: 'auth.clockSkewSeconds',
    kind: 'integer',
    unit: 'seconds',
    default: 30,
    minimum: 0,
    maximum: 300,
    meaning: 'clock difference allowed when tokens are checked',
  },
  {
    name: 'auth.oidcIssuers',
    kind: 'string',
    default: '[]',
    meaning: 'JSON list of {issuer, audience, jwksUri, rolesClaim?}: other issuers of bearer tokens',
  },
  {
    name: 'auth.bootstrapAccounts',
    kind: 'string',
    default: '[]',
    secret: true,
    meaning:
      'JSON list of {username, password, role, practitionerId?, patient?}, passwords of 10 to 256 characters: accounts made at start when absent',
  },
  {
    name: 'auth.administratorPasswordFile',
    kind: 'string',
    meaning: 'file with the password of a first administrator, `admin`, made at start when absent; also in strict mode',
  },
  { name: 'keys.dir', kind: 'string', meaning: "folder of the organisation's keys; default <dataDir>/keys" },
  {
    name: 'keys.development',
    kind: 'boolean',
    default: true,
    meaning: 'generate and accept key material marked as development material',
  },
  {
    name: 'keys.passphrase',
    kind: 'string',
    secret: true,
    meaning: 'passphrase of the key that protects stored private keys; without it a file beside the keys',
  },
  {
    name: 'database.url',
    kind: 'string',
    secret: true,
    meaning: 'PostgreSQL to use (DATABASE_URL works too); without it an embedded server is started',
  },
  {
    name: 'database.maxConnections',
    kind: 'integer',
    unit: 'count',
    default: 10,
    minimum: 2,
    maximum: 500,
    meaning: 'connections of this process to PostgreSQL',
  },
  {
    name: 'database.embeddedDir',
    kind: 'string',
    meaning: 'folder of the embedded server; default <dataDir>/postgres',
  },
  { name: 'content.dir', kind: 'string', meaning: 'folder of encrypted content; default <dataDir>/content' },
  {
    name: 'ledger.peerEndpoint',
    kind: 'string',
    meaning: "host:port of the own peer's gateway service; default from the consortium file",
  },
  {
    name: 'ledger.peerHostname',
    kind: 'string',
    meaning: "name in the peer's TLS certificate when it is not that of the endpoint",
  },
  { name: 'ledger.tlsRootCert', kind: 'string', meaning: 'PEM file with the TLS root of the peer' },
  { name: 'ledger.clientCert', kind: 'string', meaning: 'PEM file with the certificate of the submitting client' },
  { name: 'ledger.clientKey', kind: 'string', meaning: 'PEM file with the private key of the submitting client' },
  {
    name: 'ledger.connectionProfile',
    kind: 'string',
    meaning: 'Fabric connection profile (JSON or YAML): endpoint and TLS root of the own peer, unless set above',
  },
  { name: 'ledger.walletDir', kind: 'string', meaning: 'wallet folder with <user>.id files: the submitting client' },
  { name: 'ledger.walletUser', kind: 'string', meaning: 'user of the wallet; needed with ledger.walletDir' },
  { name: 'ledger.channel', kind: 'string', meaning: 'channel; default from the consortium file' },
  { name: 'ledger.chaincode', kind: 'string', default: 'ehr', meaning: 'chaincode name' },
  {
    name: 'ledger.evaluateTimeoutMs',
    kind: 'integer',
    unit: 'ms',
    default: 10_000,
    minimum: 100,
    maximum: 120_000,
    meaning: 'deadline of a query',
  },
  {
    name: 'ledger.endorseTimeoutMs',
    kind: 'integer',
    unit: 'ms',
    default: 20_000,
    minimum: 100,
    maximum: 120_000,
    meaning: 'deadline of endorsement',
  },
  {
    name: 'ledger.submitTimeoutMs',
    kind: 'integer',
    unit: 'ms',
    default: 10_000,
    minimum: 100,
    maximum: 120_000,
    meaning: 'deadline of handing over to the orderer',
  },
  {
    name: 'ledger.commitTimeoutMs',
    kind: 'integer',
    unit: 'ms',
    default: 30_000,
    minimum: 100,
    maximum: 300_000,
    meaning: 'wait for the commit, from the submission on; afterwards the answer is 202',
  },
  {
    name: 'ledger.maxConflictRetries',
    kind: 'integer',
    unit: 'count',
    default: 6,
    minimum: 0,
    maximum: 20,
    meaning: 'new endorsements after read conflicts before 409',
  },
  {
    name: 'ledger.intentSeconds',
    kind: 'integer',
    unit: 'seconds',
    default: 900,
    minimum: 10,
    maximum: 86_400,
    meaning: 'life of the intents this gateway signs',
  },
  {
    name: 'groupCommit.maxEntries',
    kind: 'integer',
    unit: 'count',
    default: 100,
    minimum: 1,
    maximum: 1000,
    meaning: 'entries in one transaction',
  },
  {
    name: 'groupCommit.maxBytes',
    kind: 'integer',
    unit: 'bytes',
    default: 1_048_576,
    minimum: 1024,
    maximum: 8_388_608,
    meaning: 'bytes of entries in one transaction',
  },
  {
    name: 'groupCommit.lingerMs',
    kind: 'integer',
    unit: 'ms',
    default: 5,
    minimum: 0,
    maximum: 1000,
    meaning: 'wait for company while other transactions are under way',
  },
  {
    name: 'groupCommit.maxInFlight',
    kind: 'integer',
    unit: 'count',
    default: 2,
    minimum: 1,
    maximum: 64,
    meaning: 'transactions of one function under way together',
  },
  {
    name: 'groupCommit.maxQueued',
    kind: 'integer',
    unit: 'count',
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    meaning: 'entries waiting; more are answered 503',
  },
  {
    name: 'readModel.waitMs',
    kind: 'integer',
    unit: 'ms',
    default: 10_000,
    minimum: 0,
    maximum: 60_000,
    meaning: 'wait of a read until own writes are projected',
  },
  { name: 'release.host', kind: 'string', meaning: 'address where other gateways are answered; default http.host' },
  {
    name: 'release.port',
    kind: 'integer',
    minimum: 0,
    maximum: 65535,
    meaning: 'port where other gateways are answered (mutual TLS); default from the consortium file',
  },
  { name: 'release.tlsCert', kind: 'string', meaning: 'PEM file with the TLS certificate shown to other gateways' },
  { name: 'release.tlsKey', kind: 'string', meaning: 'PEM file with its private key' },
  {
    name: 'release.tlsRoots',
    kind: 'string',
    meaning: "JSON object: MSP id -> PEM file with that organisation's TLS root",
  },
  {
    name: 'release.urls',
    kind: 'string',
    default: '{}',
    meaning: "JSON object: MSP id -> https URL of that organisation's gateway; default from the consortium file",
  },
  {
    name: 'release.timeoutMs',
    kind: 'integer',
    unit: 'ms',
    default: 15_000,
    minimum: 100,
    maximum: 120_000,
    meaning: 'deadline of a call to another gateway',
  },
  {
    name: 'attest.automatic',
    kind: 'boolean',
    default: true,
    meaning: 'attest new records of others automatically after checking profile, signature and digest',
  },
  {
    name: 'attest.practitionerId',
    kind: 'string',
    meaning: "practitioner under whom automatic attestations are signed; without it the organisation's system",
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]['name'];

/** `groupCommit.maxBytes` -> `MQ_GROUP_COMMIT_MAX_BYTES`. */
export function environmentName(name: string): string {
  return `MQ_${name
    .replace(/\./g, '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;
}
