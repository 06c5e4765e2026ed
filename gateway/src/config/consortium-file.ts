import { readFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse as parseYaml } from 'yaml';
import { GatewayError } from '../gateway-error.ts';

const MspId = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9.-]{0,63}$' });
const Facility = Type.Object({
  id: Type.String(),
  name: Type.Optional(Type.String()),
  zones: Type.Array(Type.String()),
});
const OrganizationKind = Type.Union([
  Type.Literal('hospital'),
  Type.Literal('insurer'),
  Type.Literal('research'),
  Type.Literal('regulator'),
]);
export type OrganizationKind = Static<typeof OrganizationKind>;

const Organization = Type.Object({
  mspId: MspId,
  name: Type.String(),
  displayName: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
  gatewayPort: Type.Optional(Type.Integer()),
  gatewayHost: Type.Optional(Type.String()),
  peers: Type.Array(Type.Object({ name: Type.String(), host: Type.Optional(Type.String()), port: Type.Integer() }), {
    minItems: 1,
  }),
  application: Type.Object({
    kind: OrganizationKind,
    facilities: Type.Array(Facility),
    releasePort: Type.Optional(Type.Integer()),
  }),
});

const RecordClass = Type.Object({
  name: Type.String(),
  attestations: Type.Integer({ minimum: 1 }),
  endorsements: Type.Integer({ minimum: 1 }),
  collection: Type.Optional(Type.String()),
  closed: Type.Optional(Type.Literal(true)),
});

const ConsortiumFile = Type.Object({
  channel: Type.Object({ name: Type.String() }),
  organizations: Type.Array(Organization, { minItems: 1 }),
  application: Type.Object({
    clockSkewSeconds: Type.Integer({ minimum: 1 }),
    leaseSeconds: Type.Integer({ minimum: 1 }),
    releaseThreshold: Type.Integer({ minimum: 1 }),
    recordClasses: Type.Array(RecordClass, { minItems: 1 }),
  }),
});

/** The part of consortium.yaml that gateways use; the rest of the file belongs to the network. */
export type Consortium = Static<typeof ConsortiumFile>;
export type ConsortiumOrganization = Static<typeof Organization>;

/** Distance from a gateway's REST port to its release port where the consortium file names none. */
export const RELEASE_PORT_OFFSET = 100;

/** @throws GatewayError `MQ_CONFIG_INVALID` naming the place in the file */
export function readConsortiumFile(file: string): Consortium {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GatewayError('MQ_CONFIG_INVALID', `consortiumFile: ${file} cannot be read`, { cause });
  }
  return parseConsortium(parseYaml(text), file);
}

/** @throws GatewayError `MQ_CONFIG_INVALID` naming the place in the file */
export function parseConsortium(content: unknown, file: string): Consortium {
  if (!Value.Check(ConsortiumFile, content)) {
    const [first] = Value.Errors(ConsortiumFile, content);
    throw new GatewayError(
      'MQ_CONFIG_INVALID',
      `${file}: ${first?.instancePath || '(the whole file)'}: ${first?.message ?? 'not valid'}`,
    );
  }
  return content;
}

/** @throws GatewayError `MQ_CONFIG_INVALID` when the file does not name the organisation */
export function organizationOf(consortium: Consortium, mspId: string): ConsortiumOrganization {
  const found = consortium.organizations.find((organization) => organization.mspId === mspId);
  if (found === undefined)
    throw new GatewayError('MQ_CONFIG_INVALID', `the consortium file has no organisation ${mspId}`);
  return found;
}
