import { peer } from '@hyperledger/fabric-protos';
import { FabricError } from '../../fabric/fabric-error.ts';
import { formatPolicy } from '../../policy/policy-text.ts';
import { readPolicyText } from '../../topology/policy-principals.ts';
import type { Operator } from '../operator.ts';

/** A chaincode definition that the channel has committed. */
export type CommittedDefinition = Readonly<{
  name: string;
  sequence: number;
  version: string;
  /** In Fabric's notation, or the name of a policy of the channel. */
  endorsementPolicy: string;
  collections: readonly string[];
}>;

type Printed = Readonly<{
  name?: string;
  sequence: number;
  version: string;
  validation_parameter: string;
  collections?: Readonly<{
    config?: readonly Readonly<{ Payload: Readonly<{ StaticCollectionConfig?: Readonly<{ name: string }> }> }>[];
  }>;
}>;

/** Everything committed on the channel, by name. */
export async function committedDefinitions(operator: Operator): Promise<readonly CommittedDefinition[]> {
  const command = operator.peerCommand(operator.anyOwnOrganization());
  const { chaincode_definitions: definitions = [] } = await command.json<{ chaincode_definitions?: Printed[] }>(
    'lifecycle',
    'chaincode',
    'querycommitted',
    '--channelID',
    operator.channel,
  );
  return definitions.map(readDefinition);
}

/** The committed definition of a chaincode; undefined where there is none. */
export async function committedDefinition(operator: Operator, name: string): Promise<CommittedDefinition | undefined> {
  return (await committedDefinitions(operator)).find((definition) => definition.name === name);
}

/** Names of the chaincodes whose committed endorsement policy names an organisation. */
export async function policiesNaming(operator: Operator, mspId: string): Promise<readonly string[]> {
  const definitions = await committedDefinitions(operator);
  return definitions.filter(({ endorsementPolicy }) => names(endorsementPolicy, mspId)).map(({ name }) => name);
}

/** Is this failure of the `peer` program the answer that there is no such definition? */
export const isNotDefined = (error: unknown): boolean =>
  error instanceof FabricError && /is not defined|could not fetch approved|not found/i.test(error.message);

function names(policy: string, mspId: string): boolean {
  const reading = readPolicyText(policy);
  return 'mspIds' in reading && reading.mspIds.includes(mspId);
}

function readDefinition({ name = '', sequence, version, validation_parameter, collections }: Printed) {
  const policy = peer.ApplicationPolicy.deserializeBinary(Buffer.from(validation_parameter, 'base64'));
  const envelope = policy.getSignaturePolicy();
  return {
    name,
    sequence,
    version,
    endorsementPolicy: envelope === undefined ? policy.getChannelConfigPolicyReference() : formatPolicy(envelope),
    collections: (collections?.config ?? []).flatMap(({ Payload }) => Payload.StaticCollectionConfig?.name ?? []),
  };
}
