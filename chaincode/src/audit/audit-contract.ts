import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { type Context, Contract } from 'fabric-contract-api';
import type { ContractOptions } from '../contract/contract-options.ts';
import { execute } from '../contract/execute.ts';
import { numberArgument, readSession } from '../contract/read-state.ts';
import { keyNumber } from '../ledger/ledger-key.ts';
import { uuid } from '../schema/identifiers.ts';
import { reportVerdict } from './report-verdict.ts';

/** Verdicts that are returned at once; the read model has them all. */
export const MAX_VERDICTS_READ = 1000;

/** What organisations found when they compared stored content with the ledger. */
export const auditContract = (options: ContractOptions) =>
  class AuditContract extends Contract {
    constructor() {
      super('audit');
    }

    async report(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'audit', 'report', entries, reportVerdict);
    }

    async getVerdicts(ctx: Context, recordId: string, version: string): Promise<string> {
      const attributes = [uuid(recordId, 'recordId'), keyNumber(numberArgument(version, 'version'))];
      return canonicalJson(await readSession(ctx).list('verdict', attributes, MAX_VERDICTS_READ));
    }
  };
