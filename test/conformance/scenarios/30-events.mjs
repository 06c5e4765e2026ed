async function collect(network, cc, options, count, ms = 8000) {
  const events = await network.getChaincodeEvents(cc, options);
  const out = [];
  const timer = setTimeout(() => events.close(), ms);
  try {
    for await (const e of events) {
      out.push(e);
      if (out.length >= count) break;
    }
  } finally {
    clearTimeout(timer);
    events.close();
  }
  return out;
}
const brief = (base) => (e) => ({
  block: Number(e.blockNumber) - base,
  name: e.eventName,
  payload: Buffer.from(e.payload).toString(),
});

export default [
  {
    id: 'events-basic',
    title: 'chaincode events: delivered once, last set wins, in order',
    async run(t) {
      const network = t.A.gateway().getNetwork(t.channel);
      await t.submit('one', [['event', 'first', 'p1']]);
      const base = t.lastInfo.block;
      const tx1 = t.lastInfo.txId;
      await t.submit('two-sets-last-wins', [
        ['event', 'lost', 'x'],
        ['event', 'kept', 'p2'],
      ]);
      await t.submit('no-event', [['put', t.k('a'), '1']]);
      await t.submit('empty-payload', [['event', 'bare', '']]);
      await t.submit('unicode', [['event', 'имя 名', 'данные']]);
      await t.eval('empty-name', [['try', ['event', '', 'x']]]);
      await t.submit('event-of-failed', [
        ['event', 'failed', 'x'],
        ['fail', 'no'],
      ]);
      await t.eval('event-of-evaluate', [['event', 'evaluated', 'x']]);
      await t.submit('last', [['event', 'last', 'p9']]);
      const got = await collect(network, t.cc, { startBlock: BigInt(base) }, 5);
      t.record('delivered', {
        events: got.map(brief(base)),
        chaincode: got.every((e) => e.chaincodeName === t.cc),
        firstTx: got[0].transactionId === tx1,
      });
      const other = await collect(t.B.gateway().getNetwork(t.channel), t.cc, { startBlock: BigInt(base) }, 5);
      t.record('same-at-second-org', {
        same: JSON.stringify(other.map(brief(base))) === JSON.stringify(got.map(brief(base))),
      });
      const tx = await t.txInBlock({ txId: tx1, block: base });
      t.record('event-in-block', {
        chaincode: tx.event.chaincode,
        name: tx.event.name,
        payload: tx.event.payload,
        txIdSet: tx.event.txId === tx1,
      });
    },
  },
  {
    id: 'events-replay',
    title: 'start block, checkpoint after a transaction, default start',
    async run(t) {
      const network = t.A.gateway().getNetwork(t.channel);
      const blocks = [];
      const ids = [];
      for (const n of ['e1', 'e2', 'e3', 'e4']) {
        await t.submit(n, [['event', n, n]]);
        blocks.push(t.lastInfo.block);
        ids.push(t.lastInfo.txId);
      }
      const base = blocks[0];
      const names = async (o, n) => (await collect(network, t.cc, o, n, 4000)).map((e) => e.eventName);
      t.record('from-first', { names: await names({ startBlock: BigInt(base) }, 4) });
      t.record('from-third', { names: await names({ startBlock: BigInt(blocks[2]) }, 2) });
      t.record('after-second-transaction', {
        names: await names(
          { checkpoint: { getBlockNumber: () => BigInt(blocks[1]), getTransactionId: () => ids[1] } },
          2,
        ),
      });
      t.record('checkpoint-block-only', {
        names: await names(
          { checkpoint: { getBlockNumber: () => BigInt(blocks[2]), getTransactionId: () => undefined } },
          2,
        ),
      });
      t.record('empty-checkpoint-uses-start', {
        names: await names(
          {
            checkpoint: { getBlockNumber: () => undefined, getTransactionId: () => undefined },
            startBlock: BigInt(blocks[3]),
          },
          1,
        ),
      });
      t.record('checkpoint-beats-start', {
        names: await names(
          {
            checkpoint: { getBlockNumber: () => BigInt(blocks[3]), getTransactionId: () => undefined },
            startBlock: BigInt(base),
          },
          1,
        ),
      });
      const live = collect(network, t.cc, {}, 1);
      await t.sleep(500);
      await t.submit('e5', [['event', 'e5', 'live']]);
      t.record('default-start-is-next', { names: (await live).map((e) => e.eventName) });
      const future = collect(network, t.cc, { startBlock: BigInt(t.lastInfo.block + 2) }, 1);
      await t.sleep(300);
      await t.submit('e6-skipped', [['event', 'e6', '']]);
      const jump = t.lastInfo.block;
      await t.submit('e7-delivered', [['event', 'e7', '']]);
      t.record('future-start', { names: (await future).map((e) => e.eventName), after: t.lastInfo.block - jump });
    },
  },
];
