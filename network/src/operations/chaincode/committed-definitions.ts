import { msp, peer } from '@hyperledger/fabric-protos';
import { FabricError } from '../../fabric/fabric-error.ts';
import { formatPolicy } from '../../policy/policy-text.ts';
import { readPrincipal } from '../../policy/principal.ts';
import { readPolicyText } from '../../topology/policy-principals.ts';
import type { Operator } from '../operator.ts';

/** A chaincode definition that the channel has committed. */
export type CommittedDefinition = Readonly<{
  name: string;
  sequence: number;
  version: string;
  /** In Fabric's notation, or the name of a policy of the channel. */
  endorsementPolicy: string;
  collections: readonly CommittedCollection[];
}>;

/** A collection with the organisations that its policies, of membership and of endorsement, name. */
export type CommittedCollection = Readonly<{ name: string; mspIds: readonly string[] }>;

const { ROLE } = msp.MSPPrincipal.Classification;

type PrintedPolicy = Readonly<{
  identities?: readonly Readonly<{ principal_classification?: number; principal: string }>[];
}>;

type PrintedCollection = Readonly<{
  name: string;
  member_orgs_policy?: Readonly<{ Payload?: Readonly<{ SignaturePolicy?: PrintedPolicy }> }>;
  endorsement_policy?: Readonly<{ Type?: Readonly<{ SignaturePolicy?: PrintedPolicy }> }>;
}>;

/** A definition as `peer lifecycle chaincode querycommitted` prints it: Go's structures in JSON, bytes in base64. */
export type PrintedDefinition = Readonly<{
  name?: string;
  sequence: number;
  version: string;
  validation_parameter: string;
  collections?: Readonly<{
    config?: readonly Readonly<{ Payload: Readonly<{ StaticCollectionConfig?: PrintedCollection }> }>[];
  }>;
}>;

/** Everything committed on the channel, by name. */
export async function committedDefinitions(operator: Operator): Promise<readonly CommittedDefinition[]> {
  const command = operator.peerCommand(operator.anyOwnOrganization());
  const { chaincode_definitions: definitions = [] } = await command.json<{
    chaincode_definitions?: PrintedDefinition[];
  }>('lifecycle', 'chaincode', 'querycommitted', '--channelID', operator.channel);
  return definitions.map(readDefinition);
}

/** The committed definition of a chaincode; undefined where there is none. */
export async function committedDefinition(operator: Operator, name: string): Promise<CommittedDefinition | undefined> {
  return (await committedDefinitions(operator)).find((definition) => definition.name === name);
}

/** Whose policies name an organisation: chaincodes by name, collections as `collection NAME of CHAINCODE`. */
export function policiesNaming(definitions: readonly CommittedDefinition[], mspId: string): readonly string[] {
  return definitions.flatMap(({ name, endorsementPolicy, collections }) => [
    ...(names(endorsementPolicy, mspId) ? [name] : []),
    ...collections
      .filter(({ mspIds }) => mspIds.includes(mspId))
      .map((collection) => `collection ${collection.name} of ${name}`),
  ]);
}

/** Is this failure of the `peer` program the answer that there is no such definition? */
export const isNotDefined = (error: unknown): boolean =>
  error instanceof FabricError && /is not defined|could not fetch approved|not found/i.test(error.message);

function names(policy: string, mspId: string): boolean {
  const reading = readPolicyText(policy);
  return 'mspIds' in reading && reading.mspIds.includes(mspId);
}

/** What a printed definition says; a collection without policies of signatures names nobody. */
export function readDefinition(printed: PrintedDefinition): CommittedDefinition {
  const { name = '', sequence, version, validation_parameter, collections } = printed;
  const policy = peer.ApplicationPolicy.deserializeBinary(Buffer.from(validation_parameter, 'base64'));
  const envelope = policy.getSignaturePolicy();
  return {
    name,
    sequence,
    version,
    endorsementPolicy: envelope === undefined ? policy.getChannelConfigPolicyReference() : formatPolicy(envelope),
    collections: (collections?.config ?? []).flatMap(({ Payload: { StaticCollectionConfig: collection } }) =>
      collection === undefined ? [] : readCollection(collection),
    ),
  };
}

function readCollection({ name, member_orgs_policy, endorsement_policy }: PrintedCollection): CommittedCollection {
  const policies = [member_orgs_policy?.Payload?.SignaturePolicy, endorsement_policy?.Type?.SignaturePolicy];
  const mspIds = policies
    .flatMap((policy) => policy?.identities ?? [])
    .flatMap((identity) => {
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification((identity.principal_classification ?? ROLE) as typeof ROLE);
      principal.setPrincipal(identity.principal);
      return readPrincipal(principal).mspId ?? [];
    });
  return { name, mspIds: [...new Set(mspIds)] };
}
