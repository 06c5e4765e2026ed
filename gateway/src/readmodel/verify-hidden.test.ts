import type { Entry } from '@medquorum/chaincode/ledger/entry';
import { encodeState, KEYS, keyOf, type State, type StateKind } from '@medquorum/chaincode/ledger/state';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { headPolicy } from '@medquorum/chaincode/record/class-of';
import {
  PRIVATE_TRANSIENT_KEY,
  type PrivateVersion,
  recordCommitment,
} from '@medquorum/chaincode/record/private-version';
import { activated, enteredInError } from '@medquorum/chaincode/record/record-lifecycle';
import {
  CITY,
  CLINICIAN,
  CONFIGURATION,
  FoundedConsortium,
  header,
  PATIENT,
  REGULATOR,
  VALLEY,
  VALLEY_CLINICIAN,
} from '@medquorum/chaincode/testing/founded-consortium';
import {
  CHAINCODE,
  CHANNEL,
  entryOf,
  type IntentFields,
  NOW_MS,
  type Party,
  sha,
  uuidOf,
} from '@medquorum/chaincode/testing/party';
import type { Call } from '@medquorum/chaincode/testing/test-ledger';
import type { BlockTransaction } from './parse-block.ts';
import { verifyHidden } from './verify-hidden.ts';

const recordId = uuidOf('segregated');
const hidden = (text: string) =>
  ({
    patient: PATIENT.id,
    header: header({ labels: ['PSY'], confidentiality: 'R', content: { ...header().content, sha256: sha(text) } }),
    salt: Buffer.from(sha('salt'), 'hex').toString('base64url'),
  }) as PrivateVersion;

