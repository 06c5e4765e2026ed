import { peer } from '@hyperledger/fabric-protos';
import type { Identity } from '../../msp/identity.ts';
import type { MspManager } from '../../msp/msp-manager.ts';
import type { SignaturePolicy } from '../../policy/signature-policy.ts';
import { type MessageClass, parseMessage } from '../../protocol/parse-message.ts';
import { VALIDATION_CODES, type ValidationCode } from '../../protocol/validation-code.ts';
import type { ChaincodeDefinition } from '../chaincode/chaincode-definition.ts';
import type { MetadataEntry, NamespaceReadWriteSet, ReadWriteSet } from '../ledger/read-write-set.ts';
import { decodeReadWriteSet } from '../ledger/read-write-set-codec.ts';
import type { StateView } from '../ledger/state-view.ts';
import type { CheckedTransaction } from './check-envelope.ts';
import type { EndorsementRules } from './endorsement-rules.ts';
import type { PolicyChanges } from './policy-changes.ts';

/** What endorsements are checked against: the state before the block and the key policies changed earlier in it. */
export type EndorsementContext = Readonly<{
  msps: MspManager;
  rules: EndorsementRules;
  view: StateView;
  policyChanges: PolicyChanges;
}>;

export type EndorsementCheck =
  | Readonly<{ ok: true; readWriteSet: ReadWriteSet }>
  | Readonly<{ ok: false; code: ValidationCode }>;

/** Fabric's default validation of one endorser transaction, in its order: names, event, write sets, then the policies. */
export function checkEndorsements(transaction: CheckedTransaction, context: EndorsementContext): EndorsementCheck {
  const { channelHeader } = transaction.envelope;
  const { action } = transaction;
  const extension = tryParse(peer.ChaincodeHeaderExtension, channelHeader.getExtension_asU8());
  if (extension === undefined) return refuse(VALIDATION_CODES.BAD_HEADER_EXTENSION);
  const chaincodeAction = tryParse(peer.ChaincodeAction, action.extension);
  if (chaincodeAction === undefined) return refuse(VALIDATION_CODES.BAD_RESPONSE_PAYLOAD);
  const readWriteSet = tryDecode(chaincodeAction.getResults_asU8());
  if (readWriteSet === undefined) return refuse(VALIDATION_CODES.BAD_RWSET);
  const invoked = extension.getChaincodeId();
  const answered = chaincodeAction.getChaincodeId();
  if (invoked === undefined || answered === undefined) return refuse(VALIDATION_CODES.INVALID_OTHER_REASON);
  const name = invoked.getName();
  if (name === '' || name !== answered.getName() || answered.getVersion() === '') {
    return refuse(VALIDATION_CODES.INVALID_CHAINCODE);
  }
  const event = tryParse(peer.ChaincodeEvent, chaincodeAction.getEvents_asU8());
  const hasEvent = chaincodeAction.getEvents_asU8().length > 0;
  if (event === undefined || (hasEvent && event.getChaincodeId() !== name)) {
    return refuse(VALIDATION_CODES.INVALID_OTHER_REASON);
  }
  const sets = new Map(readWriteSet.map((set) => [set.namespace, set]));
  if (sets.size !== readWriteSet.length) return refuse(VALIDATION_CODES.ILLEGAL_WRITESET);
  const written = new Set([name, ...readWriteSet.filter(writes).map((set) => set.namespace)]);
  const signers = signersOf(transaction, context.msps);
  for (const namespace of written) {
    const definition = context.rules.definition(namespace);
    if (definition === undefined) return refuse(VALIDATION_CODES.INVALID_CHAINCODE);
    if (!new NamespaceCheck(definition, signers, context).satisfied(sets.get(namespace))) {
      return refuse(VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE);
    }
  }
  return { ok: true, readWriteSet };
}

/** The policies of one chaincode for one transaction; each is evaluated at most once, as chaincode and collections repeat. */
class NamespaceCheck {
  readonly #definition: ChaincodeDefinition;
  readonly #signers: readonly Identity[];
  readonly #context: EndorsementContext;
  readonly #verdicts = new Map<SignaturePolicy, boolean>();
  #anyChecked = false;

  constructor(definition: ChaincodeDefinition, signers: readonly Identity[], context: EndorsementContext) {
    this.#definition = definition;
    this.#signers = signers;
    this.#context = context;
  }

  satisfied(set: NamespaceReadWriteSet | undefined): boolean {
    const { view } = this.#context;
    const { name } = this.#definition;
    for (const { key } of [...(set?.writes ?? []), ...(set?.metadataWrites ?? [])]) {
      if (!this.#keySatisfied('', key, view.get(name, key)?.metadata)) return false;
    }
    for (const { collection, writes: hashedWrites, metadataWrites } of set?.collections ?? []) {
      for (const { keyHash } of [...hashedWrites, ...metadataWrites]) {
        const metadata = view.privateHash(name, collection, keyHash)?.metadata;
        if (!this.#keySatisfied(collection, Buffer.from(keyHash).toString('hex'), metadata)) return false;
      }
    }
    // a transaction that checked nothing else still needs the chaincode's policy
    return this.#anyChecked || this.#holds(this.#context.rules.chaincodePolicy(this.#definition));
  }

  #keySatisfied(collection: string, key: string, metadata: readonly MetadataEntry[] | undefined): boolean {
    const { policyChanges, rules } = this.#context;
    // whatever signed it: the policy it was endorsed for is no longer known to be the one that counts
    if (policyChanges.has(this.#definition.name, collection, key)) return false;
    const keyPolicy = rules.keyPolicy(metadata);
    if (keyPolicy === 'unusable') return false;
    if (keyPolicy !== undefined) return this.#holds(keyPolicy);
    if (collection === '') return this.#holds(rules.chaincodePolicy(this.#definition));
    const collectionPolicy = rules.collectionPolicy(this.#definition.name, collection);
    if (collectionPolicy === undefined) return false;
    return this.#holds(collectionPolicy === 'chaincode' ? rules.chaincodePolicy(this.#definition) : collectionPolicy);
  }

  #holds(policy: SignaturePolicy): boolean {
    this.#anyChecked = true;
    const known = this.#verdicts.get(policy);
    if (known !== undefined) return known;
    const verdict = policy.isSatisfiedBy(this.#signers);
    this.#verdicts.set(policy, verdict);
    return verdict;
  }
}

function signersOf({ action }: CheckedTransaction, msps: MspManager): Identity[] {
  return msps.signers(
    action.endorsements.map(({ endorser, signature }) => ({
      data: Buffer.concat([action.proposalResponsePayload, endorser]),
      identity: endorser,
      signature,
    })),
  );
}

function writes(set: NamespaceReadWriteSet): boolean {
  return (
    set.writes.length > 0 ||
    set.metadataWrites.length > 0 ||
    set.collections.some((collection) => collection.writes.length > 0 || collection.metadataWrites.length > 0)
  );
}

function refuse(code: ValidationCode): EndorsementCheck {
  return { ok: false, code };
}

function tryParse<T>(type: MessageClass<T>, bytes: Uint8Array): T | undefined {
  try {
    return parseMessage(type, bytes);
  } catch {
    return undefined;
  }
}

function tryDecode(bytes: Uint8Array): ReadWriteSet | undefined {
  try {
    return decodeReadWriteSet(bytes);
  } catch {
    return undefined;
  }
}
