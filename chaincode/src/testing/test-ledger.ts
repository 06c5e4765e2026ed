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
  timeMs?: number;
  /** The endorser's clock. */
  nowMs?: number;
  txId?: string;
  transient?: Readonly<Record<string, Uint8Array>>;
  veto?: (entry: Entry) => void;
  /** Told of each key of a collection that is read; the block shows their number. */
  onPrivateRead?: (collection: string) => void;
}>;

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
      onPrivateRead,
      ...rest
    } = options;
    const creator = { mspid: mspId, idBytes: new Uint8Array(0) };
    const stub = this.channel.newStub({ args: [call, ...args], creator, mspId, timeMs, ...rest });
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

  /** Simulates and commits a list of entries; returns the results. */
  async submit(call: Call, entries: readonly unknown[], options: InvokeOptions = {}) {
    const { result, stub } = await this.simulate(call, [JSON.stringify(entries)], options);
    await stub.commit();
    return JSON.parse(result);
  }

  /** What a list of entries would write, in key order, without committing it. */
  async writes(call: Call, entries: readonly unknown[], options: InvokeOptions = {}): Promise<LocalStub> {
    const { stub } = await this.simulate(call, [JSON.stringify(entries)], options);
    const { writes, keyPolicies, privateWrites, reads, event } = stub;
    await stub.discard();
    return { writes, keyPolicies, privateWrites, reads, event } as LocalStub;
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
