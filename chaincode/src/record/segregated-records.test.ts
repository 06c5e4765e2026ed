import { hiddenOutcomesCommitment, hiddenRequestCommitment } from '../access/hidden-request.ts';
import { KEYS } from '../ledger/state.ts';
import { codeOf } from '../testing/code-of.ts';
import { coding, consentOf, permit } from '../testing/consents.ts';
import {
  CITY,
  CLINICIAN,
  FoundedConsortium,
  header,
  OTHER_PATIENT,
  PATIENT,
  REGULATOR,
  UNITY,
  VALLEY,
  VALLEY_CLINICIAN,
} from '../testing/founded-consortium.ts';
import { entryOf, sha, uuidOf } from '../testing/party.ts';
import type { Call } from '../testing/test-ledger.ts';
import { PRIVATE_TRANSIENT_KEY, type PrivateVersion, recordCommitment } from './private-version.ts';

const COLLECTION = 'segregatedRecords';
const SALT = Buffer.from(sha('salt'), 'hex').toString('base64url');
const recordId = uuidOf('segregated');
const clear = (change: object = {}, patient = PATIENT.id) =>
  ({ patient, header: header({ labels: ['PSY'], confidentiality: 'R', ...change }), salt: SALT }) as PrivateVersion;
const transient = (...items: unknown[]) => ({ [PRIVATE_TRANSIENT_KEY]: Buffer.from(JSON.stringify(items)) });

