import type { ConfigurationChange } from '@medquorum/chaincode/consortium/configuration-changes';

/** One line a change, what stands on the ledger first. */
export function changeLines(changes: readonly ConfigurationChange[]): string {
  const shown = (value: ConfigurationChange['before']) => (value === undefined ? '(none)' : String(value));
  return changes.map(({ path, before, after }) => `${path}: ${shown(before)} -> ${shown(after)}\n`).join('');
}
