import type { ChaincodeDirectory } from '../endorser/endorser.ts';
import {
  type ChaincodeDefinition,
  type CollectionDefinition,
  IMPLICIT_COLLECTION_PREFIX,
} from './chaincode-definition.ts';

/**
 * The chaincode definitions of the channel by name.
 * @param mspIds organisations of the channel: each has an implicit collection in every chaincode
 */
export function chaincodeDirectory(
  definitions: readonly ChaincodeDefinition[],
  mspIds: readonly string[],
): ChaincodeDirectory {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const collection = (chaincode: string, name: string): CollectionDefinition | undefined =>
    findCollection(byName.get(chaincode), name, mspIds);
  return {
    get: (chaincode) => byName.get(chaincode),
    list: () => definitions,
    membersOf: (chaincode, name) => collection(chaincode, name)?.memberMspIds,
    blockToLive: (chaincode, name) => collection(chaincode, name)?.blockToLive ?? 0,
    findCollection: collection,
  };
}

function findCollection(
  chaincode: ChaincodeDefinition | undefined,
  name: string,
  mspIds: readonly string[],
): CollectionDefinition | undefined {
  if (chaincode === undefined) return undefined;
  const mspId = name.startsWith(IMPLICIT_COLLECTION_PREFIX) ? name.slice(IMPLICIT_COLLECTION_PREFIX.length) : undefined;
  if (mspId === undefined) return chaincode.collections.find((collection) => collection.name === name);
  if (!mspIds.includes(mspId)) return undefined;
  return {
    name,
    memberMspIds: [mspId],
    memberOnlyRead: false,
    memberOnlyWrite: false,
    blockToLive: 0,
    endorsementPolicy: undefined, // validation and the gateway's plan know that an implicit collection needs its organisation
  };
}
