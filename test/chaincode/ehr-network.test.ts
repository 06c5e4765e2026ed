import { hiddenRequestCommitment } from '@medquorum/chaincode/access/hidden-request';
import {
  configurationFromTopology,
  organizationProfile,
} from '@medquorum/chaincode/consortium/consortium-configuration';
import { stateDigest } from '@medquorum/chaincode/ledger/state';
import {
  PRIVATE_TRANSIENT_KEY,
  type PrivateVersion,
  recordCommitment,
} from '@medquorum/chaincode/record/private-version';
import {
  CITY,
  CLINICIAN,
  header,
  MERIDIAN,
  ORGANIZATIONS,
  PATIENT,
  patientArgs,
  practitionerArgs,
  REGULATOR,
  UNITY,
  VALLEY,
} from '@medquorum/chaincode/testing/founded-consortium';
import { entryOf, type Party, sha, uuidOf } from '@medquorum/chaincode/testing/party';
import { EhrNetwork, type SubmitOptions } from './ehr-network.ts';

/** Four orderers and five peers of native Fabric on a busy machine take their time. */
const START_TIMEOUT_MS = 180_000;
const ENDORSEMENT_POLICY_FAILURE = 'validation code 10';
const recordId = uuidOf('record on the network');
const everyone = ORGANIZATIONS.map(({ id }) => id);

