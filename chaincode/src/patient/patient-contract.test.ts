import { KEYS } from '../ledger/state.ts';
import { codeOf } from '../testing/code-of.ts';
import {
  CITY,
  CLINICIAN,
  FoundedConsortium,
  OTHER_PATIENT,
  PATIENT,
  patientArgs,
  VALLEY,
  VALLEY_CLINICIAN,
} from '../testing/founded-consortium.ts';
import { keyProof, makeParty, NOW_MS, type Party, uuidOf } from '../testing/party.ts';
import { MAX_CARE_RELATIONS } from './patient-args.ts';

const at = (offsetMs: number) => new Date(NOW_MS + offsetMs).toISOString();

describe('patients', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  it('stand under a pseudonym with their public keys; a custodial wallet is marked with who holds it', async () => {
    const ward = makeParty('patient', uuidOf('ward'), null);
    await consortium.submit(VALLEY, 'patient:register', { ...patientArgs(ward), wallet: 'custodial' });
    expect(await consortium.ledger.read('patient:get', ward.id)).toMatchObject({
      wallet: 'custodial',
      registeredBy: VALLEY.id,
      keyGeneration: 1,
    });
  });

  it('are enrolled once, by an organisation, with a key they prove to hold', async () => {
    const newcomer = makeParty('patient', uuidOf('newcomer'), null);
    const register = (party: Party, args: object) => codeOf(consortium.submit(party, 'patient:register', args));
    expect(await register(CLINICIAN, patientArgs(newcomer))).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await register(CITY, { ...patientArgs(newcomer), keyProof: keyProof(PATIENT) })).toBe(
      'MQ_KEY_PROOF_INVALID [0]',
    );
    expect(await register(CITY, patientArgs(PATIENT))).toBe('MQ_PATIENT_EXISTS [0]');
    expect(await codeOf(consortium.ledger.read('patient:get', newcomer.id))).toBe('MQ_PATIENT_NOT_FOUND');
  });

  it('rotate their keys through any organisation', async () => {
    const renewed = makeParty('patient', PATIENT.id, null, 2);
    const { signingKey, encryptionKey } = renewed;
    const args = { signingKey, encryptionKey, keyProof: keyProof(renewed) };
    const rotate = (party: Party) => {
      const headDigest = consortium.head(KEYS.patient(PATIENT.id));
      return codeOf(consortium.submit(party, 'patient:rotateKeys', args, { headDigest }, { mspId: VALLEY.id }));
    };
    expect(await rotate(VALLEY)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await rotate(PATIENT)).toBe('no failure');
    expect(await rotate(PATIENT)).toBe('MQ_AUTHOR_KEY_GENERATION [0]');
    expect(await consortium.ledger.read('registry:getKey', 'patient', PATIENT.id, '1')).toMatchObject({
      signingKey: PATIENT.signingKey,
    });
  });
});

describe('care relations', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  const relationId = uuidOf('relation');
  const relation = (change: object = {}) => ({
    relationId,
    patient: PATIENT.id,
    mspId: VALLEY.id,
    relation: 'treatment',
    from: at(-1000),
    ...change,
  });
  const open = (party: Party, change: object = {}) =>
    codeOf(consortium.submit(party, 'patient:openCareRelations', relation(change)));
  const close = (party: Party, id = relationId) => {
    const args = { relationId: id, patient: PATIENT.id, mspId: VALLEY.id };
    return codeOf(consortium.submit(party, 'patient:closeCareRelations', args));
  };

  it('are opened by the organisation, its practitioner or the patient, and end at the time of closing', async () => {
    expect(await open(CITY)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await open(OTHER_PATIENT)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await open(VALLEY_CLINICIAN, { practitioner: VALLEY_CLINICIAN.id })).toBe('no failure');
    expect(await open(PATIENT)).toBe('MQ_CARE_RELATION_EXISTS [0]');
    expect(await close(PATIENT)).toBe('no failure');
    expect(await close(VALLEY)).toBe('MQ_CARE_RELATION_STATUS [0]');
    const { relations } = await consortium.ledger.read('patient:getCareRelations', PATIENT.id, VALLEY.id);
    expect(relations).toEqual([
      { relationId, relation: 'treatment', practitioner: VALLEY_CLINICIAN.id, from: at(-1000), until: at(0) },
    ]);
  });

  it('name parties that are registered, and a period that is not empty', async () => {
    expect(await open(VALLEY, { practitioner: CLINICIAN.id })).toBe('MQ_PRACTITIONER_NOT_FOUND [0]');
    expect(await open(VALLEY, { patient: uuidOf('nobody') })).toBe('MQ_PATIENT_NOT_FOUND [0]');
    expect(await open(PATIENT, { mspId: 'NobodyMSP' })).toBe('MQ_ORGANIZATION_NOT_FOUND [0]');
    expect(await open(VALLEY, { until: at(-1000) })).toBe('MQ_CARE_RELATION_STATUS [0]');
    expect(await close(VALLEY)).toBe('MQ_CARE_RELATION_NOT_FOUND [0]');
    expect(await codeOf(consortium.ledger.read('patient:getCareRelations', PATIENT.id, CITY.id))).toBe(
      'MQ_CARE_RELATION_NOT_FOUND',
    );
  });

  it(`are at most ${MAX_CARE_RELATIONS} of one patient with one organisation`, async () => {
    for (let i = 0; i < MAX_CARE_RELATIONS; i++) await open(VALLEY, { relationId: uuidOf(`relation ${i}`) });
    expect(await open(VALLEY)).toBe('MQ_LIMIT_REACHED [0]');
  });
});
