import { type Context, Contract } from 'fabric-contract-api';
import { collectionName } from '../consortium/consortium-configuration.ts';
import type { ContractOptions } from '../contract/contract-options.ts';
import { execute } from '../contract/execute.ts';
import { found, readPage, readSession } from '../contract/read-state.ts';
import { KEYS } from '../ledger/state.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { entryId, uuid } from '../schema/identifiers.ts';
import { decideAccess } from './decide-access.ts';

/** Decisions on requests, which are the access log of each patient. */
export const accessContract = (options: ContractOptions) =>
  class AccessContract extends Contract {
    constructor() {
      super('access');
    }

    async decide(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'access', 'decide', entries, decideAccess);
    }

    async get(ctx: Context, patient: string, decisionId: string): Promise<string> {
      const decision = readSession(ctx).get('decision', uuid(patient, 'patient'), entryId(decisionId, 'decisionId'));
      return found(await decision, 'MQ_DECISION_NOT_FOUND');
    }

    /** What was answered of segregated records; only a member of the collection gets an answer, from its own peer. */
    async getHidden(ctx: Context, patient: string, decisionId: string, collection: string): Promise<string> {
      const key = KEYS.decision(uuid(patient, 'patient'), entryId(decisionId, 'decisionId'));
      const value = await readSession(ctx).getPrivate(collectionName(collection, 'collection'), key);
      if (value === undefined) throw new MedQuorumError('MQ_DECISION_NOT_FOUND', 'no such decision');
      return Buffer.from(value).toString();
    }

    /** One page of a patient's access log, in no order of time. */
    async getLog(ctx: Context, patient: string, pageSize: string, bookmark: string): Promise<string> {
      return readPage(ctx, 'decision', [uuid(patient, 'patient')], pageSize, bookmark);
    }
  };
