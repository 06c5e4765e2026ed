import type { KeyModification } from '../ledger/ledger.ts';
import type { MetadataEntry } from '../ledger/read-write-set.ts';
import type { QueryBatch } from '../simulator/query-cursors.ts';
import type { ScannedRow } from '../simulator/range-scan.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';

// Payloads of the requests that a chaincode sends, and of their answers: peer/chaincode_shim.proto, ledger/queryresult.
// Every decoder throws WireError.

const NOTHING: Uint8Array = new Uint8Array(0);

/** `protos.ChaincodeInput` */
export function encodeInput(args: readonly Uint8Array[]): Buffer {
  const writer = new WireWriter();
  for (const arg of args) writer.element(1, arg);
  return writer.finish();
}

/** `protos.ChaincodeID.name` of a REGISTER message. */
export function decodeRegistration(payload: Uint8Array): string {
  const reader = new WireReader(payload);
  let name = '';
  while (reader.next()) if (reader.field === 2) name = reader.string();
  return name;
}

/** `protos.GetState`, `DelState`, `GetStateMetadata`, `PurgePrivateState`: key and collection. */
export function decodeKeyRequest(payload: Uint8Array): { key: string; collection: string } {
  const reader = new WireReader(payload);
  let key = '';
  let collection = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) collection = reader.string();
  }
  return { key, collection };
}

/** `protos.PutState` */
export function decodePutState(payload: Uint8Array): { key: string; value: Uint8Array; collection: string } {
  const reader = new WireReader(payload);
  let key = '';
  let value: Uint8Array = NOTHING;
  let collection = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = reader.bytes();
    else if (reader.field === 3) collection = reader.string();
  }
  return { key, value, collection };
}

/** `protos.PutStateMetadata` */
export function decodePutMetadata(payload: Uint8Array): { key: string; collection: string; entry: MetadataEntry } {
  const reader = new WireReader(payload);
  let key = '';
  let collection = '';
  let entry: MetadataEntry = { name: '', value: NOTHING };
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 3) collection = reader.string();
    else if (reader.field === 4) entry = decodeMetadata(reader.bytes());
  }
  return { key, collection, entry };
}

/** `protos.GetStateByRange` with its `QueryMetadata`; `page` undefined without one. */
export function decodeRangeRequest(payload: Uint8Array): {
  start: string;
  end: string;
  collection: string;
  page: { size: number; bookmark: string } | undefined;
} {
  const reader = new WireReader(payload);
  let start = '';
  let end = '';
  let collection = '';
  let metadata: Uint8Array = NOTHING;
  while (reader.next()) {
    if (reader.field === 1) start = reader.string();
    else if (reader.field === 2) end = reader.string();
    else if (reader.field === 3) collection = reader.string();
    else if (reader.field === 4) metadata = reader.bytes();
  }
  return { start, end, collection, page: decodePage(metadata) };
}

/** `protos.GetQueryResult`: only whether it asks for private data matters here. */
export function decodeRichQuery(payload: Uint8Array): { collection: string } {
  const reader = new WireReader(payload);
  let collection = '';
  while (reader.next()) if (reader.field === 2) collection = reader.string();
  return { collection };
}

/** Field 1 of `protos.QueryStateNext`, `QueryStateClose` (the query's id) and `GetHistoryForKey` (the key). */
export function decodeFirstText(payload: Uint8Array): string {
  const reader = new WireReader(payload);
  let text = '';
  while (reader.next()) if (reader.field === 1) text = reader.string();
  return text;
}

/** `protos.ChaincodeAdditionalParams`: reads and writes are taken in batches of so many keys. */
export function encodePeerCapabilities(maxBatchKeys: number): Buffer {
  return new WireWriter().bool(1, true).varint(2, maxBatchKeys).bool(3, true).varint(4, maxBatchKeys).finish();
}

/** `protos.GetStateMultiple` */
export function decodeGetMultiple(payload: Uint8Array): { keys: string[]; collection: string } {
  const reader = new WireReader(payload);
  const keys: string[] = [];
  let collection = '';
  while (reader.next()) {
    if (reader.field === 1) keys.push(reader.string());
    else if (reader.field === 2) collection = reader.string();
  }
  return { keys, collection };
}

/** `protos.GetStateMultipleResult` */
export function encodeMultiple(values: readonly Uint8Array[]): Buffer {
  const writer = new WireWriter();
  for (const value of values) writer.element(1, value);
  return writer.finish();
}

export type WriteRecord = Readonly<{
  type: number;
  key: string;
  value: Uint8Array;
  collection: string;
  metadata: MetadataEntry;
}>;

/** `protos.WriteBatchState`: several writes in one message. */
export function decodeWriteBatch(payload: Uint8Array): WriteRecord[] {
  const reader = new WireReader(payload);
  const records: WriteRecord[] = [];
  while (reader.next()) if (reader.field === 1) records.push(decodeWriteRecord(reader.bytes()));
  return records;
}

