import { DecodingError } from '../errors/decoding-error.ts';
import { ATTRIBUTE_PATTERN, AUTHORITY_PATTERN, EPOCH_PATTERN } from './identifiers.ts';

// Limits of section 8. All are checked while the text is read, before anything is built on it.
export const MAX_LEAVES = 32;
export const MIN_CHILDREN = 2;
/** Needs no check of its own: each child holds a leaf, and there are at most 32. */
export const MAX_CHILDREN = MAX_LEAVES;
/** A lone leaf has depth 1. */
export const MAX_DEPTH = 8;
export const MAX_POLICY_BYTES = 8192;

/** "This authority attested this attribute in this epoch." `index` numbers the leaves in pre-order. */
export type PolicyLeaf = Readonly<{
  kind: 'leaf';
  attribute: string;
  authorityId: string;
  epoch: string;
  index: number;
}>;
/** Satisfied when at least `threshold` of the children are. */
export type PolicyGate = Readonly<{ kind: 'gate'; threshold: number; children: readonly PolicyNode[] }>;
export type PolicyNode = PolicyLeaf | PolicyGate;

/** A policy that was parsed: whoever holds one knows that `text` is its canonical text and that the limits hold. */
export type Policy = Readonly<{
  text: string;
  root: PolicyNode;
  leaves: readonly PolicyLeaf[];
  /** Distinct authorities, ascending. */
  authorityIds: readonly string[];
  /** Distinct epochs, ascending. The caller checks that they are current by ledger time. */
  epochs: readonly string[];
  /** Number of free challenges of a signature: the sum of n - k over the gates. */
  freeChallenges: number;
}>;

const LEAF = new RegExp(
  `\\{"at":"(${ATTRIBUTE_PATTERN})","au":"(${AUTHORITY_PATTERN})","ep":"(${EPOCH_PATTERN})"\\}`,
  'y',
);
const GATE_OPEN = /\{"k":([1-9][0-9]?),"of":\[/y;

/**
 * Reads the canonical text of a policy and nothing else: the grammar has no white space, escapes, other member order or other form of a
 * number, and children must ascend strictly, so every accepted text is the one canonical text of its tree.
 * @throws DecodingError MQ_CRYPTO_LIMIT or MQ_CRYPTO_FORMAT
 */
export function parsePolicy(text: string): Policy {
  if (text.length > MAX_POLICY_BYTES)
    throw new DecodingError('MQ_CRYPTO_LIMIT', `policy is longer than ${MAX_POLICY_BYTES} bytes`);
  const leaves: PolicyLeaf[] = [];
  let freeChallenges = 0;
  let position = 0;

  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    position = pattern.lastIndex;
    return found;
  };
  const fail = (what: string): never => {
    throw new DecodingError('MQ_CRYPTO_FORMAT', `policy at character ${position}: ${what}`);
  };

  const readNode = (depth: number): PolicyNode => {
    if (depth > MAX_DEPTH) throw new DecodingError('MQ_CRYPTO_LIMIT', `policy is deeper than ${MAX_DEPTH}`);
    const leaf = match(LEAF);
    if (leaf) {
      if (leaves.length === MAX_LEAVES)
        throw new DecodingError('MQ_CRYPTO_LIMIT', `policy has more than ${MAX_LEAVES} leaves`);
      const [, attribute = '', authorityId = '', epoch = ''] = leaf;
      const node: PolicyLeaf = { kind: 'leaf', attribute, authorityId, epoch, index: leaves.length };
      leaves.push(node);
      return node;
    }
    const gate = match(GATE_OPEN);
    return gate ? readGate(Number(gate[1]), depth) : fail('leaf or gate expected');
  };

  const readGate = (threshold: number, depth: number): PolicyGate => {
    const children: PolicyNode[] = [];
    let previous = '';
    for (;;) {
      const start = position;
      children.push(readNode(depth + 1));
      const childText = text.slice(start, position);
      // Bytes and UTF-16 units have one order here: the grammar is ASCII.
      if (childText <= previous) fail('children do not ascend strictly');
      previous = childText;
      const separator = text[position++];
      if (separator === ']') break;
      if (separator !== ',') fail('comma or end of list expected');
    }
    if (text[position++] !== '}') fail('end of gate expected');
    if (children.length < MIN_CHILDREN) fail('gate with fewer than two children');
    if (threshold > children.length) fail('threshold above the number of children');
    freeChallenges += children.length - threshold;
    return { kind: 'gate', threshold, children };
  };

  const root = readNode(1);
  if (position !== text.length) fail('end of policy expected');
  const distinct = (values: string[]) => [...new Set(values)].sort();
  return {
    text,
    root,
    leaves,
    authorityIds: distinct(leaves.map((leaf) => leaf.authorityId)),
    epochs: distinct(leaves.map((leaf) => leaf.epoch)),
    freeChallenges,
  };
}

/** Canonical text of a leaf; `parsePolicy` says whether the identifiers are well-formed. */
export const leafText = (authorityId: string, attribute: string, epoch: string): string =>
  `{"at":"${attribute}","au":"${authorityId}","ep":"${epoch}"}`;

/** Canonical text of a gate over canonical texts, in any order. */
export const gateText = (threshold: number, children: readonly string[]): string =>
  `{"k":${threshold},"of":[${[...children].sort().join()}]}`;

/** Whether the leaves for which `isSatisfied` holds satisfy the tree. */
export function satisfies(node: PolicyNode, isSatisfied: (leaf: PolicyLeaf) => boolean): boolean {
  if (node.kind === 'leaf') return isSatisfied(node);
  return node.children.filter((child) => satisfies(child, isSatisfied)).length >= node.threshold;
}
