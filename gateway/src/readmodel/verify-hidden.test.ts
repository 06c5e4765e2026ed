import { LedgerSession } from '@medquorum/chaincode/ledger/ledger-session';
import { KEYS } from '@medquorum/chaincode/ledger/state';
import {
  PRIVATE_TRANSIENT_KEY,
  type PrivateVersion,
  recordCommitment,
} from '@medquorum/chaincode/record/private-version';
import {
  CITY,
  CLINICIAN,
  CONFIGURATION,
  FoundedConsortium,
  header,
  PATIENT,
  REGULATOR,
  VALLEY,
} from '@medquorum/chaincode/testing/founded-consortium';
import { CHAINCODE, CHANNEL, entryOf, NOW_MS, type Party, sha, uuidOf } from '@medquorum/chaincode/testing/party';
import type { Call } from '@medquorum/chaincode/testing/test-ledger';
import type { BlockTransaction } from './parse-block.ts';
import { RerunStore } from './rerun-store.ts';
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
        const session = new LedgerSession(new RerunStore({ get, scan: async () => [] }));
        return await verifyHidden({ ...transaction, ...changed }, tx, session);
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
