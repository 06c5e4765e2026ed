import { KEYS } from '../ledger/state.ts';
import { codeOf } from '../testing/code-of.ts';
import { coding, consentOf, permit } from '../testing/consents.ts';
import {
  CITY,
  CLAIMS_OFFICER,
  CLINICIAN,
  FoundedConsortium,
  OTHER_PATIENT,
  PATIENT,
  REGULATOR,
  VALLEY,
  VALLEY_CLINICIAN,
  VERIFIER,
} from '../testing/founded-consortium.ts';
import { CHAINCODE, CHANNEL, entryOf, NOW_MS, type Party, sign, uuidOf } from '../testing/party.ts';
import { emergencyAgreementBytes } from './emergency-agreement.ts';
import { placeAttestationBytes } from './place-attestation.ts';

const at = (offsetMs: number) => new Date(NOW_MS + offsetMs).toISOString();
const UNTIL = at(3_600_000);
const PLACE = { facility: 'valley-hospital-main', zone: 'clinical', until: UNTIL };

describe('access decisions', () => {
  let consortium: FoundedConsortium;
  let recordId: string;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
    recordId = await consortium.activeRecord('record');
  });
  afterEach(() => consortium.close());

  const request = (change: object = {}) => ({
    patient: PATIENT.id,
    records: [recordId],
    purpose: 'TREAT',
    action: 'access',
    role: 'clinician',
    place: PLACE,
    emergency: null,
    onBehalfOf: VALLEY_CLINICIAN.id,
    ...change,
  });
  const decide = async (party: Party, change: object = {}, fields: object = {}) =>
    consortium.submit(party, 'access:decide', request(change), fields);
  const open = (party: Party, mspId: string) =>
    consortium.submit(party, 'patient:openCareRelations', {
      relationId: uuidOf(`care ${mspId}`),
      patient: PATIENT.id,
      mspId,
      relation: 'treatment',
      from: at(-1000),
      until: at(600_000),
    });
  const grant = (provision: object, name = 'consent') =>
    consortium.submit(PATIENT, 'consent:grant', { consentId: uuidOf(name), consent: consentOf(provision) });

  it('refuse without a ground, and the refusal stands in the log with its reasons', async () => {
    const { decisionId, outcomes } = await decide(VALLEY);
    const reasons = ['no-care-relation', 'no-ground'];
    expect(outcomes).toEqual([
      { recordId, version: 1, effect: 'deny', reasons, obligations: [], consentIds: [], expiresAt: null },
    ]);
    expect(await consortium.ledger.read('access:get', PATIENT.id, decisionId)).toMatchObject({
      kind: 'decision',
      requester: { mspId: VALLEY.id, practitioner: VALLEY_CLINICIAN.id, role: 'clinician' },
      decidedAt: at(0),
      outcomes,
      consentHead: null,
      configuration: consortium.head(KEYS.configuration()),
    });
  });

  it('permit on a consent within a care relation, for the least of lease and periods; withdrawal ends it', async () => {
    await open(VALLEY, VALLEY.id);
    await grant(permit());
    const { outcomes, decisionId } = await decide(VALLEY);
    const permitted = { effect: 'permit', reasons: ['consent-permits'], consentIds: [uuidOf('consent')] };
    expect(outcomes).toMatchObject([{ ...permitted, expiresAt: at(600_000) }]);
    expect(await consortium.ledger.read('access:get', PATIENT.id, decisionId)).toMatchObject({
      consentHead: consortium.head(KEYS['consent-head'](PATIENT.id)),
    });
    await consortium.submit(PATIENT, 'consent:withdraw', { consentId: uuidOf('consent'), patient: PATIENT.id });
    expect((await decide(VALLEY)).outcomes).toMatchObject([{ effect: 'deny', reasons: ['no-ground'] }]);
  });

  it('permit the custodian’s own clinician in a care relation, and the patient himself through any organisation', async () => {
    await open(CITY, CITY.id);
    const place = { ...PLACE, facility: 'city-hospital-main' };
    const own = await decide(CITY, { place, onBehalfOf: CLINICIAN.id });
    expect(own.outcomes).toMatchObject([{ effect: 'permit', reasons: ['custodian-care'] }]);
    const self = { role: 'patient', purpose: 'PATRQT', place: null, onBehalfOf: undefined };
    const args = JSON.parse(JSON.stringify(request(self)));
    const [result] = await consortium.ledger.submit('access:decide', [entryOf(PATIENT, 'access:decide', args)], {
      mspId: VALLEY.id,
    });
    expect(result.outcomes).toMatchObject([{ effect: 'permit', reasons: ['patient-self'] }]);
  });

  it('answer a chart record by record', async () => {
    await open(VALLEY, VALLEY.id);
    await grant(permit({ securityLabel: [coding('v3-Confidentiality', 'N')] }));
    const restricted = await consortium.activeRecord('restricted', { confidentiality: 'R' });
    const { outcomes } = await decide(VALLEY, { records: [recordId, restricted] });
    expect(outcomes.map(({ effect }: { effect: string }) => effect)).toEqual(['permit', 'deny']);
  });

  it('hold a denying consent above a permitting one', async () => {
    await open(VALLEY, VALLEY.id);
    await grant(permit(), 'permit');
    await grant(permit({ type: 'deny', purpose: [coding('v3-ActReason', 'TREAT')] }), 'deny');
    expect((await decide(VALLEY)).outcomes).toMatchObject([{ effect: 'deny', consentIds: [uuidOf('deny')] }]);
  });

  it('see an insurer as an insurer, whatever a consent permits', async () => {
    await grant({ type: 'permit' });
    const claims = { role: 'claims-officer', onBehalfOf: CLAIMS_OFFICER.id, purpose: 'HPAYMT', place: null };
    const { outcomes } = await consortium.submit(
      CLAIMS_OFFICER,
      'access:decide',
      plain(request({ ...claims, onBehalfOf: undefined })),
    );
    expect(outcomes[0].effect).toBe('deny');
    expect(outcomes[0].reasons).toContain('insurer-beyond-claims');
  });

  it('take a place on the organisation’s word alone', async () => {
    const attested = (party: Party, change: object = {}) =>
      sign(
        party,
        placeAttestationBytes({
          channel: CHANNEL,
          chaincode: CHAINCODE,
          mspId: VALLEY.id,
          practitioner: VALLEY_CLINICIAN.id,
          facility: PLACE.facility,
          zone: 'clinical',
          until: UNTIL,
          ...change,
        }),
      );
    const asked = (place: object) =>
      codeOf(consortium.submit(VALLEY_CLINICIAN, 'access:decide', plain(request({ place, onBehalfOf: undefined }))));
    expect(await asked({ ...PLACE, signature: attested(VALLEY) })).toBe('no failure');
    expect(await asked(PLACE)).toBe('MQ_PLACE_ATTESTATION [0]');
    expect(await asked({ ...PLACE, signature: attested(CITY) })).toBe('MQ_PLACE_ATTESTATION [0]');
    expect(await asked({ ...PLACE, signature: attested(VALLEY, { practitioner: CLINICIAN.id }) })).toBe(
      'MQ_PLACE_ATTESTATION [0]',
    );
    expect(await codeOf(decide(VALLEY, { place: { ...PLACE, until: at(-1) } }))).toBe('MQ_PLACE_ATTESTATION [0]');
    const foreign = await decide(VALLEY, { place: { ...PLACE, facility: 'city-hospital-main' } });
    expect(foreign.outcomes[0].reasons).toContain('facility-not-own');
    const nobodys = decide(VALLEY, { place: { ...PLACE, facility: 'somewhere' } });
    expect(await codeOf(nobodys)).toBe('MQ_FACILITY_NOT_FOUND [0]');
  });

  it('know an emergency only with a second clinician of another authority who signed for this very request', async () => {
    const emergency = { purpose: 'BTG', records: [recordId] };
    const alone = await decide(VALLEY, { ...emergency, emergency: { reason: 'unconscious' } });
    expect(alone.outcomes).toMatchObject([{ effect: 'deny' }]);
    const agreement = (party: Party, nonce: string) => ({
      practitioner: party.id,
      signature: sign(
        party,
        emergencyAgreementBytes({
          channel: CHANNEL,
          chaincode: CHAINCODE,
          author: { kind: 'organization', id: VALLEY.id },
          nonce,
          patient: PATIENT.id,
          records: [recordId],
          reason: 'unconscious',
        }),
      ),
    });
    const asked = (party: Party, nonce: string, signedFor = nonce) =>
      decide(
        VALLEY,
        { ...emergency, emergency: { reason: 'unconscious', secondClinician: agreement(party, signedFor) } },
        { nonce },
      );
    const { outcomes } = await asked(CLINICIAN, 'emergency-number-1');
    expect(outcomes).toMatchObject([{ effect: 'permit', reasons: ['break-glass'] }]);
    expect(outcomes[0].obligations).toContain('notify-patient');
    expect(await codeOf(asked(CLINICIAN, 'emergency-number-2', 'emergency-number-1'))).toBe('MQ_SIGNATURE_INVALID [0]');
    expect(await codeOf(asked(VERIFIER, 'emergency-number-3'))).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
  });

  it('are asked for only under a role that is held, by whom it is held', async () => {
    expect(await codeOf(decide(VALLEY, { role: 'researcher' }))).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await codeOf(decide(VALLEY, { onBehalfOf: CLINICIAN.id }))).toBe('MQ_PRACTITIONER_NOT_FOUND [0]');
    expect(await codeOf(decide(VALLEY, { onBehalfOf: uuidOf('nobody') }))).toBe('MQ_PRACTITIONER_NOT_FOUND [0]');
    const asPatient = plain(request({ role: 'patient', place: null, onBehalfOf: undefined }));
    expect(await codeOf(consortium.submit(OTHER_PATIENT, 'access:decide', asPatient))).toBe(
      'MQ_AUTHOR_NOT_ALLOWED [0]',
    );
    expect(await codeOf(decide(VALLEY, { records: [uuidOf('nothing')] }))).toBe('MQ_RECORD_NOT_FOUND [0]');
    expect(await codeOf(decide(VALLEY, { patient: OTHER_PATIENT.id }))).toBe('MQ_RECORD_NOT_FOUND [0]');
    expect(await codeOf(decide(VALLEY, { patient: uuidOf('nobody') }))).toBe('MQ_PATIENT_NOT_FOUND [0]');
    const marked = { recordId, version: 1, reason: 'wrong-patient' };
    await consortium.submit(CLINICIAN, 'record:markEnteredInError', marked, {
      headDigest: consortium.recordHead(recordId),
    });
    expect(await codeOf(decide(VALLEY))).toBe('MQ_RECORD_STATUS [0]');
  });

  it('are a patient’s access log, page by page', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await decide(VALLEY)).decisionId);
    const first = await consortium.ledger.read('access:getLog', PATIENT.id, '3', '');
    const second = await consortium.ledger.read('access:getLog', PATIENT.id, '3', first.bookmark);
    const ids = [...first.items, ...second.items].map(({ decisionId }) => decisionId);
    expect(ids.sort()).toEqual(made.sort());
    expect(second.bookmark).toBe('');
    expect(await codeOf(consortium.ledger.read('access:getLog', PATIENT.id, '101', ''))).toBe('MQ_INPUT_INVALID');
    const nothing = `${'0'.repeat(64)}-0`;
    expect(await codeOf(consortium.ledger.read('access:get', PATIENT.id, nothing))).toBe('MQ_DECISION_NOT_FOUND');
  });

  it('refuse who is suspended after registration as a matter of record where the patient is', async () => {
    await open(VALLEY, VALLEY.id);
    await grant(permit());
    const suspension = { party: { kind: 'patient', id: PATIENT.id }, reason: 'inquiry' };
    await consortium.submit(REGULATOR, 'registry:suspend', suspension);
    expect((await decide(VALLEY)).outcomes[0].reasons).toContain('patient-not-in-standing');
  });
});

/** As it arrives: members that are undefined are absent. */
function plain(value: object) {
  return JSON.parse(JSON.stringify(value));
}
