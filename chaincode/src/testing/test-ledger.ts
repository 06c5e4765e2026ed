import { deepStrictEqual } from 'node:assert';
import type { LocalStub } from '@medquorum/network/embedded/simulator/local-chaincode-stub';
import { LocalChannel } from '@medquorum/network/embedded/simulator/local-stub';
import type { Context } from 'fabric-contract-api';
import { makeContracts } from '../contracts.ts';
import type { Entry } from '../ledger/entry.ts';
import { decodeState, type StateKind, type StateOf } from '../ledger/state.ts';
import { CHAINCODE, CHANNEL, NOW_MS } from './party.ts';

export const MSP_IDS = [
  'CityHospitalMSP',
  'ValleyHospitalMSP',
  'UnityInsuranceMSP',
  'MeridianResearchMSP',
  'HealthRegulatorMSP',
] as const;

export type Call = `${string}:${string}`;
export type InvokeOptions = Readonly<{
  /** Organisation of the submitter's certificate. */
  mspId?: string;
  /** Organisation whose peer and chaincode process execute; the submitter's where it is not given. */
  peer?: string;
  timeMs?: number;
  /** The endorser's clock. */
  nowMs?: number;
  txId?: string;
  transient?: Readonly<Record<string, Uint8Array>>;
  veto?: (entry: Entry) => void;
  /** Told of each key of a collection that is read; the block shows their number. */
  onPrivateRead?: (collection: string) => void;
}>;

/** A member of the private collection, so that it can answer everything. */
const SECOND_ENDORSER = 'HealthRegulatorMSP';

/** Chaincode `ehr` on the simulator and ledger of the embedded network, in memory. */
export class TestLedger {
  readonly channel: LocalChannel;

  static async open(): Promise<TestLedger> {
    const memberMspIds = ['CityHospitalMSP', 'ValleyHospitalMSP', 'HealthRegulatorMSP'];
    const collections = [{ name: 'segregatedRecords', memberMspIds, memberOnlyRead: true, memberOnlyWrite: true }];
    const options = { chaincode: CHAINCODE, channelId: CHANNEL, mspIds: MSP_IDS, collections, now: () => NOW_MS };
    return new TestLedger(await LocalChannel.open(options));
  }

  private constructor(channel: LocalChannel) {
    this.channel = channel;
  }

  /** Simulates a call without committing it; the stub shows what it would write. */
  async simulate(call: Call, args: readonly string[], options: InvokeOptions = {}) {
    const {
      mspId = 'CityHospitalMSP',
      timeMs = NOW_MS,
      nowMs = timeMs,
      veto = () => {},
      peer = mspId,
      onPrivateRead,
      ...rest
    } = options;
    const creator = { mspid: mspId, idBytes: new Uint8Array(0) };
    const stub = this.channel.newStub({ args: [call, ...args], creator, mspId: peer, timeMs, ...rest });
    if (onPrivateRead !== undefined) {
      const read = stub.getPrivateData.bind(stub);
      stub.getPrivateData = (collection, key) => {
        onPrivateRead(collection);
        return read(collection, key);
      };
    }
    const [name, fn = ''] = call.split(':');
    const contract = makeContracts({ now: () => nowMs, veto })
      .map((Class) => new Class())
      .find((candidate) => candidate.getName() === name);
    const method = Reflect.get(contract ?? {}, fn) as (ctx: Context, ...args: string[]) => Promise<string>;
    const ctx = { stub, clientIdentity: { getMSPID: () => mspId } } as unknown as Context;
    try {
      return { result: await method.call(contract, ctx, ...args), stub };
    } catch (error) {
      await stub.discard();
      throw error;
    }
  }

  /**
   * Simulates and commits a list of entries; returns the results. Every time, a second endorser with another clock does
   * the same and has to come to the same bytes.
   */
  async submit(call: Call, entries: readonly unknown[], options: InvokeOptions = {}) {
    const args = [JSON.stringify(entries)];
    const { result, stub } = await this.simulate(call, args, options);
    const timeMs = options.timeMs ?? NOW_MS;
    const other = { peer: SECOND_ENDORSER, nowMs: options.nowMs ?? timeMs - 200_000, txId: stub.getTxID() };
    const second = await this.simulate(call, args, { ...options, ...other });
    deepStrictEqual({ result: second.result, ...effects(second.stub) }, { result, ...effects(stub) });
    await second.stub.discard();
    await stub.commit();
    return JSON.parse(result);
  }

  /** What a list of entries would write, in key order, without committing it. */
  async writes(call: Call, entries: readonly unknown[], options: InvokeOptions = {}): Promise<Effects> {
    const { stub } = await this.simulate(call, [JSON.stringify(entries)], options);
    const done = effects(stub);
    await stub.discard();
    return done;
  }

  /** Evaluates a reading method. */
  async read(call: Call, ...args: string[]) {
    const { result, stub } = await this.simulate(call, args);
    await stub.discard();
    return JSON.parse(result);
  }

  /** A committed state by its key. */
  state<K extends StateKind>(key: string): StateOf<K> | undefined {
    const view = this.channel.ledger.view();
    try {
      const value = view.get(CHAINCODE, key)?.value;
      return value && (decodeState(key, value) as StateOf<K>);
    } finally {
      view.close();
    }
  }

  async close(): Promise<void> {
    await this.channel.close();
  }
}

/** What a transaction did, as the block would have it. */
export type Effects = Pick<LocalStub, 'writes' | 'keyPolicies' | 'privateWrites' | 'reads' | 'event'>;

function effects({ writes, keyPolicies, privateWrites, reads, event }: LocalStub): Effects {
  return { writes, keyPolicies, privateWrites, reads, event };
}