describe('segregated records', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  const propose = (hidden: PrivateVersion, sent: Record<string, Buffer> = transient(hidden), change: object = {}) => {
    const args = { recordId, class: 'segregated', commitment: recordCommitment(hidden), ...change };
    return consortium.submit(CLINICIAN, 'record:propose', args, {}, { transient: sent });
  };
  const change = (call: Call, args: object, hidden?: PrivateVersion) => {
    const fields = { headDigest: consortium.recordHead(recordId) };
    return consortium.submit(
      CLINICIAN,
      call,
      { recordId, ...args },
      fields,
      hidden && { transient: transient(hidden) },
    );
  };
  const activate = async (version: number) => {
    const authorities = [CITY, VALLEY, REGULATOR];
    await consortium.attest(recordId, authorities, version);
    await change('record:activate', { version, attestedBy: authorities.map(({ id }) => id) });
  };
  const careAtValley = () =>
    consortium.submit(VALLEY, 'patient:openCareRelations', {
      relationId: uuidOf('care'),
      patient: PATIENT.id,
      mspId: VALLEY.id,
      relation: 'treatment',
      from: '2026-03-01T00:00:00.000Z',
    });
  const ask = (records: readonly string[], sent?: object, onPrivateRead: (collection: string) => void = () => {}) => {
    const request = { records: [...records], salt: SALT };
    const args = {
      patient: PATIENT.id,
      records: [],
      hidden: { collection: COLLECTION, commitment: hiddenRequestCommitment(request) },
      purpose: 'TREAT',
      action: 'access',
      role: 'clinician',
      place: { facility: 'valley-hospital-main', zone: 'clinical', until: '2026-03-02T10:00:00.000Z' },
      emergency: null,
      onBehalfOf: VALLEY_CLINICIAN.id,
    };
    const entry = entryOf(VALLEY, 'access:decide', args);
    return consortium.ledger.simulate('access:decide', [JSON.stringify([entry])], {
      mspId: VALLEY.id,
      onPrivateRead,
      transient: transient(sent ?? request),
    });
  };
  const textOf = (stub: Awaited<ReturnType<typeof ask>>['stub']) =>
    JSON.stringify([stub.writes.map(({ key, value }) => [key, value.toString()]), stub.reads]);

  it('show a commitment; patient, labels and header are in the collection', async () => {
    const hidden = clear();
    const args = { recordId, class: 'segregated', commitment: recordCommitment(hidden) };
    const entry = entryOf(CLINICIAN, 'record:propose', args);
    const { stub, result } = await consortium.ledger.simulate('record:propose', [JSON.stringify([entry])], {
      transient: transient(hidden),
    });
    const inPublic = textOf(stub) + result;
    for (const secret of [PATIENT.id, 'PSY', hidden.header.content.cid, SALT]) expect(inPublic).not.toContain(secret);
    expect(stub.privateWrites.map(({ collection, key }) => [collection, key])).toEqual([
      [COLLECTION, KEYS.record(recordId)],
      [COLLECTION, KEYS['record-version'](recordId, 1)],
    ]);
    await stub.commit();
    expect(consortium.ledger.state(KEYS.record(recordId))).toMatchObject({ patient: null, collection: COLLECTION });
    expect(await consortium.ledger.read('record:getPrivateVersion', recordId, '1')).toEqual(hidden);
    const outside = consortium.ledger.simulate('record:getPrivateVersion', [recordId, '1'], { mspId: UNITY.id });
    await expect(outside).rejects.toThrow('tx creator does not have read access permission');
  });

  it('need what was committed to, beside the commitment and nothing in clear', async () => {
    const hidden = clear();
    expect(await codeOf(propose(hidden, {}))).toBe('MQ_TRANSIENT_MISSING [0]');
    expect(await codeOf(propose(hidden, transient(null)))).toBe('MQ_TRANSIENT_MISSING [0]');
    expect(await codeOf(propose(hidden, { [PRIVATE_TRANSIENT_KEY]: Buffer.from('{') }))).toBe('MQ_INPUT_INVALID [0]');
    expect(await codeOf(propose(hidden, transient({ ...hidden, name: 'x' })))).toBe('MQ_INPUT_INVALID [0]');
    expect(await codeOf(propose(hidden, transient(clear({ labels: ['SUD'] }))))).toBe('MQ_COMMITMENT_MISMATCH [0]');
    expect(await codeOf(propose(hidden, transient(hidden), { patient: PATIENT.id }))).toBe('MQ_INPUT_INVALID [0]');
    expect(await codeOf(propose(hidden, transient(hidden), { class: 'clinical' }))).toBe('MQ_INPUT_INVALID [0]');
    expect(await codeOf(propose(hidden))).toBe('no failure');
  });

  it('live as others do, three attestations before they are active, and stay their patient’s', async () => {
    await propose(clear());
    await activate(1);
    const next = clear({ confidentiality: 'V' });
    const foreign = clear({}, OTHER_PATIENT.id);
    const args = (hidden: PrivateVersion) => ({ version: 2, commitment: recordCommitment(hidden) });
    expect(await codeOf(change('record:amend', args(foreign), foreign))).toBe('MQ_COMMITMENT_MISMATCH [0]');
    await change('record:amend', args(next), next);
    await activate(2);
    await change('record:markEnteredInError', { version: 2, reason: 'wrong-content' });
    expect(await consortium.ledger.read('record:get', recordId)).toMatchObject({
      activeVersion: null,
      versions: [{ status: 'superseded' }, { status: 'entered-in-error' }],
    });
  });

  it('are decided on in the collection; the ledger ties no record to a patient', async () => {
    await propose(clear());
    await activate(1);
    await careAtValley();
    const provision = permit({ securityLabel: [coding('v3-ActCode', 'PSY')] });
    await consortium.submit(PATIENT, 'consent:grant', { consentId: uuidOf('c'), consent: consentOf(provision) });
    const { stub, result } = await ask([recordId]);
    const inPublic = textOf(stub) + result;
    for (const secret of [recordId, 'consent-permits', SALT]) expect(inPublic).not.toContain(secret);
    await stub.commit();
    const [{ decisionId, outcomes }] = JSON.parse(result);
    expect(outcomes).toEqual([]);
    const hidden = await consortium.ledger.read('access:getHidden', PATIENT.id, decisionId, COLLECTION);
    expect(hidden.outcomes).toMatchObject([{ recordId, version: 1, effect: 'permit', reasons: ['consent-permits'] }]);
    const decision = consortium.ledger.state<'decision'>(KEYS.decision(PATIENT.id, decisionId));
    expect(decision?.hidden?.outcomes).toBe(hiddenOutcomesCommitment(hidden.outcomes, SALT));
    const nothing = `${'0'.repeat(64)}-0`;
    expect(await codeOf(consortium.ledger.read('access:getHidden', PATIENT.id, nothing, COLLECTION))).toBe(
      'MQ_DECISION_NOT_FOUND',
    );
  });

  it('cannot be told from none: a request without any reads as many private keys and writes the same ones', async () => {
    await propose(clear());
    const keysOf = async (records: readonly string[]) => {
      let privateReads = 0;
      const { stub, result } = await ask(records, undefined, () => {
        privateReads += 1;
      });
      const { writes, privateWrites, reads } = stub;
      await stub.discard();
      const anonymous = (key: string) => key.replaceAll(/[0-9a-f]{64}-0|nonce-\d{16}/g, 'one-time');
      const keys = [...writes, ...privateWrites, ...reads].map(({ key }) => anonymous(key));
      return [keys, JSON.parse(result)[0].outcomes, privateReads];
    };
    expect(await keysOf([recordId])).toEqual(await keysOf([]));
  });

  it('are asked for by those who can name them, for their patient, in a collection that is configured', async () => {
    await propose(clear({}, OTHER_PATIENT.id));
    expect(await codeOf(ask([recordId]))).toBe('MQ_RECORD_NOT_FOUND [0]');
    expect(await codeOf(ask([uuidOf('nothing')]))).toBe('MQ_RECORD_NOT_FOUND [0]');
    expect(await codeOf(ask([recordId], { records: [], salt: SALT }))).toBe('MQ_COMMITMENT_MISMATCH [0]');
    const open = {
      patient: OTHER_PATIENT.id,
      records: [recordId],
      purpose: 'PATRQT',
      action: 'access',
      role: 'patient',
    };
    const inClear = consortium.submit(OTHER_PATIENT, 'access:decide', { ...open, place: null, emergency: null });
    expect(await codeOf(inClear)).toBe('MQ_RECORD_NOT_FOUND [0]');
    const unknown = { ...open, records: [], hidden: { collection: 'elsewhere', commitment: sha('x') } };
    const elsewhere = consortium.submit(OTHER_PATIENT, 'access:decide', { ...unknown, place: null, emergency: null });
    expect(await codeOf(elsewhere)).toBe('MQ_RECORD_CLASS_UNKNOWN [0]');
    const empty = consortium.submit(OTHER_PATIENT, 'access:decide', {
      ...open,
      records: [],
      place: null,
      emergency: null,
    });
    expect(await codeOf(empty)).toBe('MQ_INPUT_INVALID [0]');
  });
});
