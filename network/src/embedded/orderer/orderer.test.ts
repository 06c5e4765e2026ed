import { BROADCAST_SUCCESS } from './broadcast-check.ts';
import { type CutMode, Orderer } from './orderer.ts';

const BATCH = { maxMessageCount: 3, absoluteMaxBytes: 1000, preferredMaxBytes: 500, timeoutMs: 40 };

/** An orderer whose commits are held back until they are let go. */
function heldOrderer(mode: CutMode) {
  const blocks: string[][] = [];
  const waiting: (() => void)[] = [];
  const faults: unknown[] = [];
  let failNext = false;
  const orderer = new Orderer({
    batch: BATCH,
    mode,
    check: (envelope) =>
      envelope.length > BATCH.absoluteMaxBytes ? { status: 400, info: 'large' } : BROADCAST_SUCCESS,
    commit: async (batch) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      if (failNext) throw new Error('disk full');
      blocks.push(batch.map((envelope) => Buffer.from(envelope).toString()));
    },
    onFault: (fault) => faults.push(fault),
  });
  const send = (...names: string[]) => names.map((name) => orderer.broadcast(Buffer.from(name)).status);
  const letGo = async (): Promise<void> => {
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    waiting.shift()?.();
  };
  const fail = () => {
    failNext = true;
  };
  return { orderer, blocks, faults, send, letGo, fail };
}

describe('eager cutting', () => {
  it('does not let a lone envelope wait, and gathers what comes during a commit', async () => {
    const { orderer, blocks, send, letGo } = heldOrderer('eager');
    expect(send('a')).toEqual([200]);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    send('b', 'c');
    await letGo();
    await letGo();
    await orderer.settled();
    expect(blocks).toEqual([['a'], ['b', 'c']]);
    expect(orderer.cutting.waiting).toBe(0);
  });
});

describe('cutting by time', () => {
  it('waits for the timeout or a full block', async () => {
    const { orderer, blocks, send, letGo } = heldOrderer('timeout');
    send('a', 'b', 'c', 'd');
    await letGo();
    const before = performance.now();
    await letGo();
    await orderer.settled();
    expect(blocks).toEqual([['a', 'b', 'c'], ['d']]);
    expect(performance.now() - before).toBeGreaterThan(BATCH.timeoutMs / 2);
  });
});

describe('cutting by hand', () => {
  it('waits until it is told, and changes its ways when told', async () => {
    const { orderer, blocks, send, letGo } = heldOrderer('manual');
    send('a', 'b');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(orderer.cutting.waiting).toBe(2);
    const cut = orderer.cut();
    await letGo();
    await cut;
    orderer.setCutting('manual', { maxMessageCount: 1 });
    send('c');
    await letGo();
    await orderer.settled();
    expect(blocks).toEqual([['a', 'b'], ['c']]);
  });
});

describe('the orderer', () => {
  it('refuses what the check refuses', () => {
    const { orderer } = heldOrderer('manual');
    expect(orderer.broadcast(Buffer.alloc(2000))).toEqual({ status: 400, info: 'large' });
  });

  it('drops what waits when it is interrupted, and runs nothing beside the action', async () => {
    const { orderer, blocks, send, letGo } = heldOrderer('eager');
    send('a');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    send('b');
    let acting = false;
    const interrupted = orderer.interrupt(async () => {
      acting = true;
      send('c');
      await new Promise((resolve) => setImmediate(resolve));
      expect(blocks).toEqual([['a']]);
      acting = false;
    });
    await letGo();
    await interrupted;
    expect(acting).toBe(false);
    await letGo();
    await orderer.settled();
    expect(blocks).toEqual([['a'], ['c']]);
  });

  it('stops for good when a commit fails', async () => {
    const { orderer, faults, send, letGo, fail } = heldOrderer('eager');
    fail();
    send('a');
    await letGo();
    await expect(orderer.settled()).rejects.toThrow('disk full');
    expect(send('b')).toEqual([503]);
    expect(faults).toHaveLength(1);
  });

  it('commits what waits when it is closed', async () => {
    const { orderer, blocks, send, letGo } = heldOrderer('manual');
    send('a');
    const closed = orderer.close();
    await letGo();
    await closed;
    expect(blocks).toEqual([['a']]);
    expect(send('b')).toEqual([503]);
  });
});
