import { KEYS } from '../ledger/state.ts';
import { codeOf } from '../testing/code-of.ts';
import { consentOf, permit } from '../testing/consents.ts';
import { CITY, FoundedConsortium, OTHER_PATIENT, PATIENT, REGULATOR, VALLEY } from '../testing/founded-consortium.ts';
import { entryOf, NOW_MS, type Party, uuidOf } from '../testing/party.ts';
import { MAX_CONSENTS_PER_PATIENT } from './consent-args.ts';

describe('consents', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  const consentId = uuidOf('consent');
  const grant = (party: Party, id = consentId, consent: object = consentOf(permit())) =>
    codeOf(consortium.submit(party, 'consent:grant', { consentId: id, consent }));
  const withdraw = (party: Party, id = consentId, fields: object = {}) =>
    codeOf(consortium.submit(party, 'consent:withdraw', { consentId: id, patient: PATIENT.id }, fields));

  it('are given and withdrawn by their patient, and the head names them all', async () => {
    expect(await grant(PATIENT)).toBe('no failure');
    expect(await grant(PATIENT, uuidOf('second'))).toBe('no failure');
    expect(await withdraw(PATIENT)).toBe('no failure');
    expect(await consortium.ledger.read('consent:get', PATIENT.id, consentId)).toMatchObject({
      status: 'withdrawn',
      withdrawnAt: new Date(NOW_MS).toISOString(),
      grant: { intent: { function: 'grant' } },
      entry: { intent: { function: 'withdraw' } },
    });
    const { consents } = await consortium.ledger.read('consent:getHead', PATIENT.id);
    expect(consents).toMatchObject([
      { consentId, status: 'withdrawn' },
      { consentId: uuidOf('second'), status: 'active' },
    ]);
    expect(await codeOf(consortium.ledger.read('consent:getHead', OTHER_PATIENT.id))).toBe('MQ_CONSENT_NOT_FOUND');
  });

  it('are nobody else’s to give or withdraw', async () => {
    for (const party of [CITY, OTHER_PATIENT, REGULATOR]) expect(await grant(party)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    await grant(PATIENT);
    for (const party of [CITY, OTHER_PATIENT]) expect(await withdraw(party)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await grant(PATIENT)).toBe('MQ_CONSENT_EXISTS [0]');
    expect(await withdraw(PATIENT, uuidOf('nothing'))).toBe('MQ_CONSENT_NOT_FOUND [0]');
    await withdraw(PATIENT);
    expect(await withdraw(PATIENT)).toBe('MQ_CONSENT_STATUS [0]');
  });

  it('name only members and record classes of the consortium', async () => {
    const organization = { reference: { reference: 'Organization/NobodyMSP' } };
    const actor = [{ ...permit().actor[0], ...organization }];
    expect(await grant(PATIENT, consentId, consentOf(permit({ actor })))).toBe('MQ_ORGANIZATION_NOT_FOUND [0]');
    const ofClass = (code: string) => permit({ class: [{ system: 'urn:medquorum:record-class', code }] });
    const nested = consentOf(permit({ provision: [ofClass('unheard-of')] }));
    expect(await grant(PATIENT, consentId, nested)).toBe('MQ_RECORD_CLASS_UNKNOWN [0]');
    expect(await grant(PATIENT, consentId, consentOf(ofClass('clinical')))).toBe('no failure');
  });

  it('are withdrawn whatever the head is and whoever is suspended, but not on top of another state if one is named', async () => {
    await grant(PATIENT);
    expect(await withdraw(PATIENT, consentId, { headDigest: '0'.repeat(64) })).toBe('MQ_INTENT_HEAD [0]');
    const suspension = { party: { kind: 'patient', id: PATIENT.id }, reason: 'key-compromised' };
    await consortium.submit(REGULATOR, 'registry:suspend', suspension);
    expect(await grant(PATIENT, uuidOf('second'))).toBe('MQ_AUTHOR_SUSPENDED [0]');
    const headDigest = consortium.head(KEYS.consent(PATIENT.id, consentId));
    expect(await withdraw(PATIENT, consentId, { headDigest })).toBe('no failure');
  });

  it(`are at most ${MAX_CONSENTS_PER_PATIENT} of one patient`, async () => {
    for (let i = 0; i < MAX_CONSENTS_PER_PATIENT; i++) expect(await grant(PATIENT, uuidOf(`${i}`))).toBe('no failure');
    expect(await grant(PATIENT)).toBe('MQ_LIMIT_REACHED [0]');
  });

  it('conflict with a decision that was made beside them', async () => {
    await grant(PATIENT);
    const recordId = await consortium.activeRecord('record');
    const args = { patient: PATIENT.id, records: [recordId], purpose: 'PATRQT', action: 'access', role: 'patient' };
    const entry = entryOf(PATIENT, 'access:decide', { ...args, place: null, emergency: null });
    const { stub } = await consortium.ledger.simulate('access:decide', [JSON.stringify([entry])], { mspId: VALLEY.id });
    expect(await withdraw(PATIENT)).toBe('no failure');
    await expect(stub.commit()).rejects.toThrow('MVCC_READ_CONFLICT');
  });
});
