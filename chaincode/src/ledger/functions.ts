/** Every writing method with the shape of its arguments: one table for chaincode, gateways and auditors. */
import { decideArgs } from '../access/access-args.ts';
import { reportArgs } from '../audit/audit-args.ts';
import { grantArgs, withdrawArgs } from '../consent/consent-args.ts';
import {
  closeCareRelationArgs,
  openCareRelationArgs,
  registerPatientArgs,
  rotatePatientKeysArgs,
} from '../patient/patient-args.ts';
import {
  activateArgs,
  amendArgs,
  attestArgs,
  markEnteredInErrorArgs,
  proposeArgs,
  renewPolicyArgs,
} from '../record/record-args.ts';
import {
  configureArgs,
  registerOrganizationArgs,
  registerPractitionerArgs,
  reinstateArgs,
  rotatePartyKeysArgs,
  suspendArgs,
} from '../registry/registry-args.ts';
import type { Shaped } from '../schema/shape.ts';

export const WRITING_FUNCTIONS = {
  registry: {
    registerOrganizations: registerOrganizationArgs,
    configure: configureArgs,
    registerPractitioners: registerPractitionerArgs,
    rotateKeys: rotatePartyKeysArgs,
    suspend: suspendArgs,
    reinstate: reinstateArgs,
  },
  patient: {
    register: registerPatientArgs,
    rotateKeys: rotatePatientKeysArgs,
    openCareRelations: openCareRelationArgs,
    closeCareRelations: closeCareRelationArgs,
  },
  record: {
    propose: proposeArgs,
    attest: attestArgs,
    activate: activateArgs,
    amend: amendArgs,
    markEnteredInError: markEnteredInErrorArgs,
    renewPolicy: renewPolicyArgs,
  },
  consent: { grant: grantArgs, withdraw: withdrawArgs },
  access: { decide: decideArgs },
  audit: { report: reportArgs },
} as const;

export type ContractName = keyof typeof WRITING_FUNCTIONS;
export type FunctionName<C extends ContractName> = keyof (typeof WRITING_FUNCTIONS)[C] & string;
/** The arguments of one item of one writing method. */
export type ArgsOf<C extends ContractName, F extends FunctionName<C>> = Shaped<(typeof WRITING_FUNCTIONS)[C][F]>;
