import { notAllowed, type Operation, requireConfiguration } from '../ledger/operation.ts';
import { headPolicy } from './class-of.ts';
import { requireRecord } from './custody.ts';

/**
 * The head comes under the policy that its class has now, without a new version: its bytes stay, so intents that name it
 * stay good. By its custodian, or by the regulator for a custodian that is gone.
 */
export const renewPolicy: Operation<'record', 'renewPolicy'> = async ({ args, author, session }) => {
  const head = await requireRecord(session, args.recordId);
  if (author.kind !== 'organization') notAllowed('a policy is renewed by an organisation');
  if (author.id !== head.custodian && author.organization.organizationKind !== 'regulator') {
    notAllowed("only the record's custodian, or the regulator");
  }
  session.put(head, headPolicy(await requireConfiguration(session), head));
  return { recordId: args.recordId };
};
