const policy = { type: 'string', minLength: 1, maxLength: 16384 } as const;

/** JSON Schema of one entry of Fabric's collections configuration file; the defaults are Fabric's. */
export const COLLECTION_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'policy'],
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z0-9-][A-Za-z0-9_-]*$', maxLength: 128 },
    policy,
    requiredPeerCount: { type: 'integer', minimum: 0, maximum: 256, default: 0 },
    maxPeerCount: { type: 'integer', minimum: 0, maximum: 256, default: 0 },
    blockToLive: { type: 'integer', minimum: 0, maximum: 4294967295, default: 0 },
    memberOnlyRead: { type: 'boolean', default: false },
    memberOnlyWrite: { type: 'boolean', default: false },
    endorsementPolicy: {
      type: 'object',
      additionalProperties: false,
      required: ['signaturePolicy'],
      properties: { signaturePolicy: policy },
    },
  },
} as const;

export const COLLECTIONS_FILE_SCHEMA = { type: 'array', items: COLLECTION_SCHEMA, maxItems: 256 } as const;
