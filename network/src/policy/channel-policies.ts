import { peer } from '@hyperledger/fabric-protos';
import { BoundedCache } from '../msp/bounded-cache.ts';
import { bytesKey } from '../msp/bytes-key.ts';
import type { MspRole } from '../msp/identity.ts';
import type { MspManager, SignedData } from '../msp/msp-manager.ts';
import { parseMessage } from '../protocol/parse-message.ts';
import { type ImplicitMetaRule, implicitMetaRefusal, implicitMetaThreshold } from './implicit-meta-policy.ts';
import { PolicyError } from './policy-error.ts';
import { readPrincipal, rolePrincipal } from './principal.ts';
import { compileSignaturePolicy, type Rule, readSignaturePolicy, SignaturePolicy } from './signature-policy.ts';

/** Policies kept compiled. */
export const MAX_CACHED_POLICIES = 10_000;

/** Names of the policies that every organisation of the application group has. */
export type ApplicationPolicyName = 'Readers' | 'Writers' | 'Admins' | 'Endorsement' | 'LifecycleEndorsement';

/** Who counts for an organisation's own policy of a name: any one of these roles. */
export const ORGANIZATION_POLICY_ROLES: Readonly<Record<ApplicationPolicyName, readonly MspRole[]>> = {
  Readers: ['admin', 'peer', 'client'],
  Writers: ['admin', 'client'],
  Admins: ['admin'],
  Endorsement: ['peer'],
  LifecycleEndorsement: ['peer'],
};

/** How the application group combines the organisations' policies of a name. */
export const APPLICATION_POLICY_RULES: Readonly<Record<ApplicationPolicyName, ImplicitMetaRule>> = {
  Readers: 'ANY',
  Writers: 'ANY',
  Admins: 'MAJORITY',
  Endorsement: 'MAJORITY',
  LifecycleEndorsement: 'MAJORITY',
};

/** The policies of the channel: access to the services, and everything an endorsement can be asked to satisfy. */
export class ChannelPolicies {
  readonly #msps: MspManager;
  readonly #mspIds: readonly string[];
  readonly #compiled = new BoundedCache<SignaturePolicy>(MAX_CACHED_POLICIES);

  /** `mspIds`: the application organisations, in channel order. */
  constructor(msps: MspManager, mspIds: readonly string[]) {
    this.#msps = msps;
    this.#mspIds = mspIds;
  }

  /** Why Readers or Writers refuse these signed bytes (Fabric's words); undefined when they are accepted. */
  refusal(name: 'Readers' | 'Writers', signed: SignedData): string | undefined {
    const [signer] = this.#msps.signers([signed]);
    const accepted =
      signer !== undefined &&
      this.#mspIds.includes(signer.mspId) &&
      ORGANIZATION_POLICY_ROLES[name].some((role) => signer.hasRole(role));
    return accepted ? undefined : implicitMetaRefusal(name, 0, implicitMetaThreshold('ANY', this.#mspIds.length));
  }

  /** Compiles `peer.ApplicationPolicy` bytes: a signature policy or a reference into the channel configuration. */
  applicationPolicy(bytes: Uint8Array): SignaturePolicy {
    return this.#cached(`a${bytesKey(bytes)}`, () => {
      const policy = parsed(() => parseMessage(peer.ApplicationPolicy, bytes));
      const signaturePolicy = policy.getSignaturePolicy();
      if (signaturePolicy !== undefined) return compileSignaturePolicy(signaturePolicy);
      return this.#referenced(policy.getChannelConfigPolicyReference());
    });
  }

  /** Compiles `common.SignaturePolicyEnvelope` bytes, as key-level policies are stored. */
  keyPolicy(bytes: Uint8Array): SignaturePolicy {
    return this.#cached(`k${bytesKey(bytes)}`, () => readSignaturePolicy(bytes));
  }

  /** What an organisation's implicit collection asks for: its own Endorsement policy. */
  organizationEndorsement(mspId: string): SignaturePolicy {
    return this.#cached(`o${mspId}`, () => toPolicy(organizationRule(mspId, 'Endorsement')));
  }

  #referenced(path: string): SignaturePolicy {
    const [, name] = /^\/Channel\/Application\/([^/]+)$/.exec(path) ?? [];
    if (name !== undefined && isApplicationPolicyName(name)) {
      const rules = this.#mspIds.map((mspId) => organizationRule(mspId, name));
      return toPolicy({
        kind: 'n-out-of',
        n: implicitMetaThreshold(APPLICATION_POLICY_RULES[name], rules.length),
        rules,
      });
    }
    const [, mspId, ownName] = /^\/Channel\/Application\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (
      mspId !== undefined &&
      ownName !== undefined &&
      this.#mspIds.includes(mspId) &&
      isApplicationPolicyName(ownName)
    ) {
      return toPolicy(organizationRule(mspId, ownName));
    }
    throw new PolicyError('MQ_POLICY_INVALID', `the channel has no policy ${path}`);
  }

  #cached(key: string, compile: () => SignaturePolicy): SignaturePolicy {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const policy = compile();
    this.#compiled.set(key, policy);
    return policy;
  }
}

function organizationRule(mspId: string, name: ApplicationPolicyName): Rule {
  const rules = ORGANIZATION_POLICY_ROLES[name].map(
    (role): Rule => ({ kind: 'signed-by', principal: readPrincipal(rolePrincipal(mspId, role)) }),
  );
  return { kind: 'n-out-of', n: 1, rules };
}

function toPolicy(rule: Rule): SignaturePolicy {
  return new SignaturePolicy(rule);
}

function isApplicationPolicyName(name: string): name is ApplicationPolicyName {
  return Object.hasOwn(APPLICATION_POLICY_RULES, name);
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new PolicyError('MQ_POLICY_INVALID', 'not an application policy', { cause });
  }
}
