import type { Pending } from './group-commit.ts';

export type Batch = readonly Pending[];

/**
 * Takes the next batch out of `waiting`, oldest first, within the bounds. A unit that touches a key of the batch, of a
 * transaction under way or of a unit left behind before it stays where it is, so order is kept for every key.
 */
export function takeBatch(
  waiting: Pending[],
  busyKeys: ReadonlySet<string>,
  { maxEntries, maxBytes }: Readonly<{ maxEntries: number; maxBytes: number }>,
): Batch {
  const taken: Pending[] = [];
  const left: Pending[] = [];
  const closed = new Set<string>();
  let entries = 0;
  let bytes = 0;
  for (const pending of waiting) {
    const { touches } = pending.unit;
    const count = pending.unit.entries.length;
    // A unit larger than the bounds travels alone: it cannot be divided.
    const fits = taken.length === 0 || (entries + count <= maxEntries && bytes + pending.bytes <= maxBytes);
    if (fits && !touches.some((key) => busyKeys.has(key) || closed.has(key))) {
      taken.push(pending);
      entries += count;
      bytes += pending.bytes;
    } else {
      left.push(pending);
    }
    for (const key of touches) closed.add(key);
  }
  waiting.splice(0, waiting.length, ...left);
  return taken;
}
