import { EMERGENCY_REASONS } from '@medquorum/chaincode/access/access-args';
import { ACTIONS } from '@medquorum/chaincode/access/access-facts';
import { CONFIDENTIALITIES, PRACTITIONER_ROLES, ZONES } from '@medquorum/chaincode/schema/codes';
import { type TSchema, Type } from 'typebox';
import { SignatureText, Uuid } from '../http/schemas.ts';

const literals = <const T extends string>(codes: readonly T[]) => Type.Union(codes.map((code) => Type.Literal(code)));
const closed = { additionalProperties: false } as const;

const DateTime = Type.String({ minLength: 4, maxLength: 40, description: 'FHIR dateTime' });
/** What is said of a record beside its content; the ledger shows this and nothing of what the content says. */
export const HeaderBody = Type.Object(
  {
    type: Type.Optional(
      Type.String({ pattern: '^[A-Z][A-Za-z]{1,63}$', description: "FHIR type; the content's own by default" }),
    ),
    code: Type.Optional(
      Type.Object(
        { system: Type.Literal('http://loinc.org'), code: Type.String({ pattern: '^[0-9]{1,7}-[0-9]$' }) },
        closed,
      ),
    ),
    date: Type.Optional(
      Type.Union([DateTime, Type.Object({ start: Type.Optional(DateTime), end: Type.Optional(DateTime) }, closed)]),
    ),
    author: Type.Optional(Uuid),
    confidentiality: Type.Optional(literals(CONFIDENTIALITIES)),
    labels: Type.Optional(
      Type.Array(Type.String({ maxLength: 40 }), { maxItems: 32, description: 'v3-ActCode sensitivity' }),
    ),
    policies: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 8 })),
  },
  closed,
);

export const ContentBody = Type.Object(
  { resourceType: Type.String({ pattern: '^[A-Z][A-Za-z]{1,63}$' }) },
  { additionalProperties: true, description: 'FHIR R4 resource; encrypted before it is stored' },
);

export const ProposalBody = Type.Object(
  {
    patient: Uuid,
    class: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', default: 'clinical' })),
    header: Type.Optional(HeaderBody),
    content: ContentBody,
    onBehalfOf: Type.Optional(Uuid),
  },
  closed,
);
export const AmendmentBody = Type.Object(
  { header: Type.Optional(HeaderBody), content: ContentBody, onBehalfOf: Type.Optional(Uuid) },
  closed,
);

export const AccessBody = {
  purpose: Type.String({ pattern: '^[A-Z]{2,20}$', description: 'purpose of use, v3-ActReason' }),
  action: Type.Optional(literals(ACTIONS)),
  role: Type.Optional(literals(PRACTITIONER_ROLES)),
  practitionerRole: Type.Optional(Uuid),
  place: Type.Optional(
    Type.Object({ facility: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }), zone: literals(ZONES) }, closed),
  ),
  emergency: Type.Optional(
    Type.Object(
      {
        reason: literals(EMERGENCY_REASONS),
        secondClinician: Type.Optional(Type.Object({ practitioner: Uuid, signature: SignatureText }, closed)),
      },
      closed,
    ),
  ),
  onBehalfOf: Type.Optional(Uuid),
} satisfies Record<string, TSchema>;

export const ReadOneBody = Type.Object(AccessBody, closed);
export const ReadManyBody = Type.Object(
  { ...AccessBody, patient: Uuid, records: Type.Array(Uuid, { minItems: 1, maxItems: 100, uniqueItems: true }) },
  closed,
);

export const OutcomeView = Type.Object({
  recordId: Type.String(),
  version: Type.Integer(),
  effect: Type.Union([Type.Literal('permit'), Type.Literal('deny')]),
  reasons: Type.Array(Type.Object({ code: Type.String(), sentence: Type.String() })),
  obligations: Type.Array(Type.String()),
  consentIds: Type.Array(Type.String()),
  expiresAt: Type.Union([Type.String(), Type.Null()]),
});
