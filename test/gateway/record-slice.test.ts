import {
  CITY,
  MERIDIAN,
  REGULATOR,
  START_TIMEOUT_MS,
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
  }, START_TIMEOUT_MS);
  afterAll(() => consortium.close(), START_TIMEOUT_MS);

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
    // The other hospital's decisions arrive by blocks.
    const effects = await until('four decisions', async () => {
      const { entries } = (await consortium.as(CITY, 'clinician', 'GET', `/patients/${patient}/access-log`)).json();
      return entries.length === 4
        ? entries.map(({ outcomes }: { outcomes: { effect: string }[] }) => outcomes[0]?.effect)
        : undefined;
    });
    expect(effects).toEqual(['deny', 'permit', 'permit', 'deny']);
  });

  it('keeps versions apart: an amendment is preliminary until attested, and one in error is served no more', async () => {
    const content = { resourceType: 'Observation', status: 'amended', code: { text: 'blood pressure, corrected' } };
    const amended = await consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/versions`, { content });
    expect(amended.json()).toMatchObject({ recordId, version: 2 });
    expect(amended.statusCode).toBe(201);
    const asked = { purpose: 'TREAT', place: place(CITY) };
    await until('the second version is active', async () => {
      const { activeVersion } = (await consortium.as(CITY, 'clinician', 'GET', `/records/${recordId}`)).json();
      return activeVersion === 2 ? true : undefined;
    });
    const read = await consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/read`, asked);
    expect(read.json()).toMatchObject({ version: 2, standing: 'active', content: { status: 'amended' } });
    const marked = await consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/entered-in-error`, {
      version: 2,
      reason: 'wrong-content',
    });
    expect(marked.statusCode).toBe(200);
    const again = await consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/read`, asked);
    expect(again.statusCode).toBeGreaterThanOrEqual(400);
    const history = (await consortium.as(CITY, 'clinician', 'GET', `/records/${recordId}/history`)).json();
    expect(history.versions.map(({ status }: { status: string }) => status)).toEqual([
      'superseded',
      'entered-in-error',
    ]);
  });

  it('lets a clinician attest who was released the content, and nobody who was not', async () => {
    const content = { resourceType: 'Condition', subject: { reference: `Patient/${patient}` } };
    const proposed = (await consortium.as(CITY, 'clinician', 'POST', '/records', { patient, content })).json();
    const decided = await consortium.as(CITY, 'clinician', 'POST', '/decisions', {
      patient,
      records: [proposed.recordId],
      purpose: 'TREAT',
      place: place(CITY),
    });
    expect(decided.json()).toMatchObject({ outcomes: [{ effect: 'permit' }] });
    const attest = (mspId: string) =>
      consortium.as(mspId, 'clinician', 'POST', `/records/${proposed.recordId}/attestations`, {
        version: 1,
        attestation: 'clinical',
        decision: decided.json().decisionId,
      });
    expect((await attest(VALLEY)).json()).toMatchObject({
      code: expect.stringMatching(/^MQ_ATTESTATION_(MISMATCH|EXISTS)$/),
    });
    const attested = await attest(CITY);
    expect(attested.statusCode).toBe(201);
    const history = await until('the attestation', async () => {
      const { versions } = (
        await consortium.as(CITY, 'clinician', 'GET', `/records/${proposed.recordId}/history`)
      ).json();
      return versions[0].attestations.some(({ mspId }: { mspId: string }) => mspId === CITY) ? versions : undefined;
    });
    expect(history[0].attestations).toContainEqual(
      expect.objectContaining({ attestation: 'clinical', practitioner: cityClinician }),
    );
  });

  it('keeps patient, class of data and labels of a segregated record off the public ledger', async () => {
    const content = { resourceType: 'Condition', subject: { reference: `Patient/${patient}` } };
    const header = { confidentiality: 'R', labels: ['PSY'] };
    const open = await consortium.as(CITY, 'clinician', 'POST', '/records', { patient, header, content });
    expect(open.json()).toMatchObject({ code: 'MQ_RECORD_CLASS_MISMATCH' });
    const proposed = await consortium.as(CITY, 'clinician', 'POST', '/records', {
      patient,
      class: 'segregated',
      header,
      content,
    });
    expect(proposed.json()).toMatchObject({ recordId: expect.any(String) });
    expect(proposed.statusCode).toBe(201);
    const history = (
      await consortium.as(CITY, 'clinician', 'GET', `/records/${proposed.json().recordId}/history`)
    ).json();
    expect(history).toMatchObject({ record: { patient: null, flaw: null }, versions: [{ header: null }] });
    expect(JSON.stringify(history)).not.toContain(patient);
    expect(JSON.stringify(history)).not.toContain('PSY');
  });

  it('refuses treatment once the care relation is closed', async () => {
    const { relations } = (await consortium.as(CITY, 'clinician', 'GET', `/patients/${patient}/care-relations`)).json();
    const own = relations.find(({ mspId }: { mspId: string }) => mspId === CITY);
    const closed = await consortium.as(
      CITY,
      'clinician',
      'POST',
      `/patients/${patient}/care-relations/${own.relationId}/close`,
    );
    expect(closed.statusCode).toBe(200);
    const { records } = (await consortium.as(CITY, 'clinician', 'GET', `/records?patient=${patient}&limit=10`)).json();
    const ids = records
      .filter(({ standing }: { standing: string }) => standing !== 'entered-in-error')
      .map((it: { recordId: string }) => it.recordId);
    const read = await consortium.as(CITY, 'clinician', 'POST', '/records/read', {
      patient,
      records: ids.slice(-1),
      purpose: 'TREAT',
      place: place(CITY),
    });
    expect(read.json()).toMatchObject({ items: [{ effect: 'deny' }] });
    expect(read.json().items[0].content).toBeUndefined();
  });

  it('pages through the access log', async () => {
    const page = (query: string) =>
      consortium.as(CITY, 'clinician', 'GET', `/patients/${patient}/access-log?limit=3${query}`);
    const seen: string[] = [];
    for (let next: string | null | undefined; next !== null; ) {
      const { entries, next: following } = (await page(next === undefined ? '' : `&before=${next}`)).json();
      seen.push(...entries.map(({ decisionId }: { decisionId: string }) => decisionId));
      next = following;
    }
    const whole = (await consortium.as(CITY, 'clinician', 'GET', `/patients/${patient}/access-log?limit=200`)).json();
    expect(seen).toEqual(whole.entries.map(({ decisionId }: { decisionId: string }) => decisionId));
    expect(whole.entries.every(({ flaw }: { flaw: string | null }) => flaw === null)).toBe(true);
  });
});
