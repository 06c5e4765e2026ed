import { randomUUID } from 'node:crypto';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import { sampleBundle } from '@medquorum/gateway/fhir/testing/sample-charts';
import {
  CITY,
  REGULATOR,
  START_TIMEOUT_MS,
  TestConsortium,
  UNITY,
  until,
  VALLEY,
} from '@medquorum/gateway/testing/test-consortium';

const MR = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] };
const place = { 'place-facility': 'city-hospital-main', 'place-zone': 'clinical' };

const chartOf = (name: 'chart-1' | 'chart-2' | 'chart-3', mrn: string): Bundle => {
  const bundle = sampleBundle(name);
  for (const { resource } of bundle.entry ?? []) {
    if (resource?.resourceType === 'Patient') resource.identifier = [{ type: MR, value: mrn }];
  }
  return bundle;
};
const locationsOf = (bundle: Bundle) =>
  (bundle.entry ?? []).map(({ response }) => response?.location?.replace(/\/_history.*/, '') ?? '');
const codesOf = (outcome: OperationOutcome) =>
  outcome.issue.flatMap(({ details }) => details?.coding?.map(({ code }) => code) ?? []);

describe('FHIR R4', () => {
  let consortium: TestConsortium;
  let clinician: string;
  const asSystem = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    consortium.as(CITY, 'his', 'POST', url, body, { 'on-behalf-of': clinician, ...headers });
  const get = (url: string, headers: Record<string, string> = {}, mspId = CITY) =>
    consortium.as(mspId, 'clinician', 'GET', url, undefined, headers);
  const recordCount = async () =>
    (await consortium.as(CITY, 'clinician', 'GET', '/records?limit=200')).json<{ records: unknown[] }>().records.length;

  beforeAll(async () => {
    consortium = await TestConsortium.start();
    await Promise.all([REGULATOR, CITY, VALLEY, UNITY].map((mspId) => consortium.gateway(mspId)));
    clinician = await consortium.practitioner(CITY, 'clinician');
    await consortium.practitioner(VALLEY, 'clinician');
  }, START_TIMEOUT_MS);
  afterAll(() => consortium.close(), START_TIMEOUT_MS);

  describe('staff and places', () => {
    it('takes a batch entry by entry and finds what is there already', async () => {
      const first = await asSystem('/fhir', sampleBundle('directory'));
      expect(first.statusCode).toBe(200);
      const statuses = (response: typeof first) =>
        new Set((response.json<Bundle>().entry ?? []).map(({ response: one }) => one?.status));
      expect(statuses(first)).toEqual(new Set(['201 Created']));
      const again = await asSystem('/fhir', sampleBundle('directory'));
      expect(
        (again.json<Bundle>().entry ?? []).filter(({ response }) => response?.status === '200 OK').length,
      ).toBeGreaterThanOrEqual(15);
    });

    it('reads one back without a decision', async () => {
      const posted = await asSystem('/fhir/Organization', {
        resourceType: 'Organization',
        name: 'Ward 7',
        identifier: [{ system: 'urn:x', value: '7' }],
      });
      expect(posted.statusCode).toBe(201);
      const read = await get(String(posted.headers.location).replace(/\/_history.*/, ''));
      expect(read.json()).toMatchObject({ resourceType: 'Organization', name: 'Ward 7' });
    });

    it('answers for each entry of a batch by itself', async () => {
      const bundle = {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [
          { resource: { resourceType: 'Location', name: 'A' }, request: { method: 'POST', url: 'Location' } },
          { resource: { resourceType: 'Location', status: 'nowhere' }, request: { method: 'POST', url: 'Location' } },
          { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
        ],
      };
      const { entry = [] } = (await asSystem('/fhir', bundle)).json<Bundle>();
      expect(entry.map(({ response }) => response?.status?.slice(0, 3))).toEqual(['201', '422', '422']);
    });
  });

  describe('a chart', () => {
    let patient = '';
    let documents: string[] = [];

    it('becomes records, all in one transaction', async () => {
      const response = await asSystem('/fhir', chartOf('chart-1', 'MRN-1'));
      expect(response.statusCode).toBe(200);
      const locations = locationsOf(response.json<Bundle>());
      expect(locations).toHaveLength(76);
      patient = locations.find((location) => location.startsWith('Patient/')) ?? '';
      documents = locations.filter((location) => location.startsWith('DocumentReference/'));
      const { records } = (
        await consortium.as(CITY, 'clinician', 'GET', `/records?patient=${patient.slice(8)}`)
      ).json();
      expect(records.map((record: { class: string }) => record.class).sort()).toEqual([
        'clinical',
        'clinical',
        'clinical',
        'clinical',
        'persona',
      ]);
      expect(new Set(records.map((record: { txId: string }) => record.txId)).size).toBe(1);
    });

    it('is found again by its medical record number', async () => {
      const response = await asSystem('/fhir', chartOf('chart-1', 'MRN-1'));
      expect(locationsOf(response.json<Bundle>())).toContain(patient);
    });

    it('is written once, however often it is sent under one key', async () => {
      const key = randomUUID();
      const send = () => asSystem('/fhir', chartOf('chart-3', 'MRN-3'), { 'idempotency-key': key });
      const first = await send();
      const count = await recordCount();
      const again = await send();
      expect(locationsOf(again.json<Bundle>())).toEqual(locationsOf(first.json<Bundle>()));
      expect(await recordCount()).toBe(count);
      const other = await asSystem('/fhir', chartOf('chart-3', 'MRN-4'), { 'idempotency-key': key });
      expect([other.statusCode, codesOf(other.json())]).toEqual([422, ['MQ_IDEMPOTENCY_KEY_REUSED']]);
    });

    it('is read back after the decision, by whoever has a ground', async () => {
      const [document = ''] = documents;
      const refused = await get(`/fhir/${document}`, { 'purpose-of-use': 'TREAT', ...place });
      expect(refused.statusCode).toBe(403);
      expect(codesOf(refused.json())).toEqual(expect.arrayContaining(['MQ_ACCESS_DENIED', 'no-ground']));
      await consortium.as(CITY, 'clinician', 'POST', `/patients/${patient.slice(8)}/care-relations`, {
        relation: 'treatment',
      });
      const read = await get(`/fhir/${document}`, { 'purpose-of-use': 'TREAT', ...place });
      expect(read.headers['content-type']).toMatch(/^application\/fhir\+json/);
      expect(read.json()).toMatchObject({ resourceType: 'DocumentReference', id: document.split('/')[1] });
      const whole = (await get(`/fhir/${document}/$content`, { 'purpose-of-use': 'TREAT', ...place })).json<Bundle>();
      expect(whole.entry?.some(({ resource }) => resource?.resourceType === 'Encounter')).toBe(true);
      const encounter = whole.entry?.find(({ resource }) => resource?.resourceType === 'Encounter')?.resource?.id;
      const inside = await get(`/fhir/Encounter/${encounter}`, { 'purpose-of-use': 'TREAT', ...place });
      expect(inside.json()).toMatchObject({ resourceType: 'Encounter', id: encounter });
      const person = await get(`/fhir/${patient}`, { 'purpose-of-use': 'TREAT', ...place });
      expect(person.json()).toMatchObject({ resourceType: 'Patient', id: patient.slice(8) });
    });

    it('lists the documents by what the ledger says of them', async () => {
      const found = (await get(`/fhir/DocumentReference?patient=${patient}`, {}, VALLEY)).json<Bundle>();
      expect(found.total).toBeGreaterThanOrEqual(documents.length);
      expect(JSON.stringify(found)).not.toMatch(/"(name|text|display)"/);
    });

    it('takes a claim of a known patient as a record of its own class', async () => {
      const claim = sampleBundle('chart-1').entry?.find(({ resource }) => resource?.resourceType === 'Claim')?.resource;
      const coverageOnly = {
        ...claim,
        id: undefined,
        patient: { reference: patient },
        provider: { display: 'x' },
        facility: undefined,
        diagnosis: undefined,
        procedure: undefined,
        supportingInfo: undefined,
        item: undefined,
        prescription: undefined,
      };
      const posted = await asSystem('/fhir/Claim', JSON.parse(JSON.stringify(coverageOnly)));
      expect(posted.statusCode).toBe(201);
      const recordId = String(posted.headers.location).split('/')[3];
      expect((await consortium.as(UNITY, 'admin', 'GET', `/records/${recordId}`)).json()).toMatchObject({
        class: 'claim',
        custodian: CITY,
      });
    });
  });

  describe('what is refused', () => {
    const transaction = (...entry: unknown[]) => ({ resourceType: 'Bundle', type: 'transaction', entry });
    const patientEntry = (resource: object = {}) => ({
      resource: { resourceType: 'Patient', identifier: [{ type: MR, value: randomUUID() }], ...resource },
      request: { method: 'POST', url: 'Patient' },
    });

    it.each([
      ['a resource that is not valid', () => transaction(patientEntry({ gender: 'x' })), 422, 'MQ_FHIR_INVALID'],
      [
        'a reference to nothing',
        () => transaction(patientEntry({ generalPractitioner: [{ reference: 'Practitioner/nobody' }] })),
        422,
        'MQ_FHIR_REFERENCE_UNRESOLVED',
      ],
      ['a new patient without a number', () => transaction(patientEntry({ identifier: [] })), 422, 'MQ_FHIR_INVALID'],
      ['two patients', () => transaction(patientEntry(), patientEntry()), 422, 'MQ_FHIR_NOT_SUPPORTED'],
      ['a search result', () => ({ ...transaction(patientEntry()), type: 'searchset' }), 400, 'MQ_FHIR_BUNDLE_INVALID'],
      ['an empty transaction', () => transaction(), 400, 'MQ_FHIR_BUNDLE_INVALID'],
      ['a body that is no resource', () => ({ hello: 'world' }), 400, 'MQ_HTTP_INPUT_INVALID'],
      [
        'an unknown patient',
        () => transaction({ ...patientEntry({ id: randomUUID() }), request: undefined }),
        422,
        'MQ_FHIR_NOT_SUPPORTED',
      ],
    ])('%s, and nothing is written', async (_what, body, status, code) => {
      const before = await recordCount();
      const response = await asSystem('/fhir', body());
      expect([response.statusCode, codesOf(response.json())[0]]).toEqual([status, code]);
      expect(await recordCount()).toBe(before);
    });

    it('a chart with one bad entry, whole', async () => {
      const chart = chartOf('chart-2', 'MRN-bad');
      const [, second] = (chart.entry ?? []).filter(({ resource }) => resource?.resourceType === 'Observation');
      Object.assign(second?.resource ?? {}, { status: 'nonsense' });
      const before = await recordCount();
      const response = await asSystem('/fhir', chart);
      expect(codesOf(response.json())).toEqual(['MQ_FHIR_INVALID']);
      expect(response.json<OperationOutcome>().issue[1]?.expression?.[0]).toMatch(
        /^Bundle\.entry\[\d+\]\.resource\.status$/,
      );
      expect(await recordCount()).toBe(before);
      const lookup = await consortium.as(CITY, 'clinician', 'POST', '/patients/lookup', { mrn: 'MRN-bad' });
      expect(lookup.statusCode).toBe(404);
    });

    it('malformed JSON, a foreign media type and a missing token, as OperationOutcomes', async () => {
      const malformed = await asSystem('/fhir', '{"resourceType":', { 'content-type': 'application/fhir+json' });
      expect([malformed.statusCode, codesOf(malformed.json())]).toEqual([400, ['MQ_HTTP_INPUT_INVALID']]);
      const xml = await asSystem('/fhir', '<Bundle/>', { 'content-type': 'application/fhir+xml' });
      expect([xml.statusCode, codesOf(xml.json())]).toEqual([415, ['MQ_HTTP_MEDIA_TYPE']]);
      const nobody = await asSystem('/fhir', {}, { authorization: 'Bearer forged.forged.forged' });
      expect([nobody.statusCode, codesOf(nobody.json())]).toEqual([401, ['MQ_AUTH_TOKEN_INVALID']]);
      const verifier = await consortium.as(CITY, 'auditor', 'POST', '/fhir', {});
      expect(verifier.statusCode).toBe(403);
    });

    it('a system that names no practitioner', async () => {
      const response = await consortium.as(CITY, 'his', 'POST', '/fhir', chartOf('chart-2', 'MRN-anonymous'));
      expect([response.statusCode, codesOf(response.json())]).toEqual([403, ['MQ_AUTH_FORBIDDEN']]);
    });

    it('what is not there', async () => {
      const absent = await get(`/fhir/DocumentReference/${randomUUID()}`, { 'purpose-of-use': 'TREAT' });
      expect([absent.statusCode, codesOf(absent.json())]).toEqual([404, ['MQ_HTTP_NOT_FOUND']]);
    });
  });

  it('says what it can do', async () => {
    const response = await get('/fhir/metadata');
    expect(response.json()).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
    await until('the interface is documented', async () =>
      (await get('/openapi.json')).body.includes('/fhir/') ? true : undefined,
    );
  });
});
