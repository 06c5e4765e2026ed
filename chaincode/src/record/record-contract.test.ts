import { KEYS } from '../ledger/state.ts';
import { codeOf } from '../testing/code-of.ts';
import {
  CITY,
  CLAIMS_OFFICER,
  CLINICIAN,
  FoundedConsortium,
  header,
  MERIDIAN,
  PATIENT,
  REGULATOR,
  UNITY,
  VALLEY,
  VERIFIER,
} from '../testing/founded-consortium.ts';
import { entryOf, NOW_MS, type Party, sha, uuidOf } from '../testing/party.ts';
import { headerDigest, type RecordHeader } from './record-header.ts';

const digestOf = (change: object = {}) => headerDigest(header(change) as unknown as RecordHeader);

describe('records', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  const proposal = (change: object = {}) => ({
    recordId: uuidOf('record'),
    patient: PATIENT.id,
    class: 'clinical',
    header: header(),
    ...change,
  });
  const propose = (party: Party, change: object = {}) =>
    codeOf(consortium.submit(party, 'record:propose', proposal(change)));
  const attest = (party: Party, recordId: string, change: object = {}) => {
    const args = { recordId, version: 1, attestation: 'automatic', headerDigest: digestOf(), ...change };
    return codeOf(consortium.submit(party, 'record:attest', args));
  };
  const write = (fn: string, recordId: string, args: object, party: Party = CLINICIAN) =>
    codeOf(
      consortium.submit(party, `record:${fn}`, { recordId, ...args }, { headDigest: consortium.recordHead(recordId) }),
    );

  it('are proposed, attested, activated, amended and marked, and their history stays', async () => {
    const recordId = await consortium.activeRecord('record');
    expect(await write('amend', recordId, { version: 2, header: header({ confidentiality: 'R' }) })).toBe('no failure');
    expect(await consortium.ledger.read('record:get', recordId)).toMatchObject({ activeVersion: 1, latestVersion: 2 });
    await consortium.attest(recordId, [UNITY, REGULATOR], 2);
    await consortium.activate(recordId, [UNITY, REGULATOR], 2);
    expect(await write('markEnteredInError', recordId, { version: 2, reason: 'wrong-content' })).toBe('no failure');
    const { head, versions, attestations } = await consortium.ledger.read('record:getHistory', recordId);
    expect(head).toMatchObject({ custodian: CITY.id, activeVersion: null, latestVersion: 2 });
    expect(head.versions.map(({ status }: { status: string }) => status)).toEqual(['superseded', 'entered-in-error']);
    expect(versions.map((it: { header: RecordHeader }) => it.header.confidentiality)).toEqual(['N', 'R']);
    expect(attestations).toHaveLength(4);
    expect(await consortium.ledger.read('record:getVersion', recordId, '2')).toMatchObject({
      practitioner: CLINICIAN.id,
    });
    expect(await codeOf(consortium.ledger.read('record:getVersion', recordId, '3'))).toBe('MQ_RECORD_VERSION');
  });

  it('are proposed once, of a known class, about people who are registered', async () => {
    expect(await propose(CLINICIAN)).toBe('no failure');
    expect(await propose(CLINICIAN)).toBe('MQ_RECORD_EXISTS [0]');
    expect(await propose(CLINICIAN, { class: 'unheard-of' })).toBe('MQ_RECORD_CLASS_UNKNOWN [0]');
    expect(await propose(CLINICIAN, { patient: uuidOf('nobody') })).toBe('MQ_PATIENT_NOT_FOUND [0]');
    expect(await propose(CLINICIAN, { header: header({ author: uuidOf('nobody') }) })).toBe(
      'MQ_PRACTITIONER_NOT_FOUND [0]',
    );
    expect(await propose(PATIENT)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    for (const change of [{ labels: ['PSY'] }, { policies: ['42CFRPart2'] }, { confidentiality: 'V' }]) {
      expect(await propose(CLINICIAN, { header: header(change) })).toBe('MQ_RECORD_CLASS_MISMATCH [0]');
    }
    const suspension = { party: { kind: 'patient', id: PATIENT.id }, reason: 'inquiry' };
    await consortium.submit(REGULATOR, 'registry:suspend', suspension);
    expect(await propose(CLINICIAN, { recordId: uuidOf('other') })).toBe('MQ_PARTY_STATUS [0]');
  });

  it('come from a system only on behalf of a practitioner of its organisation', async () => {
    expect(await propose(CITY)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await propose(CITY, { onBehalfOf: VERIFIER.id })).toBe('MQ_PRACTITIONER_NOT_FOUND [0]');
    expect(await propose(CLINICIAN, { onBehalfOf: CLINICIAN.id })).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await propose(CITY, { onBehalfOf: CLINICIAN.id })).toBe('no failure');
    const version = consortium.ledger.state<'record-version'>(KEYS['record-version'](uuidOf('record'), 1));
    expect(version).toMatchObject({
      practitioner: CLINICIAN.id,
      entry: { intent: { author: { kind: 'organization' } } },
    });
  });

  it('are attested once by each authority, of the very header, by those who may', async () => {
    const recordId = await consortium.propose('record');
    expect(await attest(CLAIMS_OFFICER, recordId)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await attest(PATIENT, recordId)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await attest(VALLEY, recordId, { headerDigest: sha('another') })).toBe('MQ_ATTESTATION_MISMATCH [0]');
    expect(await attest(VALLEY, recordId, { version: 2 })).toBe('MQ_RECORD_VERSION [0]');
    expect(await attest(VALLEY, uuidOf('nothing'))).toBe('MQ_RECORD_NOT_FOUND [0]');
    expect(await attest(VERIFIER, recordId)).toBe('no failure');
    expect(await attest(VALLEY, recordId)).toBe('MQ_ATTESTATION_EXISTS [0]');
  });

  it('are attested clinically only by whom a decision released the version to', async () => {
    const recordId = await consortium.propose('record');
    const clinical = { attestation: 'clinical' };
    expect(await attest(VALLEY, recordId, clinical)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await attest(VERIFIER, recordId, clinical)).toBe('MQ_ATTESTATION_MISMATCH [0]');
    const relation = { relationId: uuidOf('care'), patient: PATIENT.id, mspId: CITY.id, relation: 'treatment' };
    await consortium.submit(CITY, 'patient:openCareRelations', { ...relation, from: '2026-03-01T00:00:00.000Z' });
    const place = { facility: 'city-hospital-main', zone: 'clinical', until: '2026-03-02T10:00:00.000Z' };
    const request = { patient: PATIENT.id, records: [recordId], purpose: 'TREAT', action: 'access', role: 'clinician' };
    const decided = await consortium.submit(CITY, 'access:decide', {
      ...request,
      place,
      emergency: null,
      onBehalfOf: CLINICIAN.id,
    });
    expect(decided.outcomes).toMatchObject([{ effect: 'permit', version: 1 }]);
    const { decisionId: decision } = decided;
    expect(await attest(VERIFIER, recordId, { ...clinical, decision })).toBe('MQ_ATTESTATION_MISMATCH [0]');
    expect(await attest(CLINICIAN, recordId, { ...clinical, decision })).toBe('no failure');
  });

  it('become active only with the attestations of as many members as their class asks for', async () => {
    const recordId = await consortium.propose('record');
    const activate = (attestedBy: readonly Party[], party: Party = CITY) =>
      write('activate', recordId, { version: 1, attestedBy: attestedBy.map(({ id }) => id) }, party);
    expect(await activate([CITY, VALLEY])).toBe('MQ_ATTESTATIONS_MISSING [0]');
    await consortium.attest(recordId, [VALLEY]);
    expect(await activate([VALLEY, CITY])).toBe('MQ_ATTESTATIONS_MISSING [0]');
    expect(await activate([VALLEY])).toBe('MQ_ATTESTATIONS_MISSING [0]');
    expect(await activate([VALLEY, VALLEY])).toBe('MQ_INPUT_INVALID [0]');
    await consortium.attest(recordId, [MERIDIAN]);
    expect(await activate([VALLEY, MERIDIAN], VALLEY)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    await consortium.submit(REGULATOR, 'registry:suspend', {
      party: { kind: 'organization', id: MERIDIAN.id },
      reason: 'inquiry',
    });
    expect(await activate([VALLEY, MERIDIAN])).toBe('MQ_ATTESTATIONS_MISSING [0]');
    await consortium.submit(REGULATOR, 'registry:reinstate', { party: { kind: 'organization', id: MERIDIAN.id } });
    expect(await activate([VALLEY, MERIDIAN])).toBe('no failure');
    expect(await activate([VALLEY, MERIDIAN])).toBe('MQ_RECORD_STATUS [0]');
  });

  it('stay what they were, though those whom the policy of the head suffices delete it', async () => {
    const recordId = await consortium.propose('record');
    const creator = { mspid: CITY.id, idBytes: new Uint8Array(0) };
    const stub = consortium.ledger.channel.newStub({ args: ['none'], creator, mspId: CITY.id, timeMs: NOW_MS });
    await stub.deleteState(KEYS.record(recordId));
    await stub.commit();
    expect(await propose(CLINICIAN, { recordId, header: header({ confidentiality: 'R' }) })).toBe(
      'MQ_RECORD_EXISTS [0]',
    );
    expect(await consortium.ledger.read('record:getVersion', recordId, '1')).toMatchObject({
      header: { confidentiality: 'N' },
    });
  });

  it('are changed by their custodian alone, version by version, on top of the head he saw', async () => {
    const recordId = await consortium.activeRecord('record');
    const args = { recordId, version: 2, header: header({ labels: ['EMP'] }) };
    expect(await write('amend', recordId, args, VERIFIER)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await write('amend', recordId, { ...args, version: 3 })).toBe('MQ_RECORD_VERSION [0]');
    expect(await codeOf(consortium.submit(CLINICIAN, 'record:amend', args))).toBe('MQ_INTENT_HEAD [0]');
    const stale = consortium.recordHead(recordId);
    expect(await write('amend', recordId, args)).toBe('no failure');
    const again = { ...args, version: 3 };
    expect(await codeOf(consortium.submit(CLINICIAN, 'record:amend', again, { headDigest: stale }))).toBe(
      'MQ_INTENT_HEAD [0]',
    );
  });

  it('take as many entries as a list has, and write the policy of their class on the head alone', async () => {
    const entries = ['a', 'b', 'c'].map((name) =>
      entryOf(CLINICIAN, 'record:propose', proposal({ recordId: uuidOf(name) })),
    );
    const { writes, keyPolicies } = await consortium.ledger.writes('record:propose', entries);
    expect(writes).toHaveLength(9); // head, version and nonce of each
    expect([...keyPolicies.keys()].sort()).toEqual(['a', 'b', 'c'].map((name) => KEYS.record(uuidOf(name))).sort());
  });

  it('refuse two items of one list on the same record, naming the second', async () => {
    const entries = [proposal(), proposal()].map((args) => entryOf(CLINICIAN, 'record:propose', args));
    expect(await codeOf(consortium.ledger.submit('record:propose', entries))).toBe('MQ_BATCH_CONFLICT [1]');
  });
});
