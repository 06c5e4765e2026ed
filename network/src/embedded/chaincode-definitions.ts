import { type common, peer } from '@hyperledger/fabric-protos';
import { parsePolicyText } from '../policy/policy-text.ts';
import { readPrincipal } from '../policy/principal.ts';
import type { TopologyCollection } from '../topology/topology.ts';
import type {
  ChaincodeConnection,
  ChaincodeDefinition,
  CollectionDefinition,
} from './chaincode/chaincode-definition.ts';
import { NetworkError } from './network-error.ts';
import type { NetworkChaincode } from './network-options.ts';

/** The definition of a chaincode as the options describe it. Throws MQ_NETWORK_OPTIONS or MQ_POLICY_SYNTAX. */
export function chaincodeDefinition(chaincode: NetworkChaincode, mspIds: readonly string[]): ChaincodeDefinition {
  const { name, version, sequence = 1, endorsementPolicy, collections = [], processes } = chaincode;
  return {
    name,
    version,
    sequence,
    endorsementPolicy: applicationPolicy(endorsementPolicy),
    collections: collections.map(collectionDefinition),
    connections: new Map(connections(name, processes, mspIds)),
  };
}

/** `peer.ApplicationPolicy` bytes from policy text or from the path of a policy of the channel. */
export function applicationPolicy(policy: string | Uint8Array): Uint8Array {
  if (typeof policy !== 'string') return policy;
  const message = new peer.ApplicationPolicy();
  if (policy.startsWith('/')) message.setChannelConfigPolicyReference(policy);
  else message.setSignaturePolicy(parsePolicyText(policy));
  return message.serializeBinary();
}

function collectionDefinition(collection: TopologyCollection): CollectionDefinition {
  const { name, policy, blockToLive, memberOnlyRead, memberOnlyWrite, endorsementPolicy } = collection;
  return {
    name,
    memberMspIds: organizationsOf(parsePolicyText(policy)),
    blockToLive,
    memberOnlyRead,
    memberOnlyWrite,
    endorsementPolicy:
      endorsementPolicy === undefined ? undefined : applicationPolicy(endorsementPolicy.signaturePolicy),
  };
}

/** Whoever the member policy names holds the collection, as in Fabric. */
function organizationsOf(policy: common.SignaturePolicyEnvelope): string[] {
  const mspIds = policy.getIdentitiesList().flatMap((identity) => readPrincipal(identity).mspId ?? []);
  return [...new Set(mspIds)];
}

function connections(
  chaincode: string,
  processes: NetworkChaincode['processes'],
  mspIds: readonly string[],
): [string, ChaincodeConnection][] {
  if (typeof processes === 'string') return mspIds.map((mspId) => [mspId, { address: processes }]);
  return Object.entries(processes).map(([mspId, process]) => {
    if (!mspIds.includes(mspId)) {
      throw new NetworkError(
        'MQ_NETWORK_OPTIONS',
        `chaincode ${chaincode} has a process of ${mspId}, which is no organisation`,
      );
    }
    return [mspId, typeof process === 'string' ? { address: process } : process];
  });
}
