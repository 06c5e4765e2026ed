import { createRequire } from 'node:module';
import { peer } from '@hyperledger/fabric-protos';
import { encodePeerCapabilities } from '@medquorum/network/embedded/chaincode/chaincode-requests';
import fc from 'fast-check';
import type { StateWrite } from '../ledger/state-store.ts';
import { SEED } from '../testing/seed.ts';
import { batchLimits, noteBatchLimits, type ShimStub } from './state-batches.ts';
import { StubStateStore } from './stub-state-store.ts';

const fromShim = createRequire(createRequire(import.meta.url).resolve('fabric-shim'));
const shim = fromShim('@hyperledger/fabric-protos').peer;
const { PUT_STATE, DEL_STATE, PUT_STATE_METADATA } = peer.WriteRecord.Type;

type Message = { getType(): number; getPayload_asU8(): Uint8Array; getTxid(): string; getChannelId(): string };

/** A stub whose peer has said what it takes, and answers reads with the key's own bytes, or with none for `absent…`. */
function stubOf(ready: Uint8Array) {
  const asked: Message[] = [];
  const alone: string[] = [];
  const stream = {
    on: (_event: 'data', listener: (message: never) => void) => {
      const message = new shim.ChaincodeMessage();
      message.setType(shim.ChaincodeMessage.Type.READY);
      message.setPayload(ready);
      listener(message as never);
    },
  };
  noteBatchLimits(stream);
  const value = (key: string) => Buffer.from(key.startsWith('absent') ? '' : key);
  const stub = {
    txId: 'tx',
    channel_id: 'records',
    handler: {
      _stream: stream,
      _askPeerAndListen: async (message: Message) => {
        asked.push(message);
        const result = new peer.GetStateMultipleResult();
        if (message.getType() === peer.ChaincodeMessage.Type.GET_STATE_MULTIPLE) {
          const { keysList } = peer.GetStateMultiple.deserializeBinary(message.getPayload_asU8()).toObject();
          result.setValuesList(keysList.map(value));
        }
        return Buffer.from(result.serializeBinary());
      },
    },
    getState: async (key: string) => {
      alone.push(`get ${key}`);
      return value(key);
    },
    putState: async (key: string) => alone.push(`put ${key}`),
    deleteState: async (key: string) => alone.push(`delete ${key}`),
    setStateValidationParameter: async (key: string) => alone.push(`policy ${key}`),
  };
  return { store: new StubStateStore(stub as never), stub: stub as unknown as ShimStub, asked, alone };
}

const records = (message: Message) => peer.WriteBatchState.deserializeBinary(message.getPayload_asU8()).getRecList();
const capable = (keys: number) => encodePeerCapabilities(keys);
const WRITES: readonly StateWrite[] = [
  { key: 'a', value: Buffer.from('1') },
  { key: 'b', value: null },
  { key: 'c', value: Buffer.from('3'), policy: Buffer.from('policy') },
];

describe('batches of state', () => {
  it('are what the peer says it takes', () => {
    expect(batchLimits(capable(1000))).toEqual({ maxReads: 1000, maxWrites: 1000 });
    expect(batchLimits(new Uint8Array())).toEqual({ maxReads: 0, maxWrites: 0 });
    // a peer may name a size and not take them
    expect(batchLimits(Uint8Array.of(0x10, 0x64, 0x18, 0x01, 0x20, 0x05))).toEqual({ maxReads: 5, maxWrites: 0 });
  });

  it('read many keys in one message, absent ones among them, in their order', async () => {
    const { store, asked, alone } = stubOf(capable(1000));
    const values = await store.getMany(['b', 'absent', 'a']);
    expect(values.map((value) => value && Buffer.from(value).toString())).toEqual(['b', undefined, 'a']);
    expect(asked.map((message) => [message.getTxid(), message.getChannelId()])).toEqual([['tx', 'records']]);
    expect(alone).toEqual([]);
  });

  it('are divided at the size that the peer names, a key and its policy kept together', async () => {
    const { store, asked } = stubOf(capable(2));
    await store.getMany(['a', 'b', 'c', 'd', 'e']);
    expect(asked).toHaveLength(3);
    await store.writeAll(WRITES);
    expect(asked.slice(3).map((message) => records(message).map((it) => it.getKey()))).toEqual([
      ['a', 'b'],
      ['c', 'c'],
    ]);
  });

  it('write what single messages would', async () => {
    const { store, asked } = stubOf(capable(1000));
    await store.writeAll(WRITES);
    const [message] = asked;
    if (message === undefined) throw new Error('nothing was asked');
    expect(
      records(message).map((it) => [it.getType(), it.getKey(), Buffer.from(it.getValue_asU8()).toString()]),
    ).toEqual([
      [PUT_STATE, 'a', '1'],
      [DEL_STATE, 'b', ''],
      [PUT_STATE, 'c', '3'],
      [PUT_STATE_METADATA, 'c', ''],
    ]);
    const metadata = records(message).at(-1)?.getMetadata();
    expect([metadata?.getMetakey(), Buffer.from(metadata?.getValue_asU8() ?? []).toString()]).toEqual([
      'VALIDATION_PARAMETER',
      'policy',
    ]);
  });

  it('are not sent to a peer that takes none', async () => {
    const { store, asked, alone } = stubOf(new Uint8Array());
    await store.getMany(['a', 'absent']);
    await store.writeAll(WRITES);
    expect(asked).toEqual([]);
    expect(alone).toEqual(['get a', 'get absent', 'put a', 'delete b', 'put c', 'policy c']);
  });

  it('carry any key and value unchanged', async () => {
    const { store, asked } = stubOf(capable(1000));
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ key: fc.string({ minLength: 1, unit: 'grapheme' }), value: fc.uint8Array({ maxLength: 300 }) }),
          {
            minLength: 2,
            maxLength: 20,
          },
        ),
        async (writes) => {
          asked.length = 0;
          await store.writeAll(writes);
          const [message] = asked;
          const read = message === undefined ? [] : records(message);
          expect(read.map((it) => ({ key: it.getKey(), value: it.getValue_asU8() }))).toEqual(writes);
        },
      ),
      { seed: SEED },
    );
  });
});
