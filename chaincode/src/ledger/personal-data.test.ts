import fc from 'fast-check';
import { MedQuorumError } from '../medquorum-error.ts';
import type { Shape } from '../schema/shape.ts';
import { consentOf, permit } from '../testing/consents.ts';
import {
  CITY,
  CLINICIAN,
  CONFIGURATION,
  FoundedConsortium,
  header,
  organizationArgs,
  PATIENT,
  patientArgs,
  practitionerArgs,
  VALLEY,
  VALLEY_CLINICIAN,
} from '../testing/founded-consortium.ts';
import { keyProof, sha, uuidOf } from '../testing/party.ts';
import { SEED } from '../testing/seed.ts';
import { WRITING_FUNCTIONS } from './functions.ts';

/** What must never be on the ledger, in the forms it comes in. */
const PERSONAL = [
  'Jane Doe',
  'Maria-José Carreño',
  'Müller',
  'DOE, JANE A.',
  '999-12-3456',
  'MRN 0012345',
  'mrn:0012345',
  '+1 617 555 0100',
  'jane.doe@example.org',
  '1 Main Street, Boston MA 02101',
  'born 1961-04-12',
  'Patient reports suicidal thoughts since May.',
  'F32.2 Severe depressive episode',
  'https://records.example.org/jane-doe',
  'data:text/plain;base64,SmFuZSBEb2U=',
];

const reason = { party: { kind: 'patient', id: PATIENT.id }, reason: 'inquiry' };
const keys = { signingKey: PATIENT.signingKey, encryptionKey: PATIENT.encryptionKey, keyProof: keyProof(PATIENT) };
const relation = { relationId: uuidOf('relation'), patient: PATIENT.id, mspId: VALLEY.id };
const version = { recordId: uuidOf('record'), version: 1 };
/** Valid arguments of every writing method, with every optional member. */
const EXAMPLES: Record<string, object> = {
  'registry:registerOrganizations': organizationArgs(CITY),
  'registry:configure': { configuration: CONFIGURATION },
  'registry:registerPractitioners': practitionerArgs(CLINICIAN, 'clinician'),
  'registry:rotateKeys': keys,
  'registry:suspend': reason,
  'registry:reinstate': { party: reason.party },
  'patient:register': patientArgs(PATIENT),
  'patient:rotateKeys': keys,
  'patient:openCareRelations': {
    ...relation,
    relation: 'treatment',
    practitioner: VALLEY_CLINICIAN.id,
    from: '2026-01-01T00:00:00.000Z',
    until: '2027-01-01T00:00:00.000Z',
  },
  'patient:closeCareRelations': relation,
  'record:propose': {
    recordId: uuidOf('record'),
    patient: PATIENT.id,
    class: 'clinical',
    header: header({ labels: ['PSY'], policies: ['42CFRPart2'], date: { start: '2026', end: '2026-02' } }),
    commitment: sha('commitment'),
    onBehalfOf: CLINICIAN.id,
  },
  'record:attest': {
    ...version,
    attestation: 'clinical',
    headerDigest: sha('header'),
    decision: `${sha('transaction')}-0`,
    onBehalfOf: CLINICIAN.id,
  },
  'record:activate': { ...version, attestedBy: [CITY.id, VALLEY.id] },
  'record:amend': { ...version, header: header(), commitment: sha('commitment'), onBehalfOf: CLINICIAN.id },
  'record:markEnteredInError': { ...version, reason: 'duplicate', onBehalfOf: CLINICIAN.id },
  'record:renewPolicy': { recordId: uuidOf('record') },
  'consent:grant': {
    consentId: uuidOf('consent'),
    consent: consentOf(permit({ period: { start: '2026-01-01' }, provision: [permit({ type: 'deny' })] })),
  },
  'consent:withdraw': { consentId: uuidOf('consent'), patient: PATIENT.id },
  'access:decide': {
    patient: PATIENT.id,
    records: [uuidOf('record')],
    purpose: 'BTG',
    action: 'access',
    role: 'clinician',
    place: {
      facility: 'city-hospital-main',
      zone: 'clinical',
      until: '2026-03-02T10:00:00.000Z',
      signature: 'A'.repeat(86),
    },
    emergency: {
      reason: 'unconscious',
      secondClinician: { practitioner: VALLEY_CLINICIAN.id, signature: 'A'.repeat(86) },
    },
    practitionerRole: uuidOf('role'),
    onBehalfOf: CLINICIAN.id,
    hidden: { collection: 'segregatedRecords', commitment: sha('request') },
  },
  'audit:report': { ...version, check: 'digest', verdict: 'altered', observedSha256: sha('observed') },
};

const shapes = new Map(
  Object.entries(WRITING_FUNCTIONS).flatMap(([contract, functions]) =>
    Object.entries(functions).map(([fn, shape]): [string, Shape<unknown>] => [`${contract}:${fn}`, shape]),
  ),
);
const argsOf = (call: string) => shapes.get(call) ?? fail(call);

