import {
  CITY,
  MERIDIAN,
  REGULATOR,
  TestConsortium,
  UNITY,
  until,
  VALLEY,
} from '@medquorum/gateway/testing/test-consortium';

const FACILITY = { [CITY]: 'city-hospital-main', [VALLEY]: 'valley-hospital-main' };
const place = (mspId: keyof typeof FACILITY) => ({ facility: FACILITY[mspId], zone: 'clinical' });

describe('a record, from one hospital to another', () => {
  let consortium: TestConsortium;
  let patient: string;
  let recordId: string;
  let cityClinician: string;

  beforeAll(async () => {
    consortium = await TestConsortium.start();
    await Promise.all([REGULATOR, CITY, VALLEY, UNITY, MERIDIAN].map((mspId) => consortium.gateway(mspId)));
    cityClinician = await consortium.practitioner(CITY, 'clinician');
    await consortium.practitioner(VALLEY, 'clinician');
  }, 120_000);
  afterAll(() => consortium.close(), 60_000);

  it('registers a patient under a pseudonym and opens a care relation', async () => {
    const registered = await consortium.as(CITY, 'clinician', 'POST', '/patients', {
      wallet: 'custodial',
      mrn: 'MRN-4711',
    });
    expect(registered.json()).toMatchObject({ pseudonym: expect.any(String) });
    expect(registered.statusCode).toBe(201);
    patient = registered.json().pseudonym;
    const lookup = await consortium.as(CITY, 'clinician', 'POST', '/patients/lookup', { mrn: 'MRN-4711' });
    expect(lookup.json()).toEqual({ pseudonym: patient });
    for (const mspId of [CITY, VALLEY]) {
      const opened = await consortium.as(mspId, 'clinician', 'POST', `/patients/${patient}/care-relations`, {
        relation: 'treatment',
      });
      expect(opened.statusCode).toBe(201);
    }
  });

  it('proposes a record, which others attest until it is active', async () => {
    const content = { resourceType: 'Observation', status: 'final', code: { text: 'blood pressure' } };
    const proposed = await consortium.as(CITY, 'clinician', 'POST', '/records', { patient, content });
    expect(proposed.json()).toMatchObject({ recordId: expect.any(String) });
    expect(proposed.statusCode).toBe(201);
    recordId = proposed.json().recordId;
    const active = await until('the record is active', async () => {
      const head = (await consortium.as(VALLEY, 'clinician', 'GET', `/records/${recordId}`)).json();
      return head.standing === 'active' ? head : undefined;
    });
    expect(active).toMatchObject({ custodian: CITY, activeVersion: 1, flaw: null });
    const history = (await consortium.as(VALLEY, 'clinician', 'GET', `/records/${recordId}/history`)).json();
    const attesters = history.versions[0].attestations.map(({ mspId }: { mspId: string }) => mspId);
    expect(new Set(attesters).size).toBeGreaterThanOrEqual(2);
    expect(attesters).not.toContain(CITY);
    expect(history.versions[0]).toMatchObject({ practitioner: cityClinician, flaw: null });
  });

  it('refuses the other hospital without a consent, and says why', async () => {
    const refused = await consortium.as(VALLEY, 'clinician', 'POST', `/records/${recordId}/read`, {
      purpose: 'TREAT',
      place: place(VALLEY),
    });
    expect(refused.json()).toMatchObject({ code: 'MQ_ACCESS_DENIED', reasons: [{ code: 'no-ground' }] });
    expect(refused.statusCode).toBe(403);
  });

  it('lets the custodian read for treatment', async () => {
    const read = await consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/read`, {
      purpose: 'TREAT',
      place: place(CITY),
    });
    expect(read.json()).toMatchObject({ effect: 'permit', content: { resourceType: 'Observation' } });
    expect(read.statusCode).toBe(200);
  });

  it('releases it under a consent, and refuses again once that is withdrawn', async () => {
    const granted = await consortium.as(CITY, 'clinician', 'POST', `/patients/${patient}/consents`, {
      consent: consortium.consent(patient, VALLEY),
    });
    expect(granted.json()).toMatchObject({ consentId: expect.any(String) });
    expect(granted.statusCode).toBe(201);
    const asked = { purpose: 'TREAT', place: place(VALLEY) };
    const read = await consortium.as(VALLEY, 'clinician', 'POST', `/records/${recordId}/read`, asked);
    expect(read.json()).toMatchObject({ effect: 'permit', content: { code: { text: 'blood pressure' } } });
    const { consentId } = granted.json();
    const withdrawn = await consortium.as(
      CITY,
      'clinician',
      'POST',
      `/patients/${patient}/consents/${consentId}/withdraw`,
    );
    expect(withdrawn.statusCode).toBe(200);
    const again = await consortium.as(VALLEY, 'clinician', 'POST', `/records/${recordId}/read`, asked);
    expect(again.statusCode).toBe(403);
    const log = (await consortium.as(CITY, 'clinician', 'GET', `/patients/${patient}/access-log`)).json();
    const effects = log.entries.map(({ outcomes }: { outcomes: { effect: string }[] }) => outcomes[0]?.effect);
    expect(effects).toEqual(['deny', 'permit', 'permit', 'deny']);
  });
});
