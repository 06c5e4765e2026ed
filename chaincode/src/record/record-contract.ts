import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { type Context, Contract } from 'fabric-contract-api';
import { MAX_MEMBERS } from '../consortium/consortium-configuration.ts';
import type { ContractOptions } from '../contract/contract-options.ts';
import { execute } from '../contract/execute.ts';
import { found, numberArgument, readSession } from '../contract/read-state.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { uuid } from '../schema/identifiers.ts';
import { activateVersion } from './activate-version.ts';
import { amendRecord } from './amend-record.ts';
import { attestVersion } from './attest-version.ts';
import { requireRecord } from './custody.ts';
import { markEnteredInError } from './mark-entered-in-error.ts';
import { requirePrivateVersion } from './private-record.ts';
import { proposeRecord } from './propose-record.ts';
import { MAX_RECORD_VERSIONS } from './record-args.ts';
import { renewPolicy } from './renew-policy.ts';

/** Records: proposed, attested, active, amended, entered in error. */
export const recordContract = (options: ContractOptions) =>
  class RecordContract extends Contract {
    constructor() {
      super('record');
    }

    async propose(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'record', 'propose', entries, proposeRecord);
    }

    async attest(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'record', 'attest', entries, attestVersion);
    }

    async activate(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'record', 'activate', entries, activateVersion);
    }

    async amend(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'record', 'amend', entries, amendRecord);
    }

    async markEnteredInError(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'record', 'markEnteredInError', entries, markEnteredInError);
    }

    async renewPolicy(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'record', 'renewPolicy', entries, renewPolicy);
    }

    async get(ctx: Context, recordId: string): Promise<string> {
      return found(await readSession(ctx).get('record', uuid(recordId, 'recordId')), 'MQ_RECORD_NOT_FOUND');
    }

    async getVersion(ctx: Context, recordId: string, version: string): Promise<string> {
      const number = numberArgument(version, 'version');
      return found(
        await readSession(ctx).get('record-version', uuid(recordId, 'recordId'), number),
        'MQ_RECORD_VERSION',
      );
    }

    /** A segregated version in clear: `{ patient, header, salt }`; only for members of the collection, from their own peer. */
    async getPrivateVersion(ctx: Context, recordId: string, version: string): Promise<string> {
      const session = readSession(ctx);
      const { collection } = await requireRecord(session, uuid(recordId, 'recordId'));
      const number = numberArgument(version, 'version');
      if (collection === null) throw new MedQuorumError('MQ_RECORD_VERSION', 'the version is not private');
      return canonicalJson(await requirePrivateVersion(session, collection, recordId, number));
    }

    /** `{ head, versions, attestations }`, oldest first. */
    async getHistory(ctx: Context, recordId: string): Promise<string> {
      const session = readSession(ctx);
      const head = await requireRecord(session, uuid(recordId, 'recordId'));
      const versions = await session.list('record-version', [recordId], MAX_RECORD_VERSIONS);
      const attestations = await session.list('attestation', [recordId], MAX_RECORD_VERSIONS * MAX_MEMBERS);
      return canonicalJson({ head, versions, attestations });
    }
  };