describe('personal data', () => {
  it('is looked for in every writing method', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual([...shapes.keys()].sort());
    for (const [call, example] of Object.entries(EXAMPLES)) expect(argsOf(call)(example, 'args')).toMatchObject({});
  });

  it('is refused wherever it stands in arguments, and not repeated in the message', () => {
    const places = Object.entries(EXAMPLES).flatMap(([call, example]) =>
      spoilers(example).map((spoil) => ({ call, spoil })),
    );
    const check = ({ call, spoil }: (typeof places)[number], personal: string) => {
      const error = failure(() => argsOf(call)(spoil(personal), 'args'));
      if (!(error instanceof MedQuorumError)) throw new Error(`${call} took ${JSON.stringify(spoil(personal))}`);
      expect(error.message).not.toContain(personal);
    };
    for (const place of places) for (const personal of PERSONAL) check(place, personal);
    const words = fc.array(fc.stringMatching(/^[A-Z][a-zé'-]{1,12}$/), { minLength: 2, maxLength: 5 });
    const anyPlace = fc.constantFrom(...places);
    fc.assert(
      fc.property(anyPlace, words, (place, name) => check(place, name.join(' '))),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('has no form in which it could stand in state: every text there is an id, a digest, a key, a code or an instant', async () => {
    const consortium = await FoundedConsortium.found();
    const recordId = await consortium.activeRecord('record');
    await consortium.submit(PATIENT, 'consent:grant', EXAMPLES['consent:grant']);
    const {
      hidden: _hidden,
      practitionerRole: _role,
      ...request
    } = EXAMPLES['access:decide'] as Record<string, unknown>;
    await consortium.submit(CITY, 'access:decide', { ...request, records: [recordId], place: null, emergency: null });
    await consortium.submit(CITY, 'audit:report', { recordId, version: 1, check: 'retrieval', verdict: 'intact' });
    let texts = 0;
    const view = consortium.ledger.channel.ledger.view();
    for await (const { key, value } of view.range('ehr', '', '')) {
      for (const text of [key, ...textsOf(JSON.parse(value.toString()))]) {
        texts += 1;
        if (!FORMS.some((form) => form.test(text)))
          throw new Error(`a text of no known form in ${JSON.stringify(key)}: ${text}`);
      }
    }
    view.close();
    await consortium.close();
    expect(texts).toBeGreaterThan(500);
  });
});

const FORMS = [
  /^\0[a-z-]+\0([A-Za-z0-9_-]+\0)+$/, // keys: ids, MSP ids, generations, nonces
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, // UUIDs
  /^[0-9a-f]{64}(-[0-9]+)?$/, // digests, transaction ids, decision ids
  /^[A-Za-z0-9_-]{43}$|^[A-Za-z0-9_-]{86}$/, // keys and signatures
  /^nonce-[0-9]{16}$/,
  /^\d{4}(-\d\d(-\d\d(T[0-9:.]+Z)?)?)?$/, // dates and instants
  /^bafkrei[a-z2-7]{52}$/,
  /^\d{1,7}-\d$/, // LOINC
  /^(http:\/\/(terminology\.hl7\.org\/CodeSystem\/[A-Za-z0-9-]+|loinc\.org))$/,
  /^(Patient|Practitioner|DocumentReference)\/[0-9a-f-]{36}$/,
  /^(Organization\/)?(CityHospital|ValleyHospital|UnityInsurance|MeridianResearch|HealthRegulator)MSP$/,
  /^(city-hospital|valley-hospital)-main$/,
  /^[A-Z][A-Z0-9]{0,11}$/, // v3 codes
  /^[a-z][a-z-]{1,21}$|^[a-z]+[A-Z][A-Za-z]{1,20}$|^(Consent|DocumentReference)$|^X25519$|^segregatedRecords$/, // closed code lists, functions
];

/** Ways to spoil an example: personal text in place of any text, beside it, or as the name of a member. */
function spoilers(value: unknown): ((personal: string) => unknown)[] {
  if (typeof value === 'string') return [(personal) => personal, (personal) => `${value} ${personal}`];
  if (Array.isArray(value)) {
    const inside = value.flatMap((item, i) =>
      spoilers(item).map((spoil) => (personal: string) => value.with(i, spoil(personal))),
    );
    return [(personal) => [...value, personal], ...inside];
  }
  if (typeof value !== 'object' || value === null) return [(personal) => personal];
  const inside = Object.entries(value).flatMap(([name, member]) =>
    spoilers(member).map((spoil) => (personal: string) => ({ ...value, [name]: spoil(personal) })),
  );
  const members = ['text', 'display', 'name', 'note', 'identifier', 'extension', 'description'];
  const added = members.map((name) => (personal: string) => ({ ...value, [name]: personal }));
  return [...inside, ...added, (personal) => ({ ...value, [personal]: 'x' })];
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function failure(call: () => unknown): Error | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function fail(call: string): never {
  throw new Error(`no shape for ${call}`);
}
