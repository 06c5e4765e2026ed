import { consortiumConfiguration, facilities } from '../consortium/consortium-configuration.ts';
import { ORGANIZATION_KINDS, PRACTITIONER_ROLES, SUSPENSION_REASONS } from '../schema/codes.ts';
import { encryptionKey, facilityId, mspId, signature, signingKey, uuid } from '../schema/identifiers.ts';
import { listOf, object, oneOf, refuse, type Shape, type Shaped, setOf } from '../schema/shape.ts';

export const MAX_ROLES_PER_PRACTITIONER = 16;

/**
 * `registry.registerOrganizations`: author is the organisation itself, key generation 1, and the intent is signed with
 * the very `signingKey` it brings, which proves possession.
 */
export const registerOrganizationArgs = object({
  kind: oneOf(ORGANIZATION_KINDS),
  signingKey,
  encryptionKey,
  facilities,
});
export type RegisterOrganizationArgs = Shaped<typeof registerOrganizationArgs>;

/** `registry.configure`: author is the regulator; every later one names the digest of the configuration it replaces. */
export const configureArgs = object({ configuration: consortiumConfiguration });
export type ConfigureArgs = Shaped<typeof configureArgs>;

/** A role held; `id` is what FHIR calls PractitionerRole. Without facilities it holds at all of the organisation's. */
export const practitionerRole = object(
  { id: uuid, role: oneOf(PRACTITIONER_ROLES) },
  { facilities: setOf(facilityId, 1, 16) },
);
export type PractitionerRole = Shaped<typeof practitionerRole>;

/** `registry.registerPractitioners`: author is the organisation; `keyProof` is the practitioner's, see key-proof.ts. */
export const registerPractitionerArgs = object({
  practitionerId: uuid,
  roles: setOf(practitionerRole, 1, MAX_ROLES_PER_PRACTITIONER, (it) => it.id),
  signingKey,
  keyProof: signature,
});
export type RegisterPractitionerArgs = Shaped<typeof registerPractitionerArgs>;

/**
 * `registry.rotateKeys`: author is the organisation or practitioner, signing with its current key; `keyProof` is by the
 * new one. Practitioners have no encryption key.
 */
export const rotatePartyKeysArgs = object({ signingKey, keyProof: signature }, { encryptionKey });
export type RotatePartyKeysArgs = Shaped<typeof rotatePartyKeysArgs>;

const party = object({ kind: oneOf(['organization', 'practitioner', 'patient']), id: partyId });
export type Party = Shaped<typeof party>;

/** `registry.suspend`: the regulator suspends anyone, an organisation its own practitioners. */
export const suspendArgs = object({ party: namedParty, reason: oneOf(SUSPENSION_REASONS) });
export type SuspendArgs = Shaped<typeof suspendArgs>;

/** `registry.reinstate`: by whoever may suspend. */
export const reinstateArgs = object({ party: namedParty });
export type ReinstateArgs = Shaped<typeof reinstateArgs>;

/** `registry.pruneNonces` takes these plain, without a signature: it removes only what can no longer matter. */
const nonceRef = object({ kind: oneOf(['organization', 'practitioner', 'patient']), id: partyId, nonce: nonceText });
export const pruneNoncesArgs = listOf(nonceRef, 1, 500);
export type NonceRef = Shaped<typeof nonceRef>;

function partyId(value: unknown, path: string): string {
  return typeof value === 'string' && value.includes('-') && value.length === 36
    ? uuid(value, path)
    : mspId(value, path);
}

function namedParty(value: unknown, path: string): Party {
  const named = party(value, path);
  const form: Shape<string> = named.kind === 'organization' ? mspId : uuid;
  form(named.id, `${path}.id`);
  return named;
}

function nonceText(value: unknown, path: string): string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value) ? value : refuse(path, 'must be a nonce');
}
