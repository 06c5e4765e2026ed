import { type CollectionDefinition, IMPLICIT_COLLECTION_PREFIX } from '../chaincode/chaincode-definition.ts';
import type { KeyModification } from '../ledger/ledger.ts';
import type { MetadataEntry } from '../ledger/read-write-set.ts';
import { PlainScan, type RowScan } from './range-scan.ts';
import { SimulationError } from './simulation-error.ts';
import type { TransactionSimulator } from './transaction-simulator.ts';

export type LedgerRequestsOptions = Readonly<{
  simulator: TransactionSimulator;
  channelId: string;
  /** The chaincode's name: its namespace on the ledger. */
  namespace: string;
  /** Organisation of the proposal's creator, for member-only collections. */
  creatorMspId: string;
  findCollection(chaincode: string, collection: string): CollectionDefinition | undefined;
  history(namespace: string, key: string): AsyncIterator<KeyModification>;
}>;

/**
 * The ledger as one chaincode sees it in one transaction: the requests of the shim protocol, with the access rules of private
 * collections. An empty collection name means public state, as on the wire.
 * Every method throws SimulationError with the peer's text.
 */
export class LedgerRequests {
  readonly #options: LedgerRequestsOptions;

  constructor(options: LedgerRequestsOptions) {
    this.#options = options;
  }

  get(collection: string, key: string): Uint8Array {
    const { simulator, namespace } = this.#options;
    if (collection === '') return simulator.getState(namespace, key);
    this.#checkRead(collection);
    return simulator.getPrivateData(namespace, collection, key);
  }

  put(collection: string, key: string, value: Uint8Array): void {
    const { simulator, namespace } = this.#options;
    if (collection === '') {
      simulator.setState(namespace, key, value);
      return;
    }
    this.#checkWrite(collection);
    simulator.setPrivateData(namespace, collection, key, value);
  }

  delete(collection: string, key: string): void {
    const { simulator, namespace } = this.#options;
    if (collection === '') {
      simulator.deleteState(namespace, key);
      return;
    }
    this.#checkWrite(collection);
    simulator.deletePrivateData(namespace, collection, key);
  }

  purge(collection: string, key: string): void {
    if (collection === '') throw new SimulationError('only applicable for private data');
    this.#checkWrite(collection);
    this.#options.simulator.purgePrivateData(this.#options.namespace, collection, key);
  }

  /** Any organisation and any creator may read a hash. */
  getHash(collection: string, key: string): Uint8Array {
    return this.#options.simulator.getPrivateDataHash(this.#options.namespace, collection, key);
  }

  getMetadata(collection: string, key: string): readonly MetadataEntry[] {
    const { simulator, namespace } = this.#options;
    if (collection === '') return simulator.getStateMetadata(namespace, key);
    this.#checkRead(collection);
    return simulator.getPrivateDataMetadata(namespace, collection, key);
  }

  putMetadata(collection: string, key: string, entry: MetadataEntry): void {
    const { simulator, namespace } = this.#options;
    if (collection === '') {
      simulator.setStateMetadata(namespace, key, [entry]);
      return;
    }
    this.#checkWrite(collection);
    simulator.setPrivateDataMetadata(namespace, collection, key, [entry]);
  }

  getRange(collection: string, start: string, end: string): RowScan {
    const { simulator, namespace } = this.#options;
    if (collection === '') return simulator.getRange(namespace, start, end);
    this.#checkRead(collection);
    return simulator.getPrivateRange(namespace, collection, start, end);
  }

  /** A page of public state; a bookmark, when there is one, is where it starts. */
  getRangePage(start: string, end: string, pageSize: number, bookmark: string): RowScan {
    const { simulator, namespace } = this.#options;
    return simulator.getRangePage(namespace, bookmark === '' ? start : bookmark, end, pageSize);
  }

  getHistory(key: string): PlainScan<KeyModification> {
    return new PlainScan(this.#options.history(this.#options.namespace, key));
  }

  /** Rich queries need another state database. */
  refuseRichQuery(collection: string): never {
    if (collection !== '') this.#checkRead(collection);
    throw new SimulationError('ExecuteQuery not supported for leveldb');
  }

  #checkRead(collection: string): void {
    const rule = this.#accessRule(collection);
    if (rule?.memberOnlyRead === true && !rule.memberMspIds.includes(this.#options.creatorMspId))
      throw this.#noAccess('read', collection);
  }

  #checkWrite(collection: string): void {
    const rule = this.#accessRule(collection);
    if (rule?.memberOnlyWrite === true && !rule.memberMspIds.includes(this.#options.creatorMspId))
      throw this.#noAccess('write', collection);
  }

  /** Undefined for an implicit collection of an unknown organisation: no rule refuses it, the simulator itself does. */
  #accessRule(name: string): CollectionDefinition | undefined {
    const { findCollection, channelId, namespace, simulator } = this.#options;
    simulator.readCollectionDefinitions(namespace);
    const collection = findCollection(namespace, name);
    if (collection === undefined && !name.startsWith(IMPLICIT_COLLECTION_PREFIX)) {
      throw new SimulationError(`collection ${channelId}/${namespace}/${name} could not be found`);
    }
    return collection;
  }

  #noAccess(kind: 'read' | 'write', collection: string): SimulationError {
    return new SimulationError(
      `tx creator does not have ${kind} access permission on privatedata in chaincodeName:${this.#options.namespace} collectionName: ${collection}`,
    );
  }
}
