import { createHash, randomBytes } from 'node:crypto';
import { VALIDATION_CODES, validationCodeName } from '../../protocol/validation-code.ts';
import type { ChaincodeDefinition, CollectionDefinition } from '../chaincode/chaincode-definition.ts';
import { chaincodeDirectory } from '../chaincode/chaincode-directory.ts';
import type { ChaincodeDirectory } from '../endorser/endorser.ts';
import { dataHash } from '../ledger/block-hash.ts';
import type { Ledger, TransactionLocation } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import type { ReadWriteSet } from '../ledger/read-write-set.ts';
import { encodeReadWriteSet } from '../ledger/read-write-set-codec.ts';
import { BlockUpdates } from '../validation/block-updates.ts';
import { checkConflicts } from '../validation/check-conflicts.ts';
import { encodeUnsignedEnvelope } from './endorser-envelope.ts';
import { LocalStub } from './local-chaincode-stub.ts';
import { LocalCommitError } from './local-commit-error.ts';

export type LocalCollection = Pick<CollectionDefinition, 'name' | 'memberMspIds'> &
  Partial<Pick<CollectionDefinition, 'memberOnlyRead' | 'memberOnlyWrite' | 'blockToLive'>>;

export type LocalResponse = Readonly<{ status: number; message?: string; payload?: Uint8Array }>;

export type LocalChannelOptions = Readonly<{
  chaincode: string;
  /** Organisations of the channel; the first one's peer executes unless a transaction names another. */
  mspIds: readonly string[];
  channelId?: string;
  collections?: readonly LocalCollection[];
  /** Other chaincodes that this one may call, by name. */
  callees?: ReadonlyMap<string, (stub: LocalStub) => Promise<LocalResponse>>;
  /** Milliseconds since 1970, for transactions that do not set their own time. */
  now?: () => number;
}>;

export type LocalTransactionOptions = Readonly<{
  /** Function and parameters. */
  args?: readonly (string | Uint8Array)[];
  creator?: Readonly<{ mspid: string; idBytes: Uint8Array }>;
  transient?: Readonly<Record<string, Uint8Array>>;
  /** Milliseconds since 1970. */
  timeMs?: number;
  /** Random when absent. */
  txId?: string;
  /** Organisation whose peer executes. */
  mspId?: string;
}>;

/**
 * A channel in memory for tests of chaincode: transactions run in this process on the simulator and the ledger of the embedded
 * network, so reads, writes, ranges, private data and conflicts are the real ones. Nothing is signed or endorsed.
 *
 * ```ts
 * const channel = await LocalChannel.open({ chaincode: 'assets', mspIds: ['Org1MSP', 'Org2MSP'] });
 * const stub = channel.newStub({ args: ['create', 'a1'], creator: { mspid: 'Org1MSP', idBytes: certificatePem } });
 * await contract.create(contextOf(stub), 'a1');
 * expect(stub.writes).toHaveLength(1);
 * await stub.commit();
 * expect(await channel.newStub().getState('a1')).toHaveLength(20);
 * await channel.close();
 * ```
 */
export class LocalChannel {
  readonly channelId: string;
  readonly chaincode: string;
  readonly mspIds: readonly string[];
  readonly ledger: Ledger;
  readonly directory: ChaincodeDirectory;
  readonly callees: NonNullable<LocalChannelOptions['callees']>;
  readonly #now: () => number;

  static async open(options: LocalChannelOptions): Promise<LocalChannel> {
    const names = [options.chaincode, ...(options.callees?.keys() ?? [])];
    const definitions = names.map((name) =>
      definitionOf(name, name === options.chaincode ? (options.collections ?? []) : []),
    );
    const directory = chaincodeDirectory(definitions, options.mspIds);
    const ledger = await openLedger({ directory: undefined, collections: directory });
    return new LocalChannel(options, ledger, directory);
  }

  private constructor(options: LocalChannelOptions, ledger: Ledger, directory: ChaincodeDirectory) {
    this.channelId = options.channelId ?? 'channel';
    this.chaincode = options.chaincode;
    this.mspIds = options.mspIds;
    this.callees = options.callees ?? new Map();
    this.#now = options.now ?? Date.now;
    this.ledger = ledger;
    this.directory = directory;
  }

  /** Starts a transaction on the state as it is now. */
  newStub(options: LocalTransactionOptions = {}): LocalStub {
    const [ownMspId = 'Org1MSP'] = this.mspIds;
    return new LocalStub(this, {
      args: (options.args ?? []).map((arg) => Buffer.from(arg)),
      creator: options.creator ?? { mspid: ownMspId, idBytes: new Uint8Array(0) },
      transient: options.transient ?? {},
      timeMs: options.timeMs ?? this.#now(),
      txId: options.txId ?? createHash('sha256').update(randomBytes(24)).digest('hex'),
      mspId: options.mspId ?? ownMspId,
    });
  }

  /** Commits one transaction as a block. @throws LocalCommitError LOCAL_READ_CONFLICT when what it read has changed meanwhile */
  async commit(transaction: {
    txId: string;
    timeMs: number;
    readWriteSet: ReadWriteSet;
    privateWrites: Uint8Array | undefined;
  }): Promise<TransactionLocation> {
    const { txId, timeMs, readWriteSet, privateWrites } = transaction;
    await this.#checkReads(readWriteSet);
    if (privateWrites !== undefined) await this.ledger.stagePrivateWrites(txId, privateWrites);
    const envelope = encodeUnsignedEnvelope({
      channelId: this.channelId,
      txId,
      timestamp: { seconds: Math.floor(timeMs / 1000), nanos: (timeMs % 1000) * 1_000_000 },
      results: encodeReadWriteSet(readWriteSet),
    });
    const number = this.ledger.height;
    await this.ledger.commit({
      number,
      previousHash: this.ledger.lastHeaderHash,
      dataHash: dataHash([envelope]),
      envelopes: [envelope],
      signatures: new Uint8Array(0),
      outcomes: [{ txId, code: 0, readWriteSet }],
    });
    return { blockNumber: number, index: 0, code: 0 };
  }

  async close(): Promise<void> {
    await this.ledger.close();
  }

  /** The conflict check of the network's validation: keys, ranges and private hashes read must be as they were. */
  async #checkReads(readWriteSet: ReadWriteSet): Promise<void> {
    const view = this.ledger.view();
    try {
      const verdict = await checkConflicts(readWriteSet, view, new BlockUpdates(view));
      if (verdict === VALIDATION_CODES.VALID) return;
      const name = validationCodeName(verdict);
      throw new LocalCommitError('LOCAL_READ_CONFLICT', `what the transaction read has changed since (${name})`);
    } finally {
      view.close();
    }
  }
}

function definitionOf(name: string, collections: readonly LocalCollection[]): ChaincodeDefinition {
  return {
    name,
    version: '1',
    sequence: 1,
    endorsementPolicy: new Uint8Array(0),
    collections: collections.map((collection) => ({
      memberOnlyRead: false,
      memberOnlyWrite: false,
      blockToLive: 0,
      endorsementPolicy: undefined,
      ...collection,
    })),
    connections: new Map(),
  };
}
