import type { PolicyStanding } from '../operations/governance/policy-standing.ts';
import { type ConfigChange, planProposal, writeProposal } from '../operations/governance/propose.ts';
import type { Change } from '../operations/governance/update-changes.ts';
import type { Operator } from '../operations/operator.ts';
import { type CommandContext, EXIT_OK } from './command.ts';

export type ProposeOptions = Readonly<{ governance: string; dryRun: boolean }>;

/** Writes a proposal, or with `dryRun` only shows it; prints the folder of the proposal. */
export async function proposeChange(
  operator: Operator,
  change: ConfigChange,
  { governance, dryRun }: ProposeOptions,
  { stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>,
): Promise<number> {
  const plan = await planProposal(operator, change);
  stderr.write(`${plan.title}\n${describeChanges(plan.changes)}${describeStandings(plan.standings)}`);
  if (dryRun) {
    stderr.write('nothing was written (--dry-run)\n');
    return EXIT_OK;
  }
  const folder = await writeProposal(operator, plan, governance);
  stdout.write(`${folder.path}\n`);
  stderr.write('inspect config-update.json there; each organisation then runs: medquorum governance sign\n');
  return EXIT_OK;
}

export const describeChanges = (changes: readonly Change[]) =>
  changes.map(({ kind, what, policy }) => `  ${kind} ${what} (decided by ${policy})\n`).join('');

export const describeStandings = (standings: readonly PolicyStanding[]) =>
  standings
    .map(({ policy, needed, signed, missing, satisfied }) => {
      const standing = `${signed.length} of ${needed} signatures${satisfied ? ', enough' : ''}`;
      const names = [...signed.map((name) => `${name} signed`), ...missing.map((name) => `${name} not yet`)];
      return `  ${policy}: ${standing} (${names.join(', ')})\n`;
    })
    .join('');
