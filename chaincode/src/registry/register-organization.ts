import { checkSignature, foreignCarrier } from '../identity/author.ts';
import { notAllowed, type Operation } from '../ledger/operation.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { putKey } from './register-key.ts';

/**
 * An organisation registers itself: the intent is signed with the key it brings and carried under its own certificate.
 * Once the consortium is configured, it must be a member of that kind.
 */
export const registerOrganization: Operation<'registry', 'registerOrganizations', null> = async (item) => {
  const { args, entry, session, tx } = item;
  const { author } = entry.intent;
  if (author.kind !== 'organization') return notAllowed('an organisation registers itself');
  if (author.id !== tx.submitterMspId) throw foreignCarrier();
  if (author.keyGeneration !== 1) {
    throw new MedQuorumError('MQ_AUTHOR_KEY_GENERATION', 'the first key generation is 1');
  }
  checkSignature(entry, args.signingKey);
  const configured = await session.get('configuration');
  const member = configured?.configuration.members.find(({ mspId }) => mspId === author.id);
  if (configured !== undefined && member?.kind !== args.kind) return notAllowed('not a member of this kind');
  if ((await session.get('organization', author.id)) !== undefined) {
    throw new MedQuorumError('MQ_ORGANIZATION_EXISTS', 'the organisation is registered');
  }
  const { kind, facilities, signingKey, encryptionKey } = args;
  const keys = { signingKey, encryptionKey, keyGeneration: 1 };
  session.put({
    v: SHAPE_VERSION,
    kind: 'organization',
    mspId: author.id,
    organizationKind: kind,
    facilities,
    ...keys,
    status: 'active',
    entry,
  });
  putKey(session, tx, entry, { party: { kind: 'organization', id: author.id }, ...keys });
  return { mspId: author.id, keyGeneration: 1 };
};
