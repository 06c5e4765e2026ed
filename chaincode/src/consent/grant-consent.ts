import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { RECORD_CLASS_SYSTEM } from '../access/consent-reading/match-provision.ts';
import type { ConsortiumConfiguration } from '../consortium/consortium-configuration.ts';
import { sha256 } from '../encoding/sha256.ts';
import { notAllowed, type Operation, requireConfiguration } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { txTime } from '../ledger/transaction.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { MAX_CONSENTS_PER_PATIENT } from './consent-args.ts';
import type { ConsentHeadState, ConsentState } from './consent-state.ts';
import { pseudonymOf, type RestrictedConsent, type RestrictedProvision } from './restricted-consent.ts';

/** The patient gives a consent (which may forbid as well as permit), and the head takes it up. */
export const grantConsent: Operation<'consent', 'grant'> = async ({ args, author, entry, session, tx }) => {
  const { consentId, consent } = args;
  const patient = pseudonymOf(consent);
  if (author.kind !== 'patient' || author.id !== patient) return notAllowed('a consent is given by its patient');
  checkNamed(consent, await requireConfiguration(session));
  if ((await session.get('consent', patient, consentId)) !== undefined) {
    throw new MedQuorumError('MQ_CONSENT_EXISTS', 'the consent is there');
  }
  const consents = (await session.get('consent-head', patient))?.consents ?? [];
  if (consents.length >= MAX_CONSENTS_PER_PATIENT) {
    throw new MedQuorumError('MQ_LIMIT_REACHED', `at most ${MAX_CONSENTS_PER_PATIENT} consents of one patient`);
  }
  const state: ConsentState = {
    v: SHAPE_VERSION,
    kind: 'consent',
    patient,
    consentId,
    status: 'active',
    consent,
    grantedAt: txTime(tx),
    withdrawnAt: null,
    grant: entry,
    entry,
  };
  const digest = sha256(canonicalJson(consent));
  const head: ConsentHeadState = {
    v: SHAPE_VERSION,
    kind: 'consent-head',
    patient,
    consents: [...consents, { consentId, status: 'active', digest }],
    entry,
  };
  session.put(state);
  session.put(head);
  return { consentId, head: stateDigest(head) };
};

/**
 * Organisations and record classes that a consent names have to be the consortium's: their ids are not random, and a
 * consent that names nobody is a mistake.
 *
 * @throws MedQuorumError `MQ_ORGANIZATION_NOT_FOUND`, `MQ_RECORD_CLASS_UNKNOWN`
 */
function checkNamed({ provision }: RestrictedConsent, { members, recordClasses }: ConsortiumConfiguration): void {
  const organizations = new Set(members.map(({ mspId }) => `Organization/${mspId}`));
  const classes = new Set(recordClasses.map(({ name }) => name));
  for (const { actor = [], data = [], class: named = [] } of provisionsOf(provision)) {
    const references = [...actor, ...data].map(({ reference }) => reference.reference);
    if (references.some((it) => it.startsWith('Organization/') && !organizations.has(it))) {
      throw new MedQuorumError('MQ_ORGANIZATION_NOT_FOUND', 'the consent names an organisation that is no member');
    }
    if (named.some(({ system, code }) => system === RECORD_CLASS_SYSTEM && !classes.has(code))) {
      throw new MedQuorumError('MQ_RECORD_CLASS_UNKNOWN', 'the consent names a record class that is not configured');
    }
  }
}

function provisionsOf(root: RestrictedProvision): readonly RestrictedProvision[] {
  return [root, ...(root.provision ?? []).flatMap(provisionsOf)];
}
