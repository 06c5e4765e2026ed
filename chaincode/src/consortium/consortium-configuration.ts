import { MedQuorumError } from '../medquorum-error.ts';
import { ORGANIZATION_KINDS, ZONES } from '../schema/codes.ts';
import { facilityId, mspId } from '../schema/identifiers.ts';
import { integer, object, oneOf, refuse, type Shaped, setOf, text } from '../schema/shape.ts';

export const MAX_MEMBERS = 64;
export const MAX_RECORD_CLASSES = 32;
export const MAX_FACILITIES = 64;
/** Of a transaction's timestamp against an endorser's own clock, until the consortium sets another. */
export const DEFAULT_CLOCK_SKEW_SECONDS = 300;

export const collectionName = text(/^[A-Za-z][A-Za-z0-9_-]{0,127}$/, 'the name of a private collection');
export const recordClassName = text(/^[a-z][a-z0-9-]{0,31}$/, 'the name of a record class');

const member = object({ mspId, kind: oneOf(ORGANIZATION_KINDS) });

/** One class of records: who must vouch for its content, and who must endorse its head. `closed`: takes no new records. */
const recordClass = object(
  { name: recordClassName, attestations: integer(1, MAX_MEMBERS), endorsements: integer(1, MAX_MEMBERS) },
  { collection: collectionName, closed: onlyTrue },
);
export type RecordClass = Shaped<typeof recordClass>;

const configuration = object({
  members: setOf(member, 1, MAX_MEMBERS, (it) => it.mspId),
  recordClasses: setOf(recordClass, 1, MAX_RECORD_CLASSES, (it) => it.name),
  clockSkewSeconds: integer(1, 3600),
  leaseSeconds: integer(1, 86_400),
  releaseThreshold: integer(1, MAX_MEMBERS),
});
/**
 * What the consortium has agreed on, as it stands on the ledger. `attestations`: verifiers of k distinct authorities
 * before a version is active. `endorsements`: k organisations on the key policy of a record's head, its custodian
 * always among them. `releaseThreshold`: t of the authorities other than the requester's own.
 */
export type ConsortiumConfiguration = Shaped<typeof configuration>;

/**
 * Shape, and what the members cannot say alone: one regulator at most, and no class that asks for more organisations
 * than there are. Members are sorted by MSP id, classes by name: one configuration has one form.
 *
 * @throws MedQuorumError `MQ_INPUT_INVALID` for the shape, `MQ_CONFIGURATION_INVALID` for the rest
 */
export function consortiumConfiguration(value: unknown, path: string): ConsortiumConfiguration {
  const parsed = configuration(value, path);
  const { members, recordClasses, releaseThreshold } = parsed;
  const inconsistent = (reason: string) => new MedQuorumError('MQ_CONFIGURATION_INVALID', `${path}: ${reason}`);
  if (members.filter(({ kind }) => kind === 'regulator').length > 1) throw inconsistent('has two regulators');
  for (const { name, attestations, endorsements } of recordClasses) {
    if (Math.max(attestations, endorsements) > members.length) {
      throw inconsistent(`class ${name} needs more organisations than there are members`);
    }
  }
  if (releaseThreshold > 1 && releaseThreshold >= members.length) {
    throw inconsistent('releaseThreshold needs more organisations than there are other members');
  }
  return {
    ...parsed,
    members: members.toSorted((a, b) => (a.mspId < b.mspId ? -1 : 1)),
    recordClasses: recordClasses.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

export const facility = object({ id: facilityId, zones: setOf(oneOf(ZONES), 1, ZONES.length) });
export const facilities = setOf(facility, 0, MAX_FACILITIES, (it) => it.id);
export type Facility = Shaped<typeof facility>;

/** The `application` section of one organisation in consortium.yaml, without what only people read. */
export type OrganizationProfile = Readonly<{
  kind: (typeof ORGANIZATION_KINDS)[number];
  facilities: readonly Facility[];
}>;

/** A topology as network/ loads it; its `application` sections are ours to read. */
export type TopologyApplication = Readonly<{
  application: unknown;
  organizations: readonly Readonly<{ mspId: string; application: unknown }>[];
}>;

/**
 * Reads the `application` sections of a topology.
 *
 * @throws MedQuorumError as {@link consortiumConfiguration}, the path naming the member of the topology
 */
export function configurationFromTopology(topology: TopologyApplication): ConsortiumConfiguration {
  const members = topology.organizations.map(({ mspId: id, application }, i) => ({
    mspId: id,
    kind: organizationProfile(application, `organizations[${i}].application`).kind,
  }));
  const application = isRecord(topology.application) ? topology.application : {};
  return consortiumConfiguration({ ...application, members }, 'application');
}

/** Kind and facilities of one organisation; display names of facilities stay off the ledger. */
export function organizationProfile(application: unknown, path: string): OrganizationProfile {
  const { kind, facilities: named = [] } = isRecord(application) ? application : {};
  const unnamed = Array.isArray(named) ? named.map((it: unknown) => (isRecord(it) ? withoutName(it) : it)) : named;
  return {
    kind: oneOf(ORGANIZATION_KINDS)(kind, `${path}.kind`),
    facilities: facilities(unnamed, `${path}.facilities`),
  };
}

function withoutName({ name: _name, ...rest }: Record<string, unknown>): unknown {
  return rest;
}

/** Absent means no: one configuration has one form. */
function onlyTrue(value: unknown, path: string): true {
  return value === true ? value : refuse(path, 'must be true, or be left out');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
