import type { KeyModification } from '../ledger/ledger.ts';
import type { LedgerRequests } from '../simulator/ledger-requests.ts';
import { QueryCursors } from '../simulator/query-cursors.ts';
import type { ScannedRow } from '../simulator/range-scan.ts';
import { SimulationError } from '../simulator/simulation-error.ts';
import { WireError } from '../wire/wire-error.ts';
import { MESSAGE_TYPE, messageTypeName } from './chaincode-message.ts';
import * as wire from './chaincode-requests.ts';

const NOTHING: Uint8Array = new Uint8Array(0);

/** Calls another chaincode for this transaction; gives the bytes of the callee's last `ChaincodeMessage`. */
export type InvokeChaincode = (
  chaincode: string,
  channelId: string,
  args: readonly Uint8Array[],
) => Promise<Uint8Array>;

/**
 * Answers the ledger requests of one chaincode in one transaction. State requests are answered at once, without a promise.
 */
export class LedgerRequestHandler {
  readonly #requests: LedgerRequests;
  readonly #namespace: string;
  readonly #invoke: InvokeChaincode;
  readonly #rows = new QueryCursors<ScannedRow>();
  readonly #modifications = new QueryCursors<KeyModification>();

  constructor(requests: LedgerRequests, namespace: string, invoke: InvokeChaincode) {
    this.#requests = requests;
    this.#namespace = namespace;
    this.#invoke = invoke;
  }

  /** The answer's payload. @throws SimulationError, WireError: see `refusalText` */
  handle(type: number, payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    switch (type) {
      case MESSAGE_TYPE.GET_STATE: {
        const { key, collection } = wire.decodeKeyRequest(payload);
        return this.#requests.get(collection, key);
      }
      case MESSAGE_TYPE.PUT_STATE: {
        const { key, value, collection } = wire.decodePutState(payload);
        this.#requests.put(collection, key, value);
        return NOTHING;
      }
      case MESSAGE_TYPE.DEL_STATE: {
        const { key, collection } = wire.decodeKeyRequest(payload);
        this.#requests.delete(collection, key);
        return NOTHING;
      }
      case MESSAGE_TYPE.PURGE_PRIVATE_DATA: {
        const { key, collection } = wire.decodeKeyRequest(payload);
        this.#requests.purge(collection, key);
        return NOTHING;
      }
      case MESSAGE_TYPE.GET_PRIVATE_DATA_HASH: {
        const { key, collection } = wire.decodeKeyRequest(payload);
        return this.#requests.getHash(collection, key);
      }
      case MESSAGE_TYPE.GET_STATE_METADATA: {
        const { key, collection } = wire.decodeKeyRequest(payload);
        return wire.encodeMetadataResult(this.#requests.getMetadata(collection, key));
      }
      case MESSAGE_TYPE.PUT_STATE_METADATA: {
        const { key, collection, entry } = wire.decodePutMetadata(payload);
        this.#requests.putMetadata(collection, key, entry);
        return NOTHING;
      }
      case MESSAGE_TYPE.GET_STATE_MULTIPLE: {
        const { keys, collection } = wire.decodeGetMultiple(payload);
        return wire.encodeMultiple(keys.map((key) => this.#requests.get(collection, key)));
      }
      case MESSAGE_TYPE.WRITE_BATCH_STATE:
        for (const record of wire.decodeWriteBatch(payload)) this.#write(record);
        return NOTHING;
      case MESSAGE_TYPE.GET_QUERY_RESULT:
        return this.#requests.refuseRichQuery(wire.decodeRichQuery(payload).collection);
      default:
        return this.#handleQuery(type, payload);
    }
  }

  closeQueries(): Promise<unknown> {
    return Promise.all([this.#rows.closeAll(), this.#modifications.closeAll()]);
  }

  async #handleQuery(type: number, payload: Uint8Array): Promise<Uint8Array> {
    switch (type) {
      case MESSAGE_TYPE.GET_STATE_BY_RANGE:
        return this.#openRange(payload);
      case MESSAGE_TYPE.GET_HISTORY_FOR_KEY: {
        const scan = this.#requests.getHistory(wire.decodeFirstText(payload));
        return wire.encodeHistory(await this.#modifications.open(scan));
      }
      case MESSAGE_TYPE.QUERY_STATE_NEXT: {
        const id = wire.decodeFirstText(payload);
        if (this.#modifications.has(id)) return wire.encodeHistory(await this.#modifications.next(id));
        return wire.encodeRows(this.#namespace, await this.#rows.next(id));
      }
      case MESSAGE_TYPE.QUERY_STATE_CLOSE: {
        const id = wire.decodeFirstText(payload);
        await this.#modifications.close(id);
        await this.#rows.close(id);
        return wire.encodeClosed(id);
      }
      case MESSAGE_TYPE.INVOKE_CHAINCODE: {
        const { chaincode, channelId, args } = wire.decodeInvocation(payload);
        return this.#invoke(chaincode, channelId, args);
      }
      default:
        throw new SimulationError(`unknown request ${messageTypeName(type)}`);
    }
  }

  async #openRange(payload: Uint8Array): Promise<Uint8Array> {
    const { start, end, collection, page } = wire.decodeRangeRequest(payload);
    if (collection === '' && page !== undefined) {
      const scan = this.#requests.getRangePage(start, end, page.size, page.bookmark);
      return wire.encodeRows(this.#namespace, await this.#rows.openPage(scan, page.size));
    }
    const scan = this.#requests.getRange(collection, start, end);
    return wire.encodeRows(this.#namespace, await this.#rows.open(scan));
  }

  #write({ type, key, value, collection, metadata }: wire.WriteRecord): void {
    switch (type) {
      case MESSAGE_TYPE.PUT_STATE:
        this.#requests.put(collection, key, value);
        return;
      case MESSAGE_TYPE.DEL_STATE:
        this.#requests.delete(collection, key);
        return;
      case MESSAGE_TYPE.PURGE_PRIVATE_DATA:
        this.#requests.purge(collection, key);
        return;
      case MESSAGE_TYPE.PUT_STATE_METADATA:
        this.#requests.putMetadata(collection, key, metadata);
        return;
      default:
        throw new SimulationError('unknown operation type');
    }
  }
}

/** What the chaincode is told of a refused request. */
export function refusalText(type: number, txId: string, error: unknown): string {
  const why =
    error instanceof WireError
      ? `unmarshal failed: ${error.message}`
      : error instanceof Error
        ? error.message
        : 'fault';
  return `${messageTypeName(type)} failed: transaction ID: ${txId}: ${why}`;
}
