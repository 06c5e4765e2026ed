import { KEYS } from '../ledger/state.ts';
import { codeOf } from '../testing/code-of.ts';
import {
  CITY,
  CLINICIAN,
  CONFIGURATION,
  FoundedConsortium,
  ORGANIZATIONS,
  organizationArgs,
  PATIENT,
  practitionerArgs,
  REGULATOR,
  UNITY,
  VALLEY,
} from '../testing/founded-consortium.ts';
import { entryOf, keyProof, makeParty, NOW_MS, type Party, uuidOf } from '../testing/party.ts';
import { TestLedger } from '../testing/test-ledger.ts';

const next = ({ kind, id, mspId, keyGeneration }: Party) => makeParty(kind, id, mspId, keyGeneration + 1);

describe('registry', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  it('keeps organisations with their keys and facilities, and each key generation', async () => {
    const { ledger } = consortium;
    expect(await ledger.read('registry:getOrganization', CITY.id)).toMatchObject({
      kind: 'organization',
      organizationKind: 'hospital',
      keyGeneration: 1,
      signingKey: CITY.signingKey,
      status: 'active',
    });
    expect(await ledger.read('registry:getKey', 'organization', CITY.id, '1')).toMatchObject({
      signingKey: CITY.signingKey,
      since: new Date(NOW_MS).toISOString(),
    });
    expect(await codeOf(ledger.read('registry:getOrganization', 'NobodyMSP'))).toBe('MQ_ORGANIZATION_NOT_FOUND');
    expect(await codeOf(ledger.read('registry:getKey', 'organization', CITY.id, '2'))).toBe('MQ_AUTHOR_UNKNOWN');
  });

  it('registers an organisation once, only by itself, and only as a member of the configured kind', async () => {
    const register = (party: Party, args: object, mspId = party.id) =>
      codeOf(consortium.submit(party, 'registry:registerOrganizations', args, {}, { mspId }));
    expect(await register(CITY, organizationArgs(CITY))).toBe('MQ_ORGANIZATION_EXISTS [0]');
    const stranger = makeParty('organization', 'StrangerMSP', 'StrangerMSP');
    expect(await register(stranger, { ...organizationArgs(stranger), kind: 'hospital' })).toBe(
      'MQ_AUTHOR_NOT_ALLOWED [0]',
    );
    expect(await register(CITY, organizationArgs(CITY), VALLEY.id)).toBe('MQ_SUBMITTER_NOT_ALLOWED [0]');
    const later = { ...makeParty('organization', 'LaterMSP', 'LaterMSP'), keyGeneration: 2 };
    expect(await register(later, { ...organizationArgs(later), kind: 'hospital' })).toBe(
      'MQ_AUTHOR_KEY_GENERATION [0]',
    );
    expect(await register(CITY, organizationArgs(VALLEY))).toBe('MQ_SIGNATURE_INVALID [0]');
    const person = { ...CLINICIAN, mspId: CITY.id };
    expect(await register(person, organizationArgs(CITY), CITY.id)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
  });

  it('takes a configuration from the regulator alone, on top of the one he saw', async () => {
    const configuration = { ...CONFIGURATION, leaseSeconds: 60 };
    const configure = (party: Party, args: object, headDigest?: string) =>
      codeOf(consortium.submit(party, 'registry:configure', args, headDigest ? { headDigest } : {}));
    const head = consortium.head(KEYS.configuration());
    expect(await configure(CITY, { configuration }, head)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await configure(REGULATOR, { configuration })).toBe('MQ_INTENT_HEAD [0]');
    expect(await configure(REGULATOR, { configuration }, '0'.repeat(64))).toBe('MQ_INTENT_HEAD [0]');
    const members = configuration.members.filter(({ mspId }) => mspId !== REGULATOR.id);
    const without = { ...configuration, members };
    expect(await configure(REGULATOR, { configuration: without }, head)).toBe('MQ_CONFIGURATION_INVALID [0]');
    expect(await configure(REGULATOR, { configuration }, head)).toBe('no failure');
    expect(await consortium.ledger.read('registry:getConfiguration')).toMatchObject({
      configuration: { leaseSeconds: 60 },
    });
  });

  it.each([
    ['two regulators', { members: [...CONFIGURATION.members, { mspId: 'SecondMSP', kind: 'regulator' }] }],
    ['a class above the members', { recordClasses: [{ name: 'clinical', attestations: 6, endorsements: 1 }] }],
    ['a release threshold above the others', { releaseThreshold: 5 }],
  ])('refuses a configuration with %s', async (_, change) => {
    const headDigest = consortium.head(KEYS.configuration());
    const args = { configuration: { ...CONFIGURATION, ...change } };
    expect(await codeOf(consortium.submit(REGULATOR, 'registry:configure', args, { headDigest }))).toBe(
      'MQ_CONFIGURATION_INVALID [0]',
    );
  });

  it('registers practitioners with a key they prove to hold, at facilities of their organisation', async () => {
    const nurse = makeParty('practitioner', uuidOf('nurse'), CITY.id);
    const args = practitionerArgs(nurse, 'assistant');
    const register = (party: Party, change: object = {}) =>
      codeOf(consortium.submit(party, 'registry:registerPractitioners', { ...args, ...change }));
    expect(await register(CLINICIAN)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await register(CITY, { keyProof: keyProof(CLINICIAN) })).toBe('MQ_KEY_PROOF_INVALID [0]');
    const roles = [{ id: uuidOf('role'), role: 'assistant', facilities: ['valley-hospital-main'] }];
    expect(await register(CITY, { roles })).toBe('MQ_FACILITY_NOT_FOUND [0]');
    expect(await register(CITY)).toBe('no failure');
    expect(await register(CITY)).toBe('MQ_PRACTITIONER_EXISTS [0]');
    expect(await consortium.ledger.read('registry:getPractitioner', nurse.id)).toMatchObject({ mspId: CITY.id });
    expect(await codeOf(consortium.ledger.read('registry:getPractitioner', uuidOf('nobody')))).toBe(
      'MQ_PRACTITIONER_NOT_FOUND',
    );
  });

  it('rotates keys of organisations and practitioners; only the current generation signs', async () => {
    const key = KEYS.organization(CITY.id);
    const renewed = next(CITY);
    const args = { signingKey: renewed.signingKey, encryptionKey: renewed.encryptionKey, keyProof: keyProof(renewed) };
    const rotate = (party: Party, change: object = {}, headDigest = consortium.head(key)) =>
      codeOf(consortium.submit(party, 'registry:rotateKeys', { ...args, ...change }, { headDigest }));
    expect(await rotate(CITY, { keyProof: keyProof(CITY) })).toBe('MQ_KEY_PROOF_INVALID [0]');
    expect(await rotate(CITY, {}, '0'.repeat(64))).toBe('MQ_INTENT_HEAD [0]');
    expect(await rotate(CITY)).toBe('no failure');
    expect(await rotate(CITY)).toBe('MQ_AUTHOR_KEY_GENERATION [0]');
    expect(await consortium.ledger.read('registry:getKey', 'organization', CITY.id, '2')).toMatchObject({
      signingKey: renewed.signingKey,
    });
    const doctor = next(CLINICIAN);
    const doctorHead = consortium.head(KEYS.practitioner(CLINICIAN.id));
    expect(await rotate(CLINICIAN, { signingKey: doctor.signingKey, keyProof: keyProof(doctor) }, doctorHead)).toBe(
      'MQ_INPUT_INVALID [0]', // encryptionKey is still there
    );
    const own = { signingKey: doctor.signingKey, keyProof: keyProof(doctor) };
    await consortium.submit(CLINICIAN, 'registry:rotateKeys', own, { headDigest: doctorHead });
    expect(await codeOf(consortium.propose('with the old key'))).toBe('MQ_AUTHOR_KEY_GENERATION [0]');
    expect(await rotate(PATIENT)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
  });

  it('suspends by the regulator, or by the employer, and reinstates', async () => {
    const change = (party: Party, fn: 'suspend' | 'reinstate', kind: string, id: string) => {
      const args = { party: { kind, id }, ...(fn === 'suspend' && { reason: 'inquiry' }) };
      return codeOf(consortium.submit(party, `registry:${fn}`, args));
    };
    expect(await change(VALLEY, 'suspend', 'practitioner', CLINICIAN.id)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await change(CITY, 'suspend', 'organization', VALLEY.id)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await change(CLINICIAN, 'suspend', 'practitioner', CLINICIAN.id)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await change(REGULATOR, 'suspend', 'practitioner', uuidOf('nobody'))).toBe('MQ_PRACTITIONER_NOT_FOUND [0]');
    expect(await change(REGULATOR, 'suspend', 'patient', uuidOf('nobody'))).toBe('MQ_PATIENT_NOT_FOUND [0]');
    expect(await change(REGULATOR, 'suspend', 'organization', 'NobodyMSP')).toBe('MQ_ORGANIZATION_NOT_FOUND [0]');
    expect(await change(CITY, 'reinstate', 'practitioner', CLINICIAN.id)).toBe('MQ_PARTY_STATUS [0]');
    expect(await change(CITY, 'suspend', 'practitioner', CLINICIAN.id)).toBe('no failure');
    expect(await change(CITY, 'suspend', 'practitioner', CLINICIAN.id)).toBe('MQ_PARTY_STATUS [0]');
    expect(await codeOf(consortium.propose('by a suspended one'))).toBe('MQ_AUTHOR_SUSPENDED [0]');
    expect(await change(CITY, 'reinstate', 'practitioner', CLINICIAN.id)).toBe('no failure');
    expect(await change(REGULATOR, 'suspend', 'organization', CITY.id)).toBe('no failure');
    expect(await codeOf(consortium.propose('by one of a suspended organisation'))).toBe('MQ_AUTHOR_SUSPENDED [0]');
  });

  it('prunes nonces only once they can no longer matter', async () => {
    const nonce = 'to-be-pruned-some-day';
    await consortium.submit(UNITY, 'patient:register', { ...patientOf('p') }, { nonce });
    const ref = [{ kind: 'organization', id: UNITY.id, nonce }];
    const prune = async (timeMs: number) => {
      const { result, stub } = await consortium.ledger.simulate('registry:pruneNonces', [JSON.stringify(ref)], {
        timeMs,
      });
      await stub.commit();
      return JSON.parse(result);
    };
    const hour = 3_600_000;
    expect(await prune(NOW_MS + hour + 600_000)).toEqual([false]);
    expect(await prune(NOW_MS + hour + 600_001)).toEqual([true]);
    expect(await prune(NOW_MS + hour + 600_001)).toEqual([false]);
  });
});

const patientOf = (name: string) => {
  const party = makeParty('patient', uuidOf(name), null);
  const { id: pseudonym, signingKey, encryptionKey } = party;
  return { pseudonym, wallet: 'self', signingKey, encryptionKey, keyProof: keyProof(party) };
};

describe('an unconfigured ledger', () => {
  it('says so where the configuration is needed', async () => {
    const ledger = await TestLedger.open();
    for (const party of ORGANIZATIONS) {
      const entry = entryOf(party, 'registry:registerOrganizations', organizationArgs(party));
      await ledger.submit('registry:registerOrganizations', [entry], { mspId: party.id });
    }
    expect(await codeOf(ledger.read('registry:getConfiguration'))).toBe('MQ_NOT_CONFIGURED');
    await ledger.close();
  });
});
