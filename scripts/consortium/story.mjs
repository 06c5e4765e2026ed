// The story of the README, step by step, each with a real answer of a gateway; a step that is not as told ends it.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { demoPractitionerId, gatewayUrl, sampleBundle } from './load-charts.mjs';
import { textTable } from './overview.mjs';
import { demoUsers } from './processes.mjs';
import { RestClient } from './rest-client.mjs';

const PATIENCE_MS = 60_000;
const POLL_MS = 200;

/**
 * @param {{topology: import('@medquorum/network/topology/topology').Topology, directory: string, print: (line: string) => void}} options
 * @throws Error naming the step that was not as told
 */
export async function tellStory({ topology, directory, print }) {
  const users = demoUsers(directory);
  const [city, valley] = topology.organizations.filter(({ application }) => application.kind === 'hospital');
  const insurer = topology.organizations.find(({ application }) => application.kind === 'insurer');
  const at = (organization, user) => new RestClient(gatewayUrl(organization), users.password).as(user);
  const placeOf = ({ application: { facilities } }, zone) => ({
    facility: facilities.find(({ zones }) => zones.includes(zone)).id,
    zone,
  });
  const treatment = (organization) => ({ purpose: 'TREAT', place: placeOf(organization, 'clinical') });
  const step = makeSteps(print);
  const citySystem = at(city, 'system');
  const cityClinician = at(city, 'clinician');
  const valleyClinician = at(valley, 'clinician');

  const chart = await step(`${city.displayName} posts a patient's chart (FHIR R4 transaction)`, async (tell) => {
    const { entry } = await citySystem.post('/fhir', newPatientsChart(), {
      'idempotency-key': randomUUID(),
      'on-behalf-of': demoPractitionerId(city.mspId, 'clinician'),
    });
    const locations = entry.map(({ response }) => response.location.split('/'));
    const idsOf = (type) => locations.filter(([found]) => found === type).map(([, id]) => id);
    const [patient] = idsOf('Patient');
    const records = idsOf('DocumentReference');
    tell(
      `${entry.length} resources, ${records.length} encounter documents and the patient's own record; pseudonym ${patient}`,
    );
    expect(records.length > 0, 'the chart has encounter documents');
    return { patient, records };
  });
  const [recordId] = chart.records;

  await step('Authorities attest it; then it is active', async (tell) => {
    const history = await until(async () => {
      const found = await citySystem.get(`/records/${recordId}/history`);
      return found.record.standing === 'active' ? found : undefined;
    }, 'the record becomes active');
    const [version] = history.versions;
    for (const { mspId, attestation } of version.attestations) tell(`${mspId}: ${attestation} attestation`);
    tell(
      `on the ledger: ${JSON.stringify({ ...version.header, content: undefined })}, SHA-256 ${version.header.content.sha256.slice(0, 16)}...`,
    );
    expect(new Set(version.attestations.map(({ mspId }) => mspId)).size >= 2, 'two distinct authorities attested');
  });

  await step(`${valley.displayName} writes to the same chart`, async (tell) => {
    const content = {
      resourceType: 'DocumentReference',
      status: 'current',
      type: { coding: [{ system: 'http://loinc.org', code: '11488-4' }] },
      subject: { reference: `Patient/${chart.patient}` },
      content: [
        {
          attachment: { contentType: 'text/plain', data: Buffer.from('Consultation: no findings.').toString('base64') },
        },
      ],
    };
    const written = await valleyClinician.post(
      '/records',
      { patient: chart.patient, content },
      { 'idempotency-key': randomUUID() },
    );
    tell(`record ${written.recordId}, transaction ${written.txId.slice(0, 16)}... in block ${written.blockNumber}`);
  });

  const readAt = async (organization, client) => {
    const path = `/records/${recordId}/read`;
    const { status, body } = await client.send('POST', path, treatment(organization));
    return { status, body, codes: (body.reasons ?? []).map(({ code }) => code) };
  };
  const refused = async (tell, organization, client) => {
    const { status, body, codes } = await readAt(organization, client);
    for (const { code, sentence } of body.reasons ?? []) tell(`${status} ${code}: ${sentence}`);
    expect(status === 403, `refused (was ${status} ${body.code ?? ''})`);
    return codes;
  };

  await step(`A clinician of ${valley.displayName} asks to read, without care relation or consent`, async (tell) => {
    const codes = await refused(tell, valley, valleyClinician);
    expect(codes.includes('no-care-relation'), 'the reason names the missing care relation');
  });

  await step(`${insurer.displayName} asks for the document to settle a claim`, async (tell) => {
    const asked = { purpose: 'HPAYMT', place: placeOf(insurer, 'administrative') };
    const { status, body } = await at(insurer, 'claims-officer').send('POST', `/records/${recordId}/read`, asked);
    for (const { code, sentence } of body.reasons ?? []) tell(`${status} ${code}: ${sentence}`);
    expect(
      status === 403 && body.reasons.some(({ code }) => code === 'insurer-beyond-claims'),
      'refused: more than a claim needs',
    );
  });

  const consentId = await step(
    `The patient consents to treatment at ${valley.displayName}, which takes up the care`,
    async (tell) => {
      await valleyClinician.post(
        `/patients/${chart.patient}/care-relations`,
        { relation: 'treatment' },
        { 'idempotency-key': randomUUID() },
      );
      const granted = await cityClinician.post(
        `/patients/${chart.patient}/consents`,
        { consent: treatmentConsent(chart.patient, valley.mspId) },
        { 'idempotency-key': randomUUID() },
      );
      tell(
        `consent ${granted.consentId} in block ${granted.blockNumber}, signed with the patient's key (kept by ${city.displayName})`,
      );
      return granted.consentId;
    },
  );

  await step(`The same clinician of ${valley.displayName} asks again`, async (tell) => {
    const answer = await until(async () => {
      const found = await readAt(valley, valleyClinician);
      return found.status === 200 ? found.body : undefined;
    }, `${valley.displayName} may read`);
    const types = answer.content.entry.map(({ resource }) => resource.resourceType);
    tell(`200 under consent ${answer.consentIds.join(', ')}: ${summary(types)}`);
    expect(answer.consentIds.includes(consentId), 'the permit rests on the consent');
    expect(types.includes('DocumentReference'), 'the content came back');
  });

  await step('The patient withdraws the consent; the clinician asks once more', async (tell) => {
    await cityClinician.post(
      `/patients/${chart.patient}/consents/${consentId}/withdraw`,
      {},
      { 'idempotency-key': randomUUID() },
    );
    await refused(tell, valley, valleyClinician);
  });

  await step(`A byte of the stored file at ${city.displayName} is changed; the regulator audits`, async (tell) => {
    const { versions } = await citySystem.get(`/records/${recordId}/history`);
    const restore = tamper(directory, city, versions[0].header.content.cid);
    try {
      const auditor = at(
        topology.organizations.find(({ application }) => application.kind === 'regulator'),
        'auditor',
      );
      const found = await auditor.post(`/records/${recordId}/audit`, {}, { 'idempotency-key': randomUUID() });
      tell(
        `verdict on the ledger: ${found.verdict}; expected ${found.expectedSha256.slice(0, 16)}..., found ${found.observedSha256?.slice(0, 16)}...`,
      );
      expect(found.verdict === 'altered', 'the altered file is found');
      await cityClinician.post(
        `/patients/${chart.patient}/care-relations`,
        { relation: 'treatment' },
        { 'idempotency-key': randomUUID() },
      );
      const { status, body } = await readAt(city, cityClinician);
      tell(`a permitted reader gets ${status} ${body.code}, not the altered content`);
      expect(status >= 400 && body.content === undefined, 'altered content is not returned');
    } finally {
      restore();
    }
    const { status } = await readAt(city, cityClinician);
    tell(`the file restored: ${status}`);
    expect(status === 200, 'the custodian reads again');
  });

  await step('Who looked, when, why, under what', async (tell) => {
    const { entries } = await cityClinician.get(`/patients/${chart.patient}/access-log`);
    const rows = entries.map((entry) => [
      entry.decidedAt ?? entry.at ?? '',
      entry.requester?.mspId ?? entry.mspId ?? '',
      entry.purpose ?? entry.request?.purpose ?? '',
      entry.outcomes.map(({ effect }) => effect).join(' '),
      entry.outcomes.flatMap(({ reasons }) => reasons.map((reason) => reason.code ?? reason)).join(', '),
    ]);
    for (const line of textTable([['when', 'who', 'purpose', 'effect', 'reasons'], ...rows]).split('\n')) tell(line);
    const effects = entries.flatMap(({ outcomes }) => outcomes.map(({ effect }) => effect));
    expect(effects.includes('deny') && effects.includes('permit'), 'refusals and permits are both in the log');
  });

  print('\nAll was as told.');
}

