import type { ChannelPolicies } from '../../policy/channel-policies.ts';
import { PolicyError } from '../../policy/policy-error.ts';
import type { SignaturePolicy } from '../../policy/signature-policy.ts';
import { type ChaincodeDefinition, IMPLICIT_COLLECTION_PREFIX } from '../chaincode/chaincode-definition.ts';
import type { ChaincodeDirectory } from '../endorser/endorser.ts';
import { type MetadataEntry, VALIDATION_PARAMETER } from '../ledger/read-write-set.ts';

/** Which endorsement policy counts where: of a chaincode, of a collection, of a key. */
export class EndorsementRules {
  readonly #definitions: ChaincodeDirectory;
  readonly #policies: ChannelPolicies;

  constructor(definitions: ChaincodeDirectory, policies: ChannelPolicies) {
    this.#definitions = definitions;
    this.#policies = policies;
  }

  definition(chaincode: string): ChaincodeDefinition | undefined {
    return this.#definitions.get(chaincode);
  }

  chaincodePolicy(definition: ChaincodeDefinition): SignaturePolicy {
    return this.#policies.applicationPolicy(definition.endorsementPolicy);
  }

  /** The policy a collection has of its own; `'chaincode'` when that of the chaincode counts, undefined for no such collection. */
  collectionPolicy(chaincode: string, name: string): SignaturePolicy | 'chaincode' | undefined {
    const collection = this.#definitions.findCollection(chaincode, name);
    if (collection === undefined) return undefined;
    if (name.startsWith(IMPLICIT_COLLECTION_PREFIX)) {
      return this.#policies.organizationEndorsement(name.slice(IMPLICIT_COLLECTION_PREFIX.length));
    }
    if (collection.endorsementPolicy === undefined) return 'chaincode';
    return this.#policies.applicationPolicy(collection.endorsementPolicy);
  }

  /**
   * The policy in a key's metadata; undefined when it has none. Stored bytes that are no policy can be satisfied by nobody:
   * `'unusable'`.
   */
  keyPolicy(metadata: readonly MetadataEntry[] | undefined): SignaturePolicy | 'unusable' | undefined {
    const entry = metadata?.find(({ name }) => name === VALIDATION_PARAMETER);
    if (entry === undefined || entry.value.length === 0) return undefined;
    try {
      return this.#policies.keyPolicy(entry.value);
    } catch (error) {
      if (error instanceof PolicyError) return 'unusable';
      throw error;
    }
  }
}
