import { type Context, Contract } from 'fabric-contract-api';
import type { ContractOptions } from '../contract/contract-options.ts';
import { execute } from '../contract/execute.ts';
import { found, readSession } from '../contract/read-state.ts';
import { uuid } from '../schema/identifiers.ts';
import { grantConsent } from './grant-consent.ts';
import { withdrawConsent } from './withdraw-consent.ts';

/** What patients allow and forbid. */
export const consentContract = (options: ContractOptions) =>
  class ConsentContract extends Contract {
    constructor() {
      super('consent');
    }

    async grant(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'consent', 'grant', entries, grantConsent);
    }

    async withdraw(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'consent', 'withdraw', entries, withdrawConsent, 'registered-even-suspended');
    }

    async get(ctx: Context, patient: string, consentId: string): Promise<string> {
      const consent = await readSession(ctx).get('consent', uuid(patient, 'patient'), uuid(consentId, 'consentId'));
      return found(consent, 'MQ_CONSENT_NOT_FOUND');
    }

    async getHead(ctx: Context, patient: string): Promise<string> {
      return found(await readSession(ctx).get('consent-head', uuid(patient, 'patient')), 'MQ_CONSENT_NOT_FOUND');
    }
  };
