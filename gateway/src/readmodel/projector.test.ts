import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { KEYS } from '@medquorum/chaincode/ledger/state';
import { CHAINCODE_NAME } from '@medquorum/chaincode/ledger/transaction';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import { type Position, Projector } from './projector.ts';
import { rowKey } from './row-key.ts';
import { StateRows } from './state-rows.ts';
import { verifyTransaction } from './verify-transaction.ts';

const CHANNEL = 'medquorum';
const RECORD_ID = '0d3e2a54-1b7c-4f0e-9c6d-5a4b3c2d1e0f';
const KEY = KEYS.record(RECORD_ID);
const HEAD = {
  v: 1,
  kind: 'record',
  recordId: RECORD_ID,
  custodian: 'CityHospitalMSP',
  patient: null,
  latestVersion: 1,
  activeVersion: null,
  entry: {},
};

/** What a few could write into a head, and nobody must stumble over. */
const ODD_HEADS: readonly string[] = [
  'no JSON',
  '{}',
  JSON.stringify(HEAD),
  JSON.stringify({ ...HEAD, versions: [null] }),
  JSON.stringify({ ...HEAD, versions: [], latestVersion: 'first' }),
  JSON.stringify({ ...HEAD, versions: [], latestVersion: 1e30 }),
  JSON.stringify({ ...HEAD, versions: [], custodian: '\u0000' }),
  JSON.stringify({ ...HEAD, versions: [], patient: { toString: 1 } }),
];

describe('the projector', () => {
  let directory: string;
  let postgres: EmbeddedPostgres;
  let db: Database;
  let projector: Projector;
  let position: Position;

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'mq-projector-'));
    postgres = await startEmbeddedPostgres({ dir: directory });
    db = await openDatabase(await postgres.urlFor('projector'), 2);
  }, 120_000);
  afterAll(async () => {
    await db.destroy();
    await postgres.close();
    removePostgresData(directory);
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const trusting = new Projector(db, CHANNEL, CHAINCODE_NAME, async () => null);
    await trusting.reset();
    const head = { ...HEAD, versions: [{ status: 'proposed', digest: 'd' }] };
    const { position: next } = await trusting.project(
      blockOf(0, (set) => addWrite(set, JSON.stringify(head))),
      {
        nextBlock: 0,
        blockHash: undefined,
      },
    );
    position = { ...next, blockHash: undefined };
    projector = new Projector(db, CHANNEL, CHAINCODE_NAME, verifyTransaction);
  });

  const row = () => db.selectFrom('ledgerState').selectAll().where('key', '=', rowKey(KEY)).executeTakeFirst();

  it('keeps what was deleted without right, and says that it is not to be trusted', async () => {
    expect(await row()).toMatchObject({ flaw: null });
    const { flawed } = await projector.project(
      blockOf(1, (set) => addWrite(set, undefined)),
      position,
    );
    expect(flawed).toEqual([expect.objectContaining({ flaw: 'MQ_INPUT_INVALID' })]);
    expect(await row()).toMatchObject({ flaw: 'MQ_INPUT_INVALID', recordId: RECORD_ID });
  });

  it.each(ODD_HEADS)('goes on after a head that is none: %s', async (head) => {
    const { flawed } = await projector.project(
      blockOf(1, (set) => addWrite(set, head)),
      position,
    );
    expect(flawed).toHaveLength(1);
    expect(await row()).toMatchObject({ kind: 'unreadable' });
  });

  it.each(['registry:pruneNonces', 'access:decide'])('goes on after %s with arguments that are none', async (name) => {
    const transaction = {
      txId: '1',
      txIndex: 0,
      validationCode: 0,
      timeMs: 8.64e15,
      submitterMspId: 'CityHospitalMSP',
      channel: CHANNEL,
      reads: [],
      writes: [],
      policies: [],
      collections: [],
    };
    for (const args of [['{'], ['[null]'], ['[[]]'], []]) {
      const invocation = { chaincode: CHAINCODE_NAME, functionName: name, args };
      expect(await verifyTransaction({ ...transaction, invocation }, new StateRows(db))).toMatch(/^MQ_/);
    }
  });

  it('sees a key policy that was changed without right and with nothing else', async () => {
    const { flawed } = await projector.project(blockOf(1, addPolicy), position);
    expect(flawed).toHaveLength(1);
    expect(await row()).toMatchObject({ flaw: 'MQ_INPUT_INVALID', recordId: RECORD_ID });
  });
});

/** A valid transaction of a function that the chaincode does not have, alone in a block. */
function blockOf(number: number, fill: (set: ledger.rwset.kvrwset.KVRWSet) => void): common.Block {
  const set = new ledger.rwset.kvrwset.KVRWSet();
  fill(set);
  const namespace = new ledger.rwset.NsReadWriteSet();
  namespace.setNamespace(CHAINCODE_NAME);
  namespace.setRwset(set.serializeBinary());
  const sets = new ledger.rwset.TxReadWriteSet();
  sets.addNsRwset(namespace);
  const chaincodeAction = new peer.ChaincodeAction();
  chaincodeAction.setResults(sets.serializeBinary());
  const response = new peer.ProposalResponsePayload();
  response.setExtension$(chaincodeAction.serializeBinary());
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(response.serializeBinary());
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.addActions(action);

  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setChannelId(CHANNEL);
  channelHeader.setTxId(`${number}`);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());

  const data = new common.BlockData();
  data.setDataList([envelope.serializeBinary()]);
  const blockHeader = new common.BlockHeader();
  blockHeader.setNumber(number);
  blockHeader.setDataHash(createHash('sha256').update(envelope.serializeBinary()).digest());
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([new Uint8Array(), new Uint8Array(), Uint8Array.of(0)]);
  const block = new common.Block();
  block.setHeader(blockHeader);
  block.setData(data);
  block.setMetadata(metadata);
  return block;
}

/** @param value absent: the key is deleted */
function addWrite(set: ledger.rwset.kvrwset.KVRWSet, value: string | undefined): void {
  const write = new ledger.rwset.kvrwset.KVWrite();
  write.setKey(KEY);
  if (value === undefined) write.setIsDelete(true);
  else write.setValue(Buffer.from(value));
  set.addWrites(write);
}

function addPolicy(set: ledger.rwset.kvrwset.KVRWSet): void {
  const entry = new ledger.rwset.kvrwset.KVMetadataEntry();
  entry.setName('VALIDATION_PARAMETER');
  entry.setValue(Uint8Array.of(1));
  const write = new ledger.rwset.kvrwset.KVMetadataWrite();
  write.setKey(KEY);
  write.addEntries(entry);
  set.addMetadataWrites(write);
}
