import { common } from '@hyperledger/fabric-protos';
import type { MspRole } from '../msp/identity.ts';
import { PolicyError } from './policy-error.ts';
import { readPrincipal, rolePrincipal } from './principal.ts';

/** Longest policy text that is read. */
export const MAX_POLICY_TEXT_LENGTH = 64 * 1024;
/** Deepest nesting of gates, in a text as in a message. */
export const MAX_POLICY_DEPTH = 64;

/**
 * Reads Fabric's policy language: `AND(...)`, `OR(...)` and `OutOf(n, ...)` over `'OrgMSP.role'`, roles member, admin,
 * client, peer and orderer; gates are written as `And`, `and` or `AND`, strings with either quote. As in Fabric, every
 * occurrence of a principal is an identity of its own in the envelope, and n may exceed the number of branches by one.
 * Throws MQ_POLICY_SYNTAX with the position.
 */
export function parsePolicyText(text: string): common.SignaturePolicyEnvelope {
  if (text.length > MAX_POLICY_TEXT_LENGTH) throw new PolicyError('MQ_POLICY_SYNTAX', 'the policy is too long');
  const reader = new PolicyReader(text);
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setVersion(0);
  envelope.setRule(reader.readGate(envelope, 0));
  reader.expectEnd();
  return envelope;
}

/** Writes a policy over roles back as text; anything else in it throws MQ_POLICY_INVALID. */
export function formatPolicy(envelope: common.SignaturePolicyEnvelope): string {
  const labels = envelope.getIdentitiesList().map((identity) => readPrincipal(identity).label);
  const format = (rule: common.SignaturePolicy | undefined, depth: number): string => {
    if (rule === undefined || depth > MAX_POLICY_DEPTH) throw new PolicyError('MQ_POLICY_INVALID', 'a rule is missing');
    if (rule.hasSignedBy()) {
      const label = labels[rule.getSignedBy()];
      if (label === undefined || !PRINCIPAL.test(label)) throw new PolicyError('MQ_POLICY_INVALID', 'not a role');
      return `'${label}'`;
    }
    const branches = rule.getNOutOf()?.getRulesList() ?? [];
    const n = rule.getNOutOf()?.getN() ?? 0;
    const inner = branches.map((branch) => format(branch, depth + 1)).join(', ');
    if (branches.length > 0 && n === branches.length) return `AND(${inner})`;
    return n === 1 ? `OR(${inner})` : `OutOf(${n}, ${inner})`;
  };
  return format(envelope.getRule(), 0);
}

const PRINCIPAL = /^([A-Za-z0-9.-]+)\.(admin|member|client|peer|orderer)$/;
const TOKEN = /\s*(?:([A-Za-z]+)\s*\(|'([^']*)'|"([^"]*)"|(\d{1,9})|([(),]))/y;
const GATES = new Map([
  ['And', 'and'],
  ['and', 'and'],
  ['AND', 'and'],
  ['Or', 'or'],
  ['or', 'or'],
  ['OR', 'or'],
  ['OutOf', 'outof'],
  ['outof', 'outof'],
  ['OUTOF', 'outof'],
]);

type Token = Readonly<{ gate?: string; text?: string; number?: number; mark?: string }>;

class PolicyReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readGate(envelope: common.SignaturePolicyEnvelope, depth: number): common.SignaturePolicy {
    const token = this.#next();
    if (token.gate === undefined) throw this.#error('a gate (AND, OR, OutOf) is expected');
    return this.#readArguments(token.gate, envelope, depth);
  }

  expectEnd(): void {
    if (this.#text.slice(this.#at).trim() !== '') throw this.#error('nothing more is expected');
  }

  #readArguments(gate: string, envelope: common.SignaturePolicyEnvelope, depth: number): common.SignaturePolicy {
    const kind = GATES.get(gate);
    if (kind === undefined) throw this.#error(`no gate is called ${gate}`);
    if (depth >= MAX_POLICY_DEPTH) throw this.#error('gates are nested too deeply');
    const n = kind === 'outof' ? this.#readThreshold() : undefined;
    const branches = [this.#readBranch(envelope, depth)];
    for (;;) {
      const { mark } = this.#next();
      if (mark === ')') break;
      if (mark !== ',') throw this.#error('a comma or a closing parenthesis is expected');
      branches.push(this.#readBranch(envelope, depth));
    }
    const threshold = n ?? (kind === 'and' ? branches.length : 1);
    if (threshold > branches.length + 1) throw this.#error(`${threshold} out of ${branches.length} cannot be`);
    return nOutOf(threshold, branches);
  }

  #readThreshold(): number {
    const first = this.#next();
    const n =
      first.number ?? (first.text !== undefined && /^\d{1,9}$/.test(first.text) ? Number(first.text) : undefined);
    if (n === undefined) throw this.#error('a number is expected');
    if (this.#next().mark !== ',') throw this.#error('a comma is expected');
    return n;
  }

  #readBranch(envelope: common.SignaturePolicyEnvelope, depth: number): common.SignaturePolicy {
    const token = this.#next();
    if (token.gate !== undefined) return this.#readArguments(token.gate, envelope, depth + 1);
    const [, mspId, role] = PRINCIPAL.exec(token.text ?? '') ?? [];
    if (mspId === undefined || role === undefined) throw this.#error("a gate or 'OrgMSP.role' is expected");
    envelope.addIdentities(rolePrincipal(mspId, role as MspRole));
    return signedBy(envelope.getIdentitiesList().length - 1);
  }

  #next(): Token {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw this.#error('not understood');
    this.#at = TOKEN.lastIndex;
    const [, gate, single, double, number, mark] = match;
    if (gate !== undefined) return { gate };
    if (number !== undefined) return { number: Number(number) };
    return mark !== undefined ? { mark } : { text: single ?? double ?? '' };
  }

  #error(what: string): PolicyError {
    return new PolicyError('MQ_POLICY_SYNTAX', `at character ${this.#at + 1} of the policy: ${what}`);
  }
}

/** `SignaturePolicy` that the identity with this index has to satisfy. */
export function signedBy(index: number): common.SignaturePolicy {
  const rule = new common.SignaturePolicy();
  rule.setSignedBy(index);
  return rule;
}

/** `SignaturePolicy` that n of the branches have to satisfy. */
export function nOutOf(n: number, branches: common.SignaturePolicy[]): common.SignaturePolicy {
  const gate = new common.SignaturePolicy.NOutOf();
  gate.setN(n);
  gate.setRulesList(branches);
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(gate);
  return rule;
}
