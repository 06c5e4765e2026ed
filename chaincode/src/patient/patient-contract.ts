import { type Context, Contract } from 'fabric-contract-api';
import type { ContractOptions } from '../contract/contract-options.ts';
import { execute } from '../contract/execute.ts';
import { found, readSession } from '../contract/read-state.ts';
import { mspId, uuid } from '../schema/identifiers.ts';
import { closeCareRelation, openCareRelation } from './change-care-relations.ts';
import { registerPatient } from './register-patient.ts';
import { rotatePatientKeys } from './rotate-patient-keys.ts';

/** Patients under pseudonyms, their keys, and who treats them. */
export const patientContract = (options: ContractOptions) =>
  class PatientContract extends Contract {
    constructor() {
      super('patient');
    }

    async register(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'patient', 'register', entries, registerPatient);
    }

    async rotateKeys(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'patient', 'rotateKeys', entries, rotatePatientKeys);
    }

    async openCareRelations(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'patient', 'openCareRelations', entries, openCareRelation);
    }

    async closeCareRelations(ctx: Context, entries: string): Promise<string> {
      return execute(ctx, options, 'patient', 'closeCareRelations', entries, closeCareRelation);
    }

    async get(ctx: Context, pseudonym: string): Promise<string> {
      return found(await readSession(ctx).get('patient', uuid(pseudonym, 'pseudonym')), 'MQ_PATIENT_NOT_FOUND');
    }

    async getCareRelations(ctx: Context, pseudonym: string, organization: string): Promise<string> {
      const care = await readSession(ctx).get('care', uuid(pseudonym, 'pseudonym'), mspId(organization, 'mspId'));
      return found(care, 'MQ_CARE_RELATION_NOT_FOUND');
    }
  };