/** `protos.ChaincodeSpec` of a call: `name:version/channel` apart, version ignored. */
export function decodeInvocation(payload: Uint8Array): { chaincode: string; channelId: string; args: Uint8Array[] } {
  const reader = new WireReader(payload);
  let id = '';
  let args: Uint8Array[] = [];
  while (reader.next()) {
    if (reader.field === 2) id = decodeRegistration(reader.bytes());
    else if (reader.field === 3) args = decodeInput(reader.bytes());
  }
  const slash = id.indexOf('/');
  const name = slash === -1 ? id : id.slice(0, slash);
  return { chaincode: name.split(':', 1)[0] ?? '', channelId: slash === -1 ? '' : id.slice(slash + 1), args };
}

/** `protos.Response` */
export function decodeResponse(payload: Uint8Array): { status: number; message: string; payload: Uint8Array } {
  const reader = new WireReader(payload);
  let status = 0;
  let message = '';
  let body: Uint8Array = NOTHING;
  while (reader.next()) {
    if (reader.field === 1) status = reader.int32();
    else if (reader.field === 2) message = reader.string();
    else if (reader.field === 3) body = reader.bytes();
  }
  return { status, message, payload: body };
}

/** `protos.StateMetadataResult` */
export function encodeMetadataResult(entries: readonly MetadataEntry[]): Buffer {
  const writer = new WireWriter();
  for (const { name, value } of entries) writer.message(1, (w) => w.string(1, name).bytes(2, value));
  return writer.finish();
}

/** `protos.QueryResponse` of state rows, each a `queryresult.KV`. */
export function encodeRows(namespace: string, batch: QueryBatch<ScannedRow>): Buffer {
  return encodeBatch(batch, (w, { key, value }) => w.string(1, namespace).string(2, key).bytes(3, value));
}

/** `protos.QueryResponse` of a key's history, each entry a `queryresult.KeyModification`. */
export function encodeHistory(batch: QueryBatch<KeyModification>): Buffer {
  return encodeBatch(batch, (w, { txId, value, timestamp, isDelete }) => {
    w.string(1, txId).bytes(2, value);
    w.message(3, (inner) => inner.varint(1, timestamp.seconds).varint(2, timestamp.nanos));
    w.bool(4, isDelete);
  });
}

/** `protos.QueryResponse` that closes a query. */
export const encodeClosed = (id: string): Buffer => new WireWriter().string(3, id).finish();

/** `protos.ChaincodeEvent` as the transaction carries it: the endorser names chaincode and transaction. @throws WireError */
export function completeEvent(event: Uint8Array, chaincode: string, txId: string): Buffer {
  const reader = new WireReader(event);
  let name = '';
  let payload: Uint8Array = NOTHING;
  while (reader.next()) {
    if (reader.field === 3) name = reader.string();
    else if (reader.field === 4) payload = reader.bytes();
  }
  return new WireWriter().string(1, chaincode).string(2, txId).string(3, name).bytes(4, payload).finish();
}

function encodeBatch<Row>(batch: QueryBatch<Row>, write: (w: WireWriter, row: Row) => void): Buffer {
  const writer = new WireWriter();
  for (const row of batch.rows) {
    writer.message(1, (w) => w.message(1, (inner) => write(inner, row)));
  }
  writer.bool(2, batch.hasMore).string(3, batch.id);
  const { page } = batch;
  if (page !== undefined) writer.bytes(4, new WireWriter().varint(1, page.count).string(2, page.bookmark).finish());
  return writer.finish();
}

/** No page for absent metadata and for size 0 without a bookmark, as the peer sees it. */
function decodePage(metadata: Uint8Array): { size: number; bookmark: string } | undefined {
  const reader = new WireReader(metadata);
  let size = 0;
  let bookmark = '';
  while (reader.next()) {
    if (reader.field === 1) size = reader.int32();
    else if (reader.field === 2) bookmark = reader.string();
  }
  return size === 0 && bookmark === '' ? undefined : { size, bookmark };
}

function decodeMetadata(bytes: Uint8Array): MetadataEntry {
  const reader = new WireReader(bytes);
  let name = '';
  let value: Uint8Array = NOTHING;
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) value = reader.bytes();
  }
  return { name, value };
}

function decodeInput(bytes: Uint8Array): Uint8Array[] {
  const reader = new WireReader(bytes);
  const args: Uint8Array[] = [];
  while (reader.next()) if (reader.field === 1) args.push(reader.bytes());
  return args;
}

function decodeWriteRecord(bytes: Uint8Array): WriteRecord {
  const reader = new WireReader(bytes);
  let key = '';
  let value: Uint8Array = NOTHING;
  let collection = '';
  let metadata: MetadataEntry = { name: '', value: NOTHING };
  let type = 0;
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = reader.bytes();
    else if (reader.field === 3) collection = reader.string();
    else if (reader.field === 4) metadata = decodeMetadata(reader.bytes());
    else if (reader.field === 5) type = reader.int32();
  }
  return { type, key, value, collection, metadata };
}
