import type { DecideArgs } from '@medquorum/chaincode/access/access-args';
import { decideAccess } from '@medquorum/chaincode/access/decide-access';
import type { DecisionOutcome, DecisionState } from '@medquorum/chaincode/access/decision-state';
import { resolveAuthor } from '@medquorum/chaincode/identity/author';
import type { Entry } from '@medquorum/chaincode/ledger/entry';
import { LedgerSession } from '@medquorum/chaincode/ledger/ledger-session';
import { CHAINCODE_NAME, type TransactionFacts } from '@medquorum/chaincode/ledger/transaction';
import type { ReadModel } from '../readmodel/read-model.ts';
import { RerunStore } from '../readmodel/rerun-store.ts';

/**
 * What `decide` would say of this request now, on this organisation's own view of the ledger: consents withdrawn,
 * relations closed and people suspended since are seen. Nothing is written.
 *
 * @param submitterMspId organisation that carries the request
 * @throws MedQuorumError where the request could not be made any more
 */
export async function reevaluate(
  readModel: ReadModel,
  entry: Entry,
  submitterMspId: string,
  nowMs: number,
): Promise<readonly DecisionOutcome[]> {
  const store = new RerunStore({
    get: (key) => readModel.value(key),
    scan: (type, attributes) => readModel.values(type, attributes),
  });
  const session = new LedgerSession(store);
  const author = await resolveAuthor(session, submitterMspId, entry, false);
  const tx: TransactionFacts = {
    channel: entry.intent.channel,
    chaincode: CHAINCODE_NAME,
    txId: '0'.repeat(64),
    timeMs: nowMs,
    submitterMspId,
    transient: new Map(),
  };
  await decideAccess({ args: entry.intent.args as DecideArgs, author, entry, index: 0, tx, session });
  await session.flush();
  const [written] = store.writes.values();
  return (JSON.parse(Buffer.from(written ?? '{}').toString()) as DecisionState).outcomes;
}
