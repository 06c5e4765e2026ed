import '@fastify/swagger'; // what it adds to the type of a route's schema
import { type TSchema, Type } from 'typebox';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

export const Uuid = Type.String({ pattern: UUID, description: 'UUID, lower case' });
export const MspId = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9.-]{0,63}$',
  description: 'MSP id of an organisation',
});
export const Instant = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
  description: 'RFC 3339, UTC, milliseconds',
});
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const SigningKeyText = Type.String({
  pattern: '^[A-Za-z0-9_-]{43}$',
  description: 'Ed25519 public key, base64url',
});
export const SignatureText = Type.String({
  pattern: '^[A-Za-z0-9_-]{86}$',
  description: 'Ed25519 signature, base64url',
});
export const EntryId = Type.String({ pattern: '^[0-9a-f]{64}-[0-9]{1,4}$', description: 'transaction id and index' });
export const Version = Type.Integer({ minimum: 1, maximum: 250 });
export const Limit = Type.Integer({ minimum: 1, maximum: 200, default: 50 });

export const EncryptionKeyBody = Type.Object(
  {
    kem: Type.Union([Type.Literal('X25519'), Type.Literal('P-256')]),
    publicKey: Type.String({ pattern: '^[A-Za-z0-9_-]{43,87}$' }),
  },
  { additionalProperties: false },
);

/** An intent that the caller's own key has signed; the ledger checks it in full. */
export const SignedEntryBody = Type.Object(
  { intent: Type.Object({}, { additionalProperties: true }), signature: SignatureText },
  { additionalProperties: false },
);

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    instance: Type.String(),
  },
  { additionalProperties: true, description: 'RFC 9457' },
);

/** Problems that any route may answer. */
export const PROBLEM_RESPONSES = { '4xx': Problem, '5xx': Problem } as const;

/** Where and when a write stands on the ledger. */
export const Committed = Type.Object({
  operationId: Type.String(),
  txId: Type.String(),
  blockNumber: Type.Union([Type.Integer(), Type.Null()]),
});

export const WriteHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,128}$',
      description: 'the same key commits once, however often it is sent',
    }),
  ),
});

/** A body that may be left out: Fastify shows a missing one to its schema as null. */
export const optionalBody = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
