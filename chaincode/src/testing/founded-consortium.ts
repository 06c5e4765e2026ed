import { KEYS, type StateKind, stateDigest } from '../ledger/state.ts';
import type { PractitionerRoleKind } from '../schema/codes.ts';
import { entryOf, type IntentFields, keyProof, makeParty, type Party, sha, uuidOf } from './party.ts';
import { type Call, type InvokeOptions, TestLedger } from './test-ledger.ts';

export const CITY = makeParty('organization', 'CityHospitalMSP', 'CityHospitalMSP');
export const VALLEY = makeParty('organization', 'ValleyHospitalMSP', 'ValleyHospitalMSP');
export const UNITY = makeParty('organization', 'UnityInsuranceMSP', 'UnityInsuranceMSP');
export const MERIDIAN = makeParty('organization', 'MeridianResearchMSP', 'MeridianResearchMSP');
export const REGULATOR = makeParty('organization', 'HealthRegulatorMSP', 'HealthRegulatorMSP');
export const ORGANIZATIONS = [CITY, VALLEY, UNITY, MERIDIAN, REGULATOR];
export const KINDS = new Map([
  [CITY.id, 'hospital'],
  [VALLEY.id, 'hospital'],
  [UNITY.id, 'insurer'],
  [MERIDIAN.id, 'research'],
  [REGULATOR.id, 'regulator'],
]);
export const FACILITIES = new Map([
  [CITY.id, [{ id: 'city-hospital-main', zones: ['clinical', 'administrative'] }]],
  [VALLEY.id, [{ id: 'valley-hospital-main', zones: ['clinical'] }]],
]);

export const CONFIGURATION = {
  members: ORGANIZATIONS.map(({ id }) => ({ mspId: id, kind: KINDS.get(id) })),
  recordClasses: [
    { name: 'clinical', attestations: 2, endorsements: 2 },
    { name: 'claim', attestations: 2, endorsements: 2 },
    { name: 'segregated', attestations: 3, endorsements: 2, collection: 'segregatedRecords' },
  ],
  clockSkewSeconds: 300,
  leaseSeconds: 900,
  releaseThreshold: 2,
};

const practitioner = (name: string, { id }: Party) => makeParty('practitioner', uuidOf(name), id);
export const CLINICIAN = practitioner('clinician of city', CITY);
export const VALLEY_CLINICIAN = practitioner('clinician of valley', VALLEY);
export const VERIFIER = practitioner('verifier of valley', VALLEY);
export const CLAIMS_OFFICER = practitioner('claims officer of unity', UNITY);
const ROLES: readonly (readonly [Party, Party, PractitionerRoleKind])[] = [
  [CLINICIAN, CITY, 'clinician'],
  [VALLEY_CLINICIAN, VALLEY, 'clinician'],
  [VERIFIER, VALLEY, 'verifier'],
  [CLAIMS_OFFICER, UNITY, 'claims-officer'],
];
export const PATIENT = makeParty('patient', uuidOf('patient'), null);
export const OTHER_PATIENT = makeParty('patient', uuidOf('other patient'), null);

export const organizationArgs = ({ id, signingKey, encryptionKey }: Party) => ({
  kind: KINDS.get(id),
  signingKey,
  encryptionKey,
  facilities: FACILITIES.get(id) ?? [],
});
export const practitionerArgs = (party: Party, role: string) => ({
  practitionerId: party.id,
  roles: [{ id: uuidOf(`role of ${party.id}`), role }],
  signingKey: party.signingKey,
  keyProof: keyProof(party),
});
export const patientArgs = (party: Party) => ({
  pseudonym: party.id,
  wallet: 'self',
  signingKey: party.signingKey,
  encryptionKey: party.encryptionKey,
  keyProof: keyProof(party),
});

export const header = (change: object = {}) => ({
  type: 'DocumentReference',
  code: { system: 'http://loinc.org', code: '34117-2' },
  date: '2026-02-01T08:00:00Z',
  author: CLINICIAN.id,
  confidentiality: 'N',
  labels: [],
  policies: [],
  content: { cid: `bafkrei${'a'.repeat(52)}`, sha256: sha('ciphertext'), sizeBucket: 12 },
  ...change,
});

/** A founded consortium with its people: ready for records, consents and decisions. */
export class FoundedConsortium {
  readonly ledger: TestLedger;

  static async found(): Promise<FoundedConsortium> {
    const consortium = new FoundedConsortium(await TestLedger.open());
    for (const party of ORGANIZATIONS)
      await consortium.submit(party, 'registry:registerOrganizations', organizationArgs(party));
    await consortium.submit(REGULATOR, 'registry:configure', { configuration: CONFIGURATION });
    for (const [party, employer, role] of ROLES) {
      await consortium.submit(employer, 'registry:registerPractitioners', practitionerArgs(party, role));
    }
    await consortium.submit(CITY, 'patient:register', patientArgs(PATIENT));
    await consortium.submit(VALLEY, 'patient:register', patientArgs(OTHER_PATIENT));
    return consortium;
  }

  private constructor(ledger: TestLedger) {
    this.ledger = ledger;
  }

  /** One item, signed by `party` and carried by its organisation; returns its result. */
  async submit(party: Party, call: Call, args: unknown, fields?: IntentFields, options: InvokeOptions = {}) {
    const mspId = party.mspId ?? CITY.id;
    const [result] = await this.ledger.submit(call, [entryOf(party, call, args, fields)], { mspId, ...options });
    return result;
  }

  /** The digest that the next intent has to name. */
  head(key: string): string {
    const state = this.ledger.state<StateKind>(key);
    if (state === undefined) throw new Error('no such state');
    return stateDigest(state);
  }

  recordHead(recordId: string): string {
    return this.head(KEYS.record(recordId));
  }

  /** A clinical record of PATIENT at City, proposed. */
  async propose(name: string, change: object = {}): Promise<string> {
    const recordId = uuidOf(name);
    const args = { recordId, patient: PATIENT.id, class: 'clinical', header: header(change) };
    await this.submit(CLINICIAN, 'record:propose', args);
    return recordId;
  }

  async attest(recordId: string, authorities: readonly Party[], version = 1): Promise<void> {
    const digest = this.ledger.state<'record'>(KEYS.record(recordId))?.versions[version - 1]?.digest;
    const args = { recordId, version, attestation: 'automatic', headerDigest: digest };
    for (const party of authorities) await this.submit(party, 'record:attest', args);
  }

  /** The same, attested by City and Valley and active. */
  async activeRecord(name: string, change: object = {}): Promise<string> {
    const recordId = await this.propose(name, change);
    await this.attest(recordId, [CITY, VALLEY]);
    await this.activate(recordId, [CITY, VALLEY]);
    return recordId;
  }

  async activate(recordId: string, authorities: readonly Party[], version = 1) {
    const args = { recordId, version, attestedBy: authorities.map(({ id }) => id) };
    return this.submit(CITY, 'record:activate', args, { headDigest: this.recordHead(recordId) });
  }

  async close(): Promise<void> {
    await this.ledger.close();
  }
}
