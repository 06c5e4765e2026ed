import type { ConsortiumConfiguration, Facility } from '../consortium/consortium-configuration.ts';
import type { Stored } from '../ledger/stored.ts';
import type { OrganizationKind, SUSPENSION_REASONS } from '../schema/codes.ts';
import type { EncryptionKey } from '../schema/identifiers.ts';
import type { PractitionerRole } from './registry-args.ts';

/** `active`, or suspended for a reason; of organisations, practitioners and patients alike. */
export type PartyStatus = 'active' | `suspended:${(typeof SUSPENSION_REASONS)[number]}`;

export type ConfigurationState = Stored<'configuration', { configuration: ConsortiumConfiguration }>;

export type OrganizationState = Stored<
  'organization',
  {
    mspId: string;
    organizationKind: OrganizationKind;
    facilities: readonly Facility[];
    signingKey: string;
    encryptionKey: EncryptionKey;
    keyGeneration: number;
    status: PartyStatus;
  }
>;

export type PractitionerState = Stored<
  'practitioner',
  {
    practitionerId: string;
    mspId: string;
    roles: readonly PractitionerRole[];
    signingKey: string;
    keyGeneration: number;
    status: PartyStatus;
  }
>;

/** One generation of one party's keys, kept for ever: whoever checks an old entry finds the key it was signed with. */
export type KeyState = Stored<
  'key',
  {
    party: Readonly<{ kind: 'organization' | 'practitioner' | 'patient'; id: string }>;
    keyGeneration: number;
    signingKey: string;
    encryptionKey: EncryptionKey | null;
    /** Transaction time from which it was the current one. */
    since: string;
  }
>;

/** A used nonce: which transaction, and which item of its list, used it first. No `entry`: that stands in the state it wrote. */
export type NonceState = Readonly<{
  v: 1;
  kind: 'nonce';
  author: Readonly<{ kind: 'organization' | 'practitioner' | 'patient'; id: string }>;
  nonce: string;
  txId: string;
  index: number;
  notAfter: string;
}>;
