import type { RecordState } from '@medquorum/chaincode/record/record-state';
import type { Database } from '../database/open-database.ts';
import type { GroupCommit, SignedEntry } from '../ledger/group-commit.ts';

const PAGE_ROWS = 500;

/** What became of the heads of a class: how many are renewed, and how many are not by code. */
export type Renewal = Readonly<{ renewed: number; failed: ReadonlyMap<string, number> }>;

/** Record ids of a class in an organisation's custody, as its read model has them, page by page in the order of their keys. */
export async function* recordsInCustody(
  db: Database,
  mspId: string,
  recordClass: string,
): AsyncGenerator<readonly string[]> {
  let after = '';
  for (;;) {
    const rows = await db
      .selectFrom('ledgerState')
      .select(['key', 'doc'])
      .where('kind', '=', 'record')
      .where('mspId', '=', mspId)
      .where('key', '>', after)
      .orderBy('key')
      .limit(PAGE_ROWS)
      .execute();
    const heads = rows.map(({ doc }) => JSON.parse(doc) as RecordState).filter((head) => head.class === recordClass);
    yield heads.map(({ recordId }) => recordId);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

/**
 * Brings heads under the policy that their class has now, many in a transaction, each under the policy it has had. Doing it
 * again does no harm: what failed is tried again by running it again.
 */
export async function renewPolicies(
  groupCommit: Pick<GroupCommit, 'submit'>,
  pages: AsyncIterable<readonly string[]>,
  sign: (recordId: string) => SignedEntry,
  progress: (renewed: number) => void,
): Promise<Renewal> {
  const failed = new Map<string, number>();
  let renewed = 0;
  for await (const recordIds of pages) {
    const units = recordIds.map((recordId) => ({
      id: recordId,
      contract: 'record',
      functionName: 'renewPolicy',
      policy: 'renewal',
      entries: [sign(recordId)],
      touches: [`record:${recordId}`],
    }));
    for (const result of await Promise.allSettled(units.map((unit) => groupCommit.submit(unit)))) {
      if (result.status === 'fulfilled') renewed += 1;
      else failed.set(codeOf(result.reason), (failed.get(codeOf(result.reason)) ?? 0) + 1);
    }
    progress(renewed);
  }
  return { renewed, failed };
}

function codeOf(reason: unknown): string {
  return typeof reason === 'object' && reason !== null && 'code' in reason ? String(reason.code) : 'MQ_INTERNAL';
}
