import { CITY, REGULATOR, START_TIMEOUT_MS, TestConsortium } from '@medquorum/gateway/testing/test-consortium';

const PLACE = { facility: 'city-hospital-main', zone: 'clinical' };
const observation = (text: string) => ({ resourceType: 'Observation', status: 'final', code: { text } });
/** Requests that race; the more, the surer that the one whose key is stored last is not the one that is committed. */
const RACING = 6;

describe('content keys', () => {
  let consortium: TestConsortium;
  let patient: string;

  beforeAll(async () => {
    consortium = await TestConsortium.start();
    await Promise.all([REGULATOR, CITY].map((mspId) => consortium.gateway(mspId, { 'attest.automatic': false })));
    await consortium.practitioner(CITY, 'clinician');
    patient = (await consortium.as(CITY, 'admin', 'POST', '/patients', { wallet: 'custodial' })).json().pseudonym;
    await consortium.as(CITY, 'clinician', 'POST', `/patients/${patient}/care-relations`, { relation: 'treatment' });
  }, START_TIMEOUT_MS);
  afterAll(() => consortium.close(), START_TIMEOUT_MS);

  const read = async (recordId: string) =>
    (
      await consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/read`, { purpose: 'TREAT', place: PLACE })
    ).json();

  it('open the version that was committed, whoever else wanted to write it', async () => {
    const proposed = await consortium.as(CITY, 'clinician', 'POST', '/records', {
      patient,
      content: observation('first'),
    });
    const { recordId } = proposed.json();
    const amendments = await Promise.all(
      Array.from({ length: RACING }, (_, i) =>
        consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/versions`, { content: observation(`${i}`) }),
      ),
    );
    const committed = amendments.flatMap((answer, i) =>
      answer.statusCode === 201 ? [{ version: Number(answer.json().version), content: observation(`${i}`) }] : [],
    );
    // Who comes when the race for one version is over may win the next.
    const versions = committed.map(({ version }) => version).sort();
    expect(versions).toEqual(versions.map((_, index) => index + 2));
    expect(await read(recordId)).toMatchObject(committed.find(({ version }) => version === versions.at(-1)) ?? {});
    expect(committed).not.toEqual([]);
  });

  it('open what was written by one of many equal requests', async () => {
    const body = { ...observation('equal'), subject: { reference: `Patient/${patient}` } };
    const headers = { 'idempotency-key': 'equal-requests' };
    const answers = await Promise.all(
      Array.from({ length: RACING }, () =>
        consortium.as(CITY, 'clinician', 'POST', '/fhir/Observation', body, headers),
      ),
    );
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    const [, id] = /Observation\/([0-9a-f-]+)/.exec(String(answers[0]?.headers.location)) ?? [];
    const response = await consortium.as(CITY, 'clinician', 'GET', `/fhir/Observation/${id}`, undefined, {
      'purpose-of-use': 'TREAT',
      'place-facility': PLACE.facility,
      'place-zone': PLACE.zone,
    });
    expect(response.json()).toMatchObject({ code: { text: 'equal' } });
  });
});
