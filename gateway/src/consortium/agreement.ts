import type { ConsortiumConfiguration } from '@medquorum/chaincode/consortium/consortium-configuration';
import { recoveryPolicy } from '@medquorum/chaincode/endorsement/class-policy';
import { isSatisfied } from '@medquorum/chaincode/endorsement/signature-policy';
import type { Ledger, TransactionRequest } from '../ledger/ledger.ts';
import { LedgerFault } from '../ledger/ledger-fault.ts';

/** What one organisation's chaincode process says to a proposed configuration. */
export type Vote = Readonly<{ mspId: string; agrees: boolean; said: string }>;

/**
 * Asks each organisation's peer alone for the very transaction that is to be submitted. Nothing is ordered; whoever agrees
 * here signs the same answer when it is endorsed.
 */
export function askOrganizations(
  ledger: Pick<Ledger, 'evaluate'>,
  request: TransactionRequest,
  mspIds: readonly string[],
): Promise<readonly Vote[]> {
  return Promise.all(
    mspIds.map(async (mspId): Promise<Vote> => {
      try {
        await ledger.evaluate({ ...request, organizations: [mspId] });
        return { mspId, agrees: true, said: 'agrees' };
      } catch (error) {
        if (!(error instanceof LedgerFault)) throw error;
        return { mspId, agrees: false, said: refusal(error) };
      }
    }),
  );
}

function refusal({ code, reason }: LedgerFault): string {
  if (code === undefined) return 'does not answer';
  return code === 'MQ_VETOED' ? `vetoes: ${reason}` : `refuses: ${code}: ${reason}`;
}

/** Whether those who agree may replace this configuration: the policy under which it stands on the ledger. */
export function suffices(configuration: ConsortiumConfiguration, votes: readonly Vote[]): boolean {
  return isSatisfied(recoveryPolicy(configuration), new Set(agreeing(votes)));
}

export function agreeing(votes: readonly Vote[]): readonly string[] {
  return votes.filter(({ agrees }) => agrees).map(({ mspId }) => mspId);
}

/** Who has to agree, for people. */
export function requirement({ members }: ConsortiumConfiguration): string {
  const regulator = members.find(({ kind }) => kind === 'regulator')?.mspId;
  const others = members.length - (regulator === undefined ? 0 : 1);
  const majority = `${Math.min(others, Math.floor(others / 2) + 1)} of ${others}`;
  return regulator === undefined ? majority : `${regulator} and ${majority} others`;
}
