import { common } from '@hyperledger/fabric-protos';
import type { Identity } from '../msp/identity.ts';
import { parseMessage } from '../protocol/parse-message.ts';
import { PolicyError } from './policy-error.ts';
import { MAX_POLICY_DEPTH } from './policy-text.ts';
import { type Principal, readPrincipal } from './principal.ts';

/** A rule over the principals of a policy. */
export type Rule =
  | Readonly<{ kind: 'signed-by'; principal: Principal }>
  | Readonly<{ kind: 'n-out-of'; n: number; rules: readonly Rule[] }>;

/** A signature policy made ready for evaluation. */
export class SignaturePolicy {
  readonly rule: Rule;

  constructor(rule: Rule) {
    this.rule = rule;
  }

  /**
   * Whether these distinct identities, all of whose signatures hold, satisfy the policy. Each identity stands for one
   * principal only. As in Fabric the first fitting identity is taken for each principal in turn and never given back, so
   * with overlapping principals (member and peer of one organisation) the order of the identities can matter.
   */
  isSatisfiedBy(identities: readonly Identity[]): boolean {
    return satisfies(this.rule, identities, new Set());
  }
}

/** Reads a policy. Throws MQ_POLICY_INVALID for an empty rule, an unknown version or an identity that is not there. */
export function compileSignaturePolicy(envelope: common.SignaturePolicyEnvelope): SignaturePolicy {
  if (envelope.getVersion() !== 0) throw new PolicyError('MQ_POLICY_INVALID', 'the policy has an unknown version');
  const principals = envelope.getIdentitiesList().map(readPrincipal);
  return new SignaturePolicy(compileRule(envelope.getRule(), principals, 0));
}

/** As `compileSignaturePolicy`, from `common.SignaturePolicyEnvelope` bytes. */
export function readSignaturePolicy(bytes: Uint8Array): SignaturePolicy {
  let envelope: common.SignaturePolicyEnvelope;
  try {
    envelope = parseMessage(common.SignaturePolicyEnvelope, bytes);
  } catch (cause) {
    throw new PolicyError('MQ_POLICY_INVALID', 'not a signature policy', { cause });
  }
  return compileSignaturePolicy(envelope);
}

function compileRule(rule: common.SignaturePolicy | undefined, principals: readonly Principal[], depth: number): Rule {
  if (depth > MAX_POLICY_DEPTH) throw new PolicyError('MQ_POLICY_INVALID', 'the policy is nested too deeply');
  if (rule?.hasSignedBy()) {
    const principal = principals[rule.getSignedBy()];
    if (principal === undefined) throw new PolicyError('MQ_POLICY_INVALID', 'the policy names an identity it lacks');
    return { kind: 'signed-by', principal };
  }
  const gate = rule?.getNOutOf();
  if (gate === undefined) throw new PolicyError('MQ_POLICY_INVALID', 'the policy has an empty rule');
  const rules = gate.getRulesList().map((branch) => compileRule(branch, principals, depth + 1));
  return { kind: 'n-out-of', n: gate.getN(), rules };
}

function satisfies(rule: Rule, identities: readonly Identity[], used: Set<Identity>): boolean {
  if (rule.kind === 'signed-by') {
    for (const identity of identities) {
      if (used.has(identity) || !rule.principal.accepts(identity)) continue;
      used.add(identity);
      return true;
    }
    return false;
  }
  let satisfied = 0;
  for (const branch of rule.rules) {
    const taken = new Set(used);
    if (!satisfies(branch, identities, taken)) continue;
    satisfied++;
    for (const identity of taken) used.add(identity);
  }
  return satisfied >= rule.n;
}
