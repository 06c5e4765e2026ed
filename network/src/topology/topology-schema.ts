import { COLLECTION_SCHEMA } from './collection-schema.ts';

const port = { type: 'integer', minimum: 0, maximum: 65535 } as const;
const name = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' } as const;
const mspId = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9.-]{0,63}$' } as const;
const host = { type: 'string', pattern: '^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$' } as const;
const displayName = { type: 'string', minLength: 1, maxLength: 128 } as const;
const policy = { type: 'string', minLength: 1, maxLength: 16384 } as const;
const application = { type: 'object', default: {} } as const;
const closed = { type: 'object', additionalProperties: false } as const;

const batch = {
  ...closed,
  properties: {
    maxMessageCount: { type: 'integer', minimum: 1, maximum: 10000, default: 10 },
    absoluteMaxBytes: { type: 'integer', minimum: 1024, maximum: 103809024, default: 10485760 },
    preferredMaxBytes: { type: 'integer', minimum: 1024, maximum: 103809024, default: 2097152 },
    timeoutMs: { type: 'integer', minimum: 1, maximum: 60000, default: 200 },
  },
  default: {},
} as const;

const peer = {
  ...closed,
  required: ['name', 'port'],
  properties: {
    name,
    host,
    port,
    chaincodePort: { ...port, default: 0 },
    operationsPort: { ...port, default: 0 },
  },
} as const;

const client = {
  ...closed,
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' },
    attributes: {
      type: 'object',
      maxProperties: 64,
      additionalProperties: { type: 'string', maxLength: 1024 },
      default: {},
    },
  },
} as const;

const organization = {
  ...closed,
  required: ['mspId', 'name', 'domain', 'peers'],
  properties: {
    mspId,
    name,
    displayName,
    domain: host,
    host: { ...host, default: '127.0.0.1' },
    hostnames: { type: 'array', items: host, maxItems: 32, default: [] },
    peers: { type: 'array', items: peer, minItems: 1, maxItems: 16 },
    gatewayPort: port,
    gatewayHost: host,
    clients: { type: 'array', items: client, maxItems: 256, default: [{ name: 'user1' }] },
    application,
  },
} as const;

const orderer = {
  ...closed,
  required: ['name', 'port'],
  properties: {
    name,
    host,
    port,
    adminPort: { ...port, default: 0 },
    operationsPort: { ...port, default: 0 },
    operator: name,
  },
} as const;

const orderers = {
  ...closed,
  required: ['nodes'],
  properties: {
    mspId: { ...mspId, default: 'OrdererMSP' },
    name: { ...name, default: 'orderer' },
    displayName: { ...displayName, default: 'Ordering Service' },
    domain: { ...host, default: 'orderer.example' },
    consensus: { enum: ['bft', 'raft'], default: 'bft' },
    leaderTimeoutMs: { type: 'integer', minimum: 2000, maximum: 600_000, default: 3000 },
    nodes: { type: 'array', items: orderer, minItems: 1, maxItems: 64 },
  },
  default: { consensus: 'raft', nodes: [{ name: 'orderer1', port: 0 }] },
} as const;

const chaincode = {
  ...closed,
  required: ['name', 'version', 'endorsementPolicy', 'addresses'],
  properties: {
    // As Fabric's lifecycle takes them.
    name: { type: 'string', pattern: '^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$', maxLength: 64 },
    version: { type: 'string', pattern: '^[A-Za-z0-9_.+-]+$', maxLength: 64 },
    sequence: { type: 'integer', minimum: 1, maximum: 1000000, default: 1 },
    endorsementPolicy: policy,
    addresses: {
      type: 'object',
      minProperties: 1,
      additionalProperties: { type: 'string', pattern: '^[^\\s:]+:[0-9]{1,5}$' },
    },
    collections: { type: 'array', items: COLLECTION_SCHEMA, maxItems: 256 },
    collectionsFile: { type: 'string', minLength: 1 },
  },
} as const;

/** JSON Schema (draft 7) of a topology file; what one document alone cannot say is in check-topology.ts. */
export const TOPOLOGY_SCHEMA = {
  ...closed,
  required: ['version', 'channel', 'organizations', 'chaincodes'],
  properties: {
    version: { const: 1 },
    name: { ...name, default: 'network' },
    channel: {
      ...closed,
      required: ['name'],
      properties: { name: { type: 'string', pattern: '^[a-z][a-z0-9.-]{0,248}$' }, batch },
    },
    hosts: { type: 'object', maxProperties: 256, additionalProperties: host, default: {} },
    organizations: { type: 'array', items: organization, minItems: 1, maxItems: 256 },
    orderers,
    chaincodes: { type: 'array', items: chaincode, maxItems: 64 },
    admin: { ...closed, properties: { port: { ...port, default: 0 } }, default: {} },
    application,
  },
} as const;
