import type { DecideArgs } from '@medquorum/chaincode/access/access-args';
import { emergencyFacts } from '@medquorum/chaincode/access/check-emergency';
import { checkPlace, facilityOwner } from '@medquorum/chaincode/access/check-place';
import { type AccessExplanation, explain } from '@medquorum/chaincode/access/explain';
import { factsOf } from '@medquorum/chaincode/access/facts-of';
import { requesterOf } from '@medquorum/chaincode/access/requester-of';
import { servedVersion } from '@medquorum/chaincode/access/served-version';
import { resolveAuthor } from '@medquorum/chaincode/identity/author';
import { LedgerSession } from '@medquorum/chaincode/ledger/ledger-session';
import { requireConfiguration } from '@medquorum/chaincode/ledger/operation';
import { CHAINCODE_NAME, type TransactionFacts } from '@medquorum/chaincode/ledger/transaction';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import type { Principal } from '../identity/principal.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import { RerunStore } from '../readmodel/rerun-store.ts';
import type { AccessRequest, Decisions } from './decisions.ts';

type Options = Readonly<{ decisions: Decisions; readModel: ReadModel; mspId: string; nowMs: () => number }>;
export type Explained = Readonly<{ recordId: string; explanation: AccessExplanation }>;

/** The decision's own function on this gateway's view of the ledger, with its workings shown. */
export class Explanations {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws MedQuorumError where the request could not be made at all */
  async explain(principal: Principal, asked: AccessRequest): Promise<readonly Explained[]> {
    const { decisions, mspId, nowMs, readModel } = this.#options;
    await readModel.caughtUp();
    const entry = await decisions.entry(principal, asked);
    const store = new RerunStore({
      get: (key) => readModel.value(key),
      scan: (type, attributes) => readModel.values(type, attributes),
    });
    const session = new LedgerSession(store);
    const tx: TransactionFacts = {
      channel: entry.intent.channel,
      chaincode: CHAINCODE_NAME,
      txId: '0'.repeat(64),
      timeMs: nowMs(),
      submitterMspId: mspId,
      transient: new Map(),
    };
    const author = await resolveAuthor(session, mspId, entry, false);
    const args = entry.intent.args as DecideArgs;
    const item = { args, author, entry, index: 0, tx, session };
    const requester = await requesterOf(item);
    checkPlace(item, requester);
    const patient = await session.get('patient', args.patient);
    if (patient === undefined) throw new MedQuorumError('MQ_PATIENT_NOT_FOUND', 'no such patient');
    const own = requester.organization?.mspId;
    const basis = {
      args,
      requester,
      patient,
      care: own === undefined ? undefined : await session.get('care', args.patient, own),
      consents: (await readModel.list('consent', { patient: args.patient, limit: MAX_CONSENTS })).map(
        ({ state }) => state,
      ),
      configuration: await requireConfiguration(session),
      emergency: await emergencyFacts(item),
      facilityOwner: await facilityOwner(item, requester),
      time: new Date(tx.timeMs).toISOString(),
    };
    return Promise.all(
      args.records.map(async (recordId) => {
        const head = await session.get('record', recordId);
        if (head === undefined || head.patient !== args.patient)
          throw new MedQuorumError('MQ_RECORD_NOT_FOUND', 'no such record');
        const header = (await session.get('record-version', recordId, servedVersion(head)))?.header;
        if (!header) throw new MedQuorumError('MQ_RECORD_VERSION', 'no such version');
        return { recordId, explanation: explain(factsOf(basis, { head, header })) };
      }),
    );
  }
}

/** A patient's consents are bounded on the ledger. */
const MAX_CONSENTS = 250;
