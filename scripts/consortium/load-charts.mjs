// Demo users of every organisation, and three real charts at the first hospital: so that a first look finds something.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PROJECT_DIR } from '../runtime.mjs';
import { RestClient } from './rest-client.mjs';

const CHARTS = ['chart-1', 'chart-2', 'chart-3'];

/** Local accounts by kind of organisation; the name of the account is that of its role. */
export const DEMO_ROLES = {
  hospital: ['clinician', 'verifier'],
  insurer: ['claims-officer', 'verifier'],
  research: ['researcher', 'verifier'],
  regulator: ['auditor', 'verifier'],
};

export const gatewayUrl = ({ host, gatewayPort }) => `http://${host}:${gatewayPort}`;

/** The same user has the same practitioner id at every start: registering again changes nothing. */
export function demoPractitionerId(mspId, role) {
  const hex = createHash('sha256').update(`demo practitioner ${mspId} ${role}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function sampleBundle(name) {
  return JSON.parse(
    gunzipSync(readFileSync(path.join(PROJECT_DIR, 'scripts', 'charts', `${name}.json.gz`))).toString('utf8'),
  );
}

/** Every write has an idempotency key of its own: an interrupted load goes on where it stopped. */
export async function loadCharts({ topology, users, report }) {
  const served = topology.organizations.filter(({ gatewayPort }) => gatewayPort !== undefined);
  await Promise.all(served.map((organization) => makeDemoUsers(organization, users)));
  report('demo users are registered');
  const hospital = served.find(({ application }) => application.kind === 'hospital');
  if (hospital === undefined) return;
  const system = new RestClient(gatewayUrl(hospital), users.password).as('system');
  const onBehalfOf = demoPractitionerId(hospital.mspId, 'clinician');
  await system.post('/fhir', sampleBundle('directory'), { 'idempotency-key': 'demo-directory' });
  let records = 0;
  for (const name of CHARTS) {
    const { entry } = await system.post('/fhir', sampleBundle(name), {
      'idempotency-key': `demo-${name}`,
      'on-behalf-of': onBehalfOf,
    });
    records += 1 + entry.filter(({ response }) => response.location.startsWith('DocumentReference/')).length;
  }
  report(`${CHARTS.length} charts loaded at ${hospital.displayName}: ${records} records`);
}

async function makeDemoUsers({ mspId, host, gatewayPort, application }, users) {
  const admin = new RestClient(gatewayUrl({ host, gatewayPort }), users.password).as('admin');
  for (const role of DEMO_ROLES[application.kind] ?? []) {
    const account = { username: role, password: users.password, role };
    const registration = { practitionerId: demoPractitionerId(mspId, role), roles: [{ role }], account };
    await admin.post('/practitioners', registration, { 'idempotency-key': `demo-${role}` });
  }
}
