import { BoundedCache } from '../../msp/bounded-cache.ts';
import type { Identity } from '../../msp/identity.ts';
import { type EndorserSet, minimalEndorserSets } from '../../policy/endorser-sets.ts';
import type { Rule, SignaturePolicy } from '../../policy/signature-policy.ts';
import type { Channel } from '../channel/channel.ts';
import type { ChaincodeCall, ChaincodeInterest } from '../endorser/chaincode-interest.ts';
import type { ChaincodeDirectory } from '../endorser/endorser.ts';
import type { OrganizationPeer } from './organization-peer.ts';

/** There is no set of organisations that would do. The message is that of Fabric's gateway. */
export class NoEndorsersError extends Error {
  override readonly name = 'NoEndorsersError';
  readonly code = 'MQ_NO_ENDORSERS';
  constructor(reason: string) {
    super(`no combination of peers can be derived which satisfy the endorsement policy: ${reason}`);
  }
}

export type EndorserChoice = Readonly<{
  channel: Channel;
  definitions: ChaincodeDirectory;
  peers: readonly OrganizationPeer[];
  /** Sets with this organisation come first: it has answered already. */
  preferred: string | undefined;
}>;

/**
 * The sets of organisations that satisfy the chaincode, key and collection policies of everything a simulation touched:
 * those with the preferred organisation first, then the smaller, equal ones in random order. Throws NoEndorsersError.
 */
export function chooseEndorsers(channelId: string, interest: ChaincodeInterest, choice: EndorserChoice): EndorserSet[] {
  const { channel, definitions, preferred } = choice;
  for (const { name } of interest) {
    if (channelId !== channel.channelId || definitions.get(name) === undefined) {
      throw new NoEndorsersError(`No metadata was found for chaincode ${name} in channel ${channelId}`);
    }
  }
  const policies = policiesOf(interest, choice);
  const endorsers = identitiesOf(
    choice.peers.filter(({ isUp, mspId }) => isUp && interest.every((call) => mayRead(mspId, call, definitions))),
    channel,
  );
  const sets = endorserSets(policies, endorsers, channel);
  if (sets.length === 0) throw new NoEndorsersError('no peer combination can satisfy the endorsement policy');
  const able = new Set(
    choice.peers.filter((peer) => interest.every(({ name }) => peer.hasChaincode(name))).map(({ mspId }) => mspId),
  );
  const usable = sets.filter((set) => set.every((mspId) => able.has(mspId)));
  if (usable.length === 0) throw new NoEndorsersError('required chaincodes are not installed on sufficient peers');
  const rank = (set: EndorserSet): number =>
    set.length + (preferred === undefined || set.includes(preferred) ? 0 : 1e6);
  return shuffled(usable.map((set) => (set.length > 0 ? set : [preferred ?? ''].filter((mspId) => able.has(mspId)))))
    .filter((set) => set.length > 0)
    .sort((left, right) => rank(left) - rank(right));
}

const MAX_CACHED_SETS = 1_000;
const policyNumbers = new WeakMap<SignaturePolicy, number>();
let policyCount = 0;
const setsByChannel = new WeakMap<Channel, BoundedCache<readonly EndorserSet[]>>();

/** The minimal sets with memory: for many organisations their enumeration is long, and the same policies come again. */
function endorserSets(
  policies: readonly SignaturePolicy[],
  endorsers: ReadonlyMap<string, Identity>,
  channel: Channel,
): readonly EndorserSet[] {
  const cache = setsByChannel.get(channel) ?? new BoundedCache<readonly EndorserSet[]>(MAX_CACHED_SETS);
  setsByChannel.set(channel, cache);
  const key = [channel.msps.generation, policies.map(numberOf).sort(), [...endorsers.keys()]].join(';');
  const known = cache.get(key);
  if (known !== undefined) return known;
  const sets = minimalEndorserSets(policies, endorsers);
  cache.set(key, sets);
  return sets;
}

function numberOf(policy: SignaturePolicy): number {
  const number = policyNumbers.get(policy) ?? ++policyCount;
  policyNumbers.set(policy, number);
  return number;
}

function policiesOf(interest: ChaincodeInterest, { channel, definitions }: EndorserChoice): SignaturePolicy[] {
  const policies = new Set<SignaturePolicy>();
  for (const { name, collection, keyPolicies, disregardNamespacePolicy } of interest) {
    const definition = definitions.get(name);
    if (definition === undefined) throw new NoEndorsersError('policy not found');
    for (const bytes of keyPolicies) {
      const policy = bytes.length === 0 ? undefined : channel.policies.keyPolicy(bytes);
      if (policy === undefined || plannable(policy.rule) !== 'yes') {
        throw new NoEndorsersError('state based endorsement policy cannot be satisfied');
      }
      policies.add(policy);
    }
    if (disregardNamespacePolicy) continue;
    const own = collection === undefined ? undefined : channel.rules.collectionPolicy(name, collection);
    policies.add(own === undefined || own === 'chaincode' ? channel.rules.chaincodePolicy(definition) : own);
  }
  return [...policies];
}

/**
 * Whether Fabric's plan finds any set of principals in a rule, whoever is there. A gate that asks for nobody (n = 0, no branches) spoils the
 * whole policy, although any endorsement satisfies it at validation.
 */
function plannable(rule: Rule): 'yes' | 'no' | 'spoiled' {
  if (rule.kind === 'signed-by') return 'yes';
  if (rule.n < 1 || rule.rules.length === 0) return 'spoiled';
  const branches = rule.rules.map(plannable);
  if (branches.includes('spoiled')) return 'spoiled';
  return branches.filter((branch) => branch === 'yes').length >= rule.n ? 'yes' : 'no';
}

/** A private value that was read has to be at hand at every endorser, so only members of the collection will do. */
function mayRead(
  mspId: string,
  { name, collection, noPrivateReads }: ChaincodeCall,
  definitions: ChaincodeDirectory,
): boolean {
  if (collection === undefined || noPrivateReads) return true;
  return definitions.membersOf(name, collection)?.includes(mspId) === true;
}

function identitiesOf(peers: readonly OrganizationPeer[], { msps }: Channel): Map<string, Identity> {
  const identities = new Map<string, Identity>();
  for (const { mspId, identity } of peers) {
    const found = msps.find(identity.serialized);
    if (found !== undefined) identities.set(mspId, found);
  }
  return identities;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((left, right) => left.order - right.order)
    .map(({ item }) => item);
}
