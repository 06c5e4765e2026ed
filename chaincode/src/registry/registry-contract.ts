import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { type Context, Contract } from 'fabric-contract-api';
import type { ContractOptions } from '../contract/contract-options.ts';
import { execute, executionOf } from '../contract/execute.ts';
import { found, numberArgument, readSession } from '../contract/read-state.ts';
import { LedgerSession } from '../ledger/ledger-session.ts';
import { checkTime, parseJson } from '../ledger/run-entries.ts';
import { mspId, uuid } from '../schema/identifiers.ts';
import { oneOf } from '../schema/shape.ts';
import { reinstate, suspend } from './change-standing.ts';
import { configure } from './configure.ts';
import { pruneNonces } from './prune-nonces.ts';
import { registerOrganization } from './register-organization.ts';
import { registerPractitioner } from './register-practitioner.ts';
import { pruneNoncesArgs } from './registry-args.ts';
import { rotatePartyKeys } from './rotate-party-keys.ts';

/** Organisations, practitioners, their keys, and what the consortium has agreed on. */
export const registryContract = (options: ContractOptions) =>
  class RegistryContract extends Contract {
    constructor() {
      super('registry');
    }

    async registerOrganizations(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'registry', 'registerOrganizations', entries, registerOrganization, 'self');
    }

    async configure(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'registry', 'configure', entries, configure);
    }

    async registerPractitioners(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'registry', 'registerPractitioners', entries, registerPractitioner);
    }

    async rotateKeys(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'registry', 'rotateKeys', entries, rotatePartyKeys);
    }

    async suspend(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'registry', 'suspend', entries, suspend);
    }

    async reinstate(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'registry', 'reinstate', entries, reinstate);
    }

    /** Housekeeping without authors: removes only what can no longer matter. */
    async pruneNonces(ctx: Context, refs: string): Promise<string> {
      const { tx, store, nowMs } = executionOf(ctx, options);
      const session = new LedgerSession(store);
      const skewSeconds = await checkTime({ tx, nowMs }, session);
      const pruned = await pruneNonces(session, tx, skewSeconds, pruneNoncesArgs(parseJson(refs), 'args'));
      await session.flush();
      return canonicalJson(pruned);
    }

    async getConfiguration(ctx: Context): Promise<string> {
      return found(await readSession(ctx).get('configuration'), 'MQ_NOT_CONFIGURED');
    }

    async getOrganization(ctx: Context, id: string): Promise<string> {
      return found(await readSession(ctx).get('organization', mspId(id, 'mspId')), 'MQ_ORGANIZATION_NOT_FOUND');
    }

    async getPractitioner(ctx: Context, id: string): Promise<string> {
      return found(await readSession(ctx).get('practitioner', uuid(id, 'id')), 'MQ_PRACTITIONER_NOT_FOUND');
    }

    /** The keys of one generation, for whoever checks an old entry. */
    async getKey(ctx: Context, kind: string, id: string, generation: string): Promise<string> {
      const party = { kind: oneOf(['organization', 'practitioner', 'patient'])(kind, 'kind'), id };
      (party.kind === 'organization' ? mspId : uuid)(id, 'id');
      const key = await readSession(ctx).get('key', party, numberArgument(generation, 'generation'));
      return found(key, 'MQ_AUTHOR_UNKNOWN');
    }
  };
