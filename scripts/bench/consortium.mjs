// The default consortium on ports of its own, with two more chaincodes that only put: what REST writes are measured against.
import { createPrivateKey, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import * as grpc from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';
import { startEmbeddedPostgres } from '@medquorum/gateway/database/embedded-postgres';
import { runConsortium } from '@medquorum/network/consortium/run-consortium';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import { parse, stringify } from 'yaml';
import { moveToFreePorts } from '../../test/e2e/moved-topology.ts';
import { engineMaker } from '../consortium/engines.mjs';
import { demoPractitionerId, gatewayUrl } from '../consortium/load-charts.mjs';
import { demoUsers, organizationProcesses } from '../consortium/processes.mjs';
import { RestClient } from '../consortium/rest-client.mjs';
import { PROJECT_DIR } from '../runtime.mjs';

const RAW_READY_TIMEOUT_MS = 20_000;
/** Writes are measured: the attestations that others would make of each record are transactions of their own. */
const QUIET = { MQ_ATTEST_AUTOMATIC: 'false' };
/** Distinct patients that records are written for: writes of one patient do not touch each other, but a hospital has many. */
const PATIENTS = 8;

export async function benchmarkConsortium({ engine, directory, report }) {
  const topologyFile = path.join(directory, 'consortium.yaml');
  writeFileSync(topologyFile, stringify(await benchmarkTopology()));
  const topology = await loadTopology(topologyFile);
  const postgres = await startEmbeddedPostgres({ dir: path.join(directory, 'postgres') });
  const users = demoUsers(directory);
  const databaseUrlOf = (name) => postgres.urlFor(`gateway_${name.replaceAll('-', '_')}`);
  // Plain connections to chaincode processes on either engine: what is compared then differs in nothing else.
  const own = await organizationProcesses({
    directory,
    materialDirectory: path.join(directory, 'keys'),
    topology,
    chaincodeTls: false,
    databaseUrlOf,
    users,
    gatewayEnv: QUIET,
  });
  const processes = {
    ...own,
    chaincode: (place) => own.chaincode(place) ?? rawProcess(place),
    close: () => postgres.close(),
  };
  const makeEngine = await engineMaker(engine, topologyFile, 'none');
  const consortium = await runConsortium({
    engine,
    topology,
    directory,
    processes: async () => processes,
    makeEngine,
    report,
  });
  const [city] = topology.organizations;
  const admin = new RestClient(gatewayUrl(city), users.password).as('admin');
  const clinician = new RestClient(gatewayUrl(city), users.password).as('clinician');
  const practitionerId = demoPractitionerId(city.mspId, 'clinician');
  await admin.post('/practitioners', {
    practitionerId,
    roles: [{ role: 'clinician' }],
    account: { username: 'clinician', password: users.password, role: 'clinician' },
  });
  const patients = [];
  for (let index = 0; index < PATIENTS; index += 1)
    patients.push((await clinician.post('/patients', { wallet: 'custodial' })).pseudonym);
  const content = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'body temperature' },
    valueQuantity: { value: 36.6, unit: 'Cel' },
  };
  let turn = 0;
  const writeRecord = () => {
    turn += 1;
    return clinician.post(
      '/records',
      { patient: patients[turn % PATIENTS], content },
      { 'idempotency-key': randomUUID() },
    );
  };
  const { recordId } = await writeRecord();
  const { versions } = await clinician.get(`/records/${recordId}/history`);
  // A record's head and its version each hold the entry, beside a few hundred bytes of their own.
  const bytes = 2 * JSON.stringify(versions[0].entry).length + 600;
  report(`a record puts about ${bytes} bytes into the state; so does a raw put`);
  const client = rawClient(city, directory, topology);
  const value = Buffer.alloc(bytes, 'x');
  const calls = new Map([
    ['raw put, two endorsers', () => client.put('blind2', value)],
    ['raw put, policy of records', () => client.put('blind3', value)],
    ['REST record write', writeRecord],
  ]);
  return {
    calls,
    statuses: () => consortium.status(),
    close: async () => {
      client.close();
      await consortium.close();
    },
  };
}

async function benchmarkTopology() {
  const topology = parse(readFileSync(path.join(PROJECT_DIR, 'network', 'consortium.yaml'), 'utf8'));
  const [ehr] = topology.chaincodes;
  const [first, second] = topology.organizations;
  const raw = (name, endorsementPolicy) => ({ name, version: '1', endorsementPolicy, addresses: { ...ehr.addresses } });
  topology.chaincodes.push(
    raw('blind2', `AND('${first.mspId}.peer', '${second.mspId}.peer')`),
    raw('blind3', ehr.endorsementPolicy),
  );
  await moveToFreePorts(topology);
  return topology;
}

function rawProcess({ organization, chaincode, packageId, address }) {
  const at = address.lastIndexOf(':');
  return {
    name: `chaincode-${chaincode.name}.${organization.name}`,
    command: process.execPath,
    args: [path.join(PROJECT_DIR, 'scripts', 'bench', 'blind-put.mjs'), address, packageId],
    isReady: () => acceptsConnections(address.slice(0, at), Number(address.slice(at + 1))),
    readyTimeoutMs: RAW_READY_TIMEOUT_MS,
  };
}

/** The ordinary client as it comes: endorse, submit, wait for the commit. */
function rawClient({ mspId, name, host, peers: [peer] }, directory, topology) {
  const keys = path.join(directory, 'keys', name);
  const user = path.join(keys, 'private', 'users', 'gateway', 'msp');
  const root = readFileSync(path.join(keys, 'public', 'msp', 'tlscacerts', 'tlsca.pem'));
  const connection = new grpc.Client(`${peer.host ?? host}:${peer.port}`, grpc.credentials.createSsl(root));
  const gateway = connect({
    client: connection,
    identity: { mspId, credentials: readFileSync(path.join(user, 'signcerts', 'cert.pem')) },
    signer: signers.newPrivateKeySigner(createPrivateKey(readFileSync(path.join(user, 'keystore', 'key.pem')))),
    hash: hash.sha256,
  });
  const network = gateway.getNetwork(topology.channel.name);
  return {
    put: (chaincode, value) => network.getContract(chaincode).submit('put', { arguments: [randomUUID(), value] }),
    close: () => {
      gateway.close();
      connection.close();
    },
  };
}