describe('the public part of a segregated record', () => {
  let consortium: FoundedConsortium;
  beforeAll(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterAll(() => consortium.close());

  /** Commits an item, and says what becomes of its block before anything of it is projected. */
  async function verdicts(party: Party, call: Call, args: object, clear?: PrivateVersion) {
    const isNew = call === 'record:propose';
    const fields = isNew ? {} : { headDigest: consortium.recordHead(recordId) };
    const entries = [entryOf(party, call, { recordId, ...args }, fields)];
    const options = {
      mspId: CITY.id,
      txId: sha(`${call} ${JSON.stringify(args)}`),
      ...(clear && { transient: { [PRIVATE_TRANSIENT_KEY]: Buffer.from(JSON.stringify([clear])) } }),
    };
    const { writes, keyPolicies } = await consortium.ledger.writes(call, entries, options);
    const transaction: BlockTransaction = {
      txId: options.txId,
      txIndex: 0,
      validationCode: 0,
      timeMs: NOW_MS,
      submitterMspId: CITY.id,
      channel: CHANNEL,
      invocation: { chaincode: CHAINCODE, functionName: call, args: [JSON.stringify(entries)] },
      reads: [],
      writes: writes.map(({ key, value }) => ({ key, value })),
      policies: [...keyPolicies].map(([key, policy]) => ({ key, policy })),
      collections: ['segregatedRecords'],
    };
    const { txId, timeMs, submitterMspId, channel } = transaction;
    const tx = { channel, chaincode: CHAINCODE as 'ehr', txId, timeMs, submitterMspId, transient: new Map() };
    const verify = async (changed: Partial<BlockTransaction>) => {
      const view = consortium.ledger.channel.ledger.view();
      try {
        const get = async (key: string) => view.get(CHAINCODE, key)?.value;
        return await verifyHidden({ ...transaction, ...changed }, tx, { get, scan: async () => [] });
      } finally {
        view.close();
      }
    };
    const honest = await verify({});
    const without = await verify({ policies: [] });
    await consortium.ledger.submit(call, entries, options);
    return { honest, without };
  }
  const EXPECTED = { honest: null, without: 'writes-differ' };

  it('is verified under the policy that its class has at each write, before and after that changes', async () => {
    const commitment = recordCommitment(hidden('first'));
    expect(await verdicts(CLINICIAN, 'record:propose', { class: 'segregated', commitment }, hidden('first'))).toEqual(
      EXPECTED,
    );
    const recordClasses = CONFIGURATION.recordClasses.map((it) => ({ ...it, endorsements: 4 }));
    const headDigest = consortium.head(KEYS.configuration());
    const configuration = { ...CONFIGURATION, recordClasses };
    await consortium.submit(REGULATOR, 'registry:configure', { configuration }, { headDigest });
    await consortium.attest(recordId, [CITY, VALLEY, REGULATOR]);
    const attestedBy = [CITY.id, VALLEY.id, REGULATOR.id];
    expect(await verdicts(CITY, 'record:activate', { version: 1, attestedBy })).toEqual(EXPECTED);
    const amendment = { version: 2, commitment: recordCommitment(hidden('second')) };
    expect(await verdicts(CLINICIAN, 'record:amend', amendment, hidden('second'))).toEqual(EXPECTED);
    const mark = { version: 1, reason: 'wrong-content' };
    expect(await verdicts(CLINICIAN, 'record:markEnteredInError', mark)).toEqual(EXPECTED);
  });
});

describe('what a majority of endorsers forges of segregated records', () => {
  const commitment = recordCommitment(hidden('first'));
  const attestedBy = [CITY.id, VALLEY.id, REGULATOR.id];
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
    const transient = { [PRIVATE_TRANSIENT_KEY]: Buffer.from(JSON.stringify([hidden('first')])) };
    const proposal = { recordId, class: 'segregated', commitment };
    await consortium.submit(CLINICIAN, 'record:propose', proposal, {}, { transient });
    await consortium.attest(recordId, [CITY, VALLEY, REGULATOR]);
  });
  afterEach(() => consortium.close());

  const headed = (fields: IntentFields = {}): IntentFields => ({
    headDigest: consortium.recordHead(recordId),
    ...fields,
  });
  const activation = (fields = headed()) =>
    entryOf(CITY, 'record:activate', { recordId, version: 1, attestedBy }, fields);
  const mark = (rest: object = {}, fields = headed()) =>
    entryOf(CITY, 'record:markEnteredInError', { recordId, version: 1, reason: 'wrong-content', ...rest }, fields);

  /** What the read model says of entries whose writes follow from them, whether the chaincode would refuse them or not. */
  async function verdict(call: Call, entries: readonly Entry[], after: typeof activated) {
    const state = <K extends StateKind>(key: string) => consortium.ledger.state<K>(key);
    const before = state<'record'>(KEYS.record(recordId));
    const configured = state<'configuration'>(KEYS.configuration());
    if (before === undefined || configured === undefined) throw new Error('no such state');
    const txId = sha('forged');
    const nonces = entries.map(({ intent: { author, nonce, notAfter } }, index): State => {
      const { kind, id } = author;
      return { v: 1, kind: 'nonce', author: { kind, id }, nonce, txId, index, notAfter };
    });
    const entry = entries.at(-1) as Entry;
    const states: readonly State[] = [...nonces, { ...before, ...after(before, 1), entry }];
    const transaction: BlockTransaction = {
      txId,
      txIndex: 0,
      validationCode: 0,
      timeMs: NOW_MS,
      submitterMspId: CITY.id,
      channel: CHANNEL,
      invocation: { chaincode: CHAINCODE, functionName: call, args: [JSON.stringify(entries)] },
      reads: [],
      writes: states.map((it) => ({ key: keyOf(it), value: encodeState(it) })),
      policies: [{ key: KEYS.record(recordId), policy: headPolicy(configured.configuration, before) }],
      collections: ['segregatedRecords'],
    };
    const { timeMs, submitterMspId, channel } = transaction;
    const tx = { channel, chaincode: CHAINCODE as 'ehr', txId, timeMs, submitterMspId, transient: new Map() };
    const view = consortium.ledger.channel.ledger.view();
    try {
      const get = async (key: string) => view.get(CHAINCODE, key)?.value;
      return (await codeOfVerdict(verifyHidden(transaction, tx, { get, scan: async () => [] }))) ?? 'verified';
    } finally {
      view.close();
    }
  }
  const activating = (fields?: IntentFields) => verdict('record:activate', [activation(fields)], activated);

  it('is flagged where an activation rests on an authority that is suspended, and only as long as it is', async () => {
    const party = { kind: 'organization', id: VALLEY.id };
    expect(await activating()).toBe('verified');
    await consortium.submit(REGULATOR, 'registry:suspend', { party, reason: 'inquiry' });
    expect(await activating()).toBe('MQ_ATTESTATIONS_MISSING');
    await consortium.submit(REGULATOR, 'registry:reinstate', { party });
    expect(await activating()).toBe('verified');
  });

  it('is flagged where an activation rests on an authority that is no member any more', async () => {
    const members = CONFIGURATION.members.filter(({ mspId }) => mspId !== VALLEY.id);
    const headDigest = consortium.head(KEYS.configuration());
    await consortium.submit(
      REGULATOR,
      'registry:configure',
      { configuration: { ...CONFIGURATION, members } },
      { headDigest },
    );
    expect(await activating()).toBe('MQ_ATTESTATIONS_MISSING');
  });

  it('is flagged where the author saw another head, or named none', async () => {
    expect(await activating({ headDigest: sha('another head') })).toBe('MQ_INTENT_HEAD');
    expect(await activating({})).toBe('MQ_INTENT_HEAD');
  });

  it('is flagged where the acting practitioner is of another organisation, or not named', async () => {
    const marking = (rest: object) => verdict('record:markEnteredInError', [mark(rest)], enteredInError);
    expect(await marking({ onBehalfOf: CLINICIAN.id })).toBe('verified');
    expect(await marking({ onBehalfOf: VALLEY_CLINICIAN.id })).toBe('MQ_PRACTITIONER_NOT_FOUND');
    expect(await marking({})).toBe('MQ_AUTHOR_NOT_ALLOWED');
  });

  it('is flagged where two items write one head, or an intent is past its time', async () => {
    const onBehalfOf = CLINICIAN.id;
    const twice = [mark({ onBehalfOf }), mark({ onBehalfOf })];
    expect(await verdict('record:markEnteredInError', twice, enteredInError)).toBe('MQ_BATCH_CONFLICT');
    const notAfter = new Date(NOW_MS - 1).toISOString();
    expect(await activating(headed({ notAfter }))).toBe('MQ_INTENT_EXPIRED');
  });
});

/** What a block's reader would write down: the flaw, or the code of the refusal. */
async function codeOfVerdict(verdict: Promise<string | null>): Promise<string | null> {
  try {
    return await verdict;
  } catch (error) {
    if (error instanceof MedQuorumError) return error.code;
    throw error;
  }
}