function makeSteps(print) {
  let number = 0;
  return async (title, run) => {
    number += 1;
    print(`\n${number}. ${title}`);
    try {
      return await run((line) => print(`   ${line}`));
    } catch (error) {
      throw new Error(`step ${number} (${title}) was not as told: ${error.message}`, { cause: error.cause ?? error });
    }
  };
}

function expect(holds, what) {
  if (!holds) throw new Error(`expected that ${what}`);
}

async function until(attempt, what) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain until ${what}`);
    await delay(POLL_MS);
  }
}

/** A real chart under a number of its own, so that every telling has a new patient. */
function newPatientsChart() {
  const bundle = sampleBundle('chart-2');
  for (const { resource } of bundle.entry) {
    if (resource.resourceType !== 'Patient') continue;
    for (const identifier of resource.identifier) {
      if (identifier.type?.coding?.some(({ code }) => code === 'MR')) identifier.value = randomUUID();
    }
  }
  return bundle;
}

function treatmentConsent(patient, mspId) {
  const V3 = 'http://terminology.hl7.org/CodeSystem/';
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: `${V3}consentscope`, code: 'patient-privacy' }] },
    category: [{ coding: [{ system: `${V3}v3-ActCode`, code: 'IDSCL' }] }],
    patient: { reference: `Patient/${patient}` },
    policyRule: { coding: [{ system: `${V3}v3-ActCode`, code: 'OPTIN' }] },
    provision: {
      type: 'permit',
      actor: [
        {
          role: { coding: [{ system: `${V3}v3-ParticipationType`, code: 'IRCP' }] },
          reference: { reference: `Organization/${mspId}` },
        },
      ],
      purpose: [{ system: `${V3}v3-ActReason`, code: 'TREAT' }],
    },
  };
}

/** Changes the last byte of a stored ciphertext; returns what puts it back. */
function tamper(directory, organization, cid) {
  const folder = path.join(directory, 'organizations', organization.name, 'gateway', 'content');
  const file = path.join(
    folder,
    readdirSync(folder, { recursive: true }).find((name) => name.endsWith(cid)),
  );
  const original = readFileSync(file);
  const altered = Buffer.from(original);
  altered[altered.length - 1] ^= 1;
  writeFileSync(file, altered);
  return () => writeFileSync(file, original);
}

function summary(types) {
  const counts = new Map();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${count} ${type}`).join(', ');
}
