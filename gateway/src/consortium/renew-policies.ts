import type { RecordState } from '@medquorum/chaincode/record/record-state';
import type { Database } from '../database/open-database.ts';
import type { GroupCommit, SignedEntry } from '../ledger/group-commit.ts';

const PAGE_ROWS = 500;
/** Heads under way at once, each in a transaction of its own. */
const MAX_ALONE = 8;

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
 * Brings heads under the policy that their class has now, many in a transaction, which then has to satisfy the policies that
 * all of them have had. Where the organisations that answer do not satisfy all of these, every head of the transaction
 * fails as `MQ_LEDGER_UNAVAILABLE`: each such head is submitted once more in a transaction of its own, so that it waits
 * for nobody that its own policy does not ask for. Doing it all again does no harm: what failed is tried again.
 */
export async function renewPolicies(
  groupCommit: Pick<GroupCommit, 'submit'>,
  pages: AsyncIterable<readonly string[]>,
  sign: (recordId: string) => SignedEntry,
  progress: (renewed: number) => void,
): Promise<Renewal> {
  const failed = new Map<string, number>();
  let renewed = 0;
  const renew = async (recordId: string, policy: string) => {
    const entries = [sign(recordId)];
    const touches = [`record:${recordId}`];
    try {
      await groupCommit.submit({
        id: recordId,
        contract: 'record',
        functionName: 'renewPolicy',
        policy,
        entries,
        touches,
      });
      renewed += 1;
      return null;
    } catch (error) {
      return { recordId, code: codeOf(error) };
    }
  };
  for await (const recordIds of pages) {
    const outcomes = await Promise.all(recordIds.map((recordId) => renew(recordId, 'renewal')));
    const refused = outcomes.filter((outcome) => outcome !== null);
    const again = refused.filter(({ code }) => code === 'MQ_LEDGER_UNAVAILABLE').map(({ recordId }) => recordId);
    const codes = refused.filter(({ code }) => code !== 'MQ_LEDGER_UNAVAILABLE').map(({ code }) => code);
    for (let start = 0; start < again.length; start += MAX_ALONE) {
      // Units of different policies share no transaction, and a name is free again once its unit has been answered.
      const some = again.slice(start, start + MAX_ALONE).map((recordId, i) => renew(recordId, `renewal alone ${i}`));
      codes.push(...(await Promise.all(some)).flatMap((outcome) => outcome?.code ?? []));
    }
    for (const code of codes) failed.set(code, (failed.get(code) ?? 0) + 1);
    progress(renewed);
  }
  return { renewed, failed };
}

function codeOf(reason: unknown): string {
  return typeof reason === 'object' && reason !== null && 'code' in reason ? String(reason.code) : 'MQ_INTERNAL';
}