describe('chaincode ehr in its own processes, on a network', () => {
  let network: EhrNetwork;
  beforeAll(async () => {
    network = await EhrNetwork.start();
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    expect(new Set(await network.close())).toEqual(new Set([0]));
  }, START_TIMEOUT_MS);

  const sign = (party: Party, call: `${string}:${string}`, args: unknown, headDigest?: string) => {
    const notAfter = new Date(Date.now() + 3_600_000).toISOString();
    return entryOf(party, call, args, { notAfter, ...(headDigest && { headDigest }) });
  };
  const submit = async (
    party: Party,
    call: `${string}:${string}`,
    args: unknown,
    options?: SubmitOptions & { head?: string },
  ) => {
    const entry = sign(party, call, args, options?.head);
    const [result] = await network.submit(party.mspId ?? CITY.id, call, [entry], options);
    return result;
  };
  const failure = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (cause: unknown) => cause as Error & { details?: { message: string }[] },
    );
    return [error?.message, ...(error?.details ?? []).map(({ message }) => message)].join('\n');
  };

  it('is founded by its organisations, every one of them endorsing the same', async () => {
    const { topology } = network;
    for (const party of ORGANIZATIONS) {
      const { application } = topology.organizations.find(({ mspId }) => mspId === party.id) ?? {};
      const { kind, facilities } = organizationProfile(application, 'application');
      const { signingKey, encryptionKey } = party;
      const args = { kind, signingKey, encryptionKey, facilities };
      const result = await submit(party, 'registry:registerOrganizations', args, { endorsedBy: everyone });
      expect(result).toEqual({ mspId: party.id, keyGeneration: 1 });
    }
    const configuration = configurationFromTopology(topology);
    await submit(REGULATOR, 'registry:configure', { configuration }, { endorsedBy: everyone });
    await submit(CITY, 'registry:registerPractitioners', practitionerArgs(CLINICIAN, 'clinician'));
    await submit(CITY, 'patient:register', patientArgs(PATIENT));
    expect(await network.evaluate(UNITY.id, 'patient:get', PATIENT.id)).toMatchObject({ registeredBy: CITY.id });
  });

  it('carries a record to its activation and answers with its own codes', async () => {
    const args = { recordId, patient: PATIENT.id, class: 'clinical', header: header() };
    const { digest } = await submit(CLINICIAN, 'record:propose', args);
    expect(await failure(submit(CLINICIAN, 'record:propose', args))).toContain('MQ_RECORD_EXISTS: [0] ');
    const attestation = { recordId, version: 1, attestation: 'automatic', headerDigest: digest };
    await Promise.all([VALLEY, UNITY].map((party) => submit(party, 'record:attest', attestation)));
    const { entry: _entry, ...head } = await network.evaluate(CITY.id, 'record:get', recordId);
    expect(head).toMatchObject({ activeVersion: null, versions: [{ status: 'proposed', digest }] });
    await activate([VALLEY, UNITY]);
    expect(await network.evaluate(MERIDIAN.id, 'record:get', recordId)).toMatchObject({ activeVersion: 1 });
  });

  it('lets nobody write a record’s head without its custodian, unless the recovery branch is complete', async () => {
    const amend = async (endorsedBy: readonly Party[]) => {
      const { latestVersion } = await network.evaluate(CITY.id, 'record:get', recordId);
      const args = { recordId, version: latestVersion + 1, header: header() };
      const head = await headDigest();
      return submit(CLINICIAN, 'record:amend', args, { head, endorsedBy: endorsedBy.map(({ id }) => id) });
    };
    expect(await failure(amend([VALLEY, UNITY, MERIDIAN]))).toContain(ENDORSEMENT_POLICY_FAILURE);
    expect(await failure(amend([REGULATOR, VALLEY, UNITY]))).toContain(ENDORSEMENT_POLICY_FAILURE);
    expect(await failure(amend([CITY, VALLEY]))).toContain(ENDORSEMENT_POLICY_FAILURE); // new keys need a majority
    expect(await amend([CITY, VALLEY, UNITY])).toMatchObject({ version: 2 });
    expect(await amend([REGULATOR, VALLEY, UNITY, MERIDIAN])).toMatchObject({ version: 3 });
  });

  it('keeps a segregated record in its collection, from proposal to decision', async () => {
    const segregated = uuidOf('segregated on the network');
    const salt = Buffer.from(sha('salt'), 'hex').toString('base64url');
    const hidden = { patient: PATIENT.id, header: header({ labels: ['PSY'] }), salt } as unknown as PrivateVersion;
    const clear = (item: unknown) => ({ [PRIVATE_TRANSIENT_KEY]: Buffer.from(JSON.stringify([item])) });
    const members = [CITY, VALLEY, REGULATOR].map(({ id }) => id);
    const commitment = recordCommitment(hidden);
    const proposal = { recordId: segregated, class: 'segregated', commitment };
    await submit(CLINICIAN, 'record:propose', proposal, { transient: clear(hidden), endorsedBy: members });
    const attestation = { recordId: segregated, version: 1, attestation: 'automatic', headerDigest: commitment };
    await Promise.all([CITY, VALLEY, REGULATOR].map((party) => submit(party, 'record:attest', attestation)));
    const activation = { recordId: segregated, version: 1, attestedBy: members };
    const head = await digestOf('record:get', segregated);
    await submit(CITY, 'record:activate', activation, { head, endorsedBy: members });
    expect(await network.evaluate(VALLEY.id, 'record:getPrivateVersion', segregated, '1')).toEqual(hidden);
    expect(await failure(network.evaluate(UNITY.id, 'record:getPrivateVersion', segregated, '1'))).not.toBe('');
    const request = { records: [segregated], salt };
    const asked = {
      patient: PATIENT.id,
      records: [],
      hidden: { collection: 'segregatedRecords', commitment: hiddenRequestCommitment(request) },
      ...{ purpose: 'TREAT', action: 'access', role: 'clinician', emergency: null, place: null },
    };
    const options = { transient: clear(request), endorsedBy: members };
    const { decisionId, outcomes } = await submit(CLINICIAN, 'access:decide', asked, options);
    expect(outcomes).toEqual([]);
    const answer = await network.evaluate(CITY.id, 'access:getHidden', PATIENT.id, decisionId, 'segregatedRecords');
    expect(answer.outcomes).toMatchObject([{ recordId: segregated, version: 1, effect: 'deny' }]);
  });

  it('commits one nonce once, whichever way it comes again', async () => {
    const args = { recordId, version: 3, check: 'retrieval', verdict: 'intact' };
    const entry = sign(UNITY, 'audit:report', args);
    const [one, two] = await Promise.allSettled([
      network.submit(UNITY.id, 'audit:report', [entry]),
      network.submit(UNITY.id, 'audit:report', [entry]),
    ]);
    expect([one?.status, two?.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(await failure(network.submit(UNITY.id, 'audit:report', [entry]))).toContain('MQ_INTENT_REPLAYED: [0] ');
    expect(await network.evaluate(CITY.id, 'audit:getVerdicts', recordId, '3')).toHaveLength(1);
  });

  it('is stopped by the organisations whose description knows better', async () => {
    const { configuration } = await network.evaluate(REGULATOR.id, 'registry:getConfiguration');
    const changed = { configuration: { ...configuration, releaseThreshold: 1 } };
    const head = await digestOf('registry:getConfiguration');
    expect(await failure(submit(REGULATOR, 'registry:configure', changed, { head, endorsedBy: everyone }))).toContain(
      'MQ_VETOED',
    );
  });

  async function activate(authorities: readonly Party[]) {
    const args = { recordId, version: 1, attestedBy: authorities.map(({ id }) => id) };
    return submit(CITY, 'record:activate', args, { head: await headDigest() });
  }

  function headDigest() {
    return digestOf('record:get', recordId);
  }

  async function digestOf(call: string, ...args: string[]) {
    return stateDigest(await network.evaluate(CITY.id, call, ...args));
  }
});
