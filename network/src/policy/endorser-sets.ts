import type { Identity } from '../msp/identity.ts';
import type { Rule, SignaturePolicy } from './signature-policy.ts';

/** Sets kept at each step of the enumeration; beyond it the largest are dropped, never the soundness of the rest. */
export const MAX_ENDORSER_SETS = 2_000;

/** Names of endorsers (here: MSP ids) that together satisfy what is asked; sorted. */
export type EndorserSet = readonly string[];

/**
 * The minimal sets of endorsers that satisfy all policies together; none when nobody can. `endorsers` maps each available
 * name to the identity that it signs with. Within one policy an endorser stands for one principal only; several
 * policies share endorsers.
 */
export function minimalEndorserSets(
  policies: readonly SignaturePolicy[],
  endorsers: ReadonlyMap<string, Identity>,
): EndorserSet[] {
  const names = [...endorsers.keys()].sort();
  const order = new Map(names.map((name, index) => [name, index]));
  let combined: bigint[] = [0n];
  for (const policy of policies) {
    const sets = setsOfRule(policy.rule, names, endorsers);
    combined = minimal(combined.flatMap((left) => sets.map((right) => left | right)));
  }
  return combined.map((bits) => names.filter((name) => (bits >> BigInt(order.get(name) ?? 0)) & 1n));
}

function setsOfRule(rule: Rule, names: readonly string[], endorsers: ReadonlyMap<string, Identity>): bigint[] {
  if (rule.kind === 'signed-by') {
    return names.flatMap((name, index) => {
      const identity = endorsers.get(name);
      return identity !== undefined && rule.principal.accepts(identity) ? [1n << BigInt(index)] : [];
    });
  }
  // byCount[k]: sets that satisfy k of the branches seen so far
  const byCount: bigint[][] = [[0n]];
  for (const branch of rule.rules) {
    const own = setsOfRule(branch, names, endorsers);
    for (let count = Math.min(byCount.length, rule.n) - 1; count >= 0; count--) {
      const extended = (byCount[count] ?? []).flatMap((left) =>
        own.flatMap((right) => (left & right ? [] : [left | right])),
      );
      byCount[count + 1] = minimal([...(byCount[count + 1] ?? []), ...extended]);
    }
  }
  return byCount[Math.max(rule.n, 0)] ?? [];
}

/** Without repetitions and without sets that contain another one; smaller first. */
function minimal(sets: readonly bigint[]): bigint[] {
  const bySize = [...new Set(sets)].map((bits) => ({ bits, size: sizeOf(bits) })).sort((a, b) => a.size - b.size);
  const kept: bigint[] = [];
  for (const { bits } of bySize) {
    if (kept.length >= MAX_ENDORSER_SETS) break;
    if (!kept.some((smaller) => (smaller & bits) === smaller)) kept.push(bits);
  }
  return kept;
}

function sizeOf(bits: bigint): number {
  let size = 0;
  for (let rest = bits; rest > 0n; rest &= rest - 1n) size++;
  return size;
}
