export default [
  {
    id: 'mvcc-read',
    title: 'two transactions that read and write one key: the second loses',
    async run(t) {
      const k = t.k('a');
      await t.submit('seed', [['put', k, '10']]);
      const a = await t.endorse('a', [['incr', k, 1]]);
      const b = await t.endorse('b', [['incr', k, 5]]);
      await t.sendAll('in-order', [a, b]);
      await t.eval('first-won', [['get', k]]);
      const c = await t.endorse('c', [['incr', k, 1]]);
      const d = await t.endorse('d', [['incr', k, 5]]);
      await t.sendAll('reversed', [d, c]);
      await t.eval('other-won', [['get', k]]);
      const e = await t.endorse('e', [['incr', t.k('new'), 1]]);
      const f = await t.endorse('f', [['incr', t.k('new'), 5]]);
      await t.sendAll('both-create', [e, f]);
      const s = await t.endorse('s', [['incr', k, 100]]);
      await t.submit('in-between', [['put', k, '0']]);
      await t.send('stale', s);
      await t.eval('final', [
        ['get', k],
        ['get', t.k('new')],
      ]);
      // conflicting submit through the ordinary one-call interface: the class of the error
      const g = await t.endorse('g', [['incr', k, 1]]);
      await t.submit('in-between-2', [['put', k, '1']]);
      const sub = await g.submit();
      const st = await sub.getStatus();
      t.record('status-object', {
        successful: st.successful,
        code: st.code,
        resultStillThere: Buffer.from(g.getResult()).toString(),
      });
      await t.settle(g.getTransactionId());
    },
  },
  {
    id: 'phantom',
    title: 'a range that changed since endorsement',
    async run(t) {
      await t.submit('seed', [
        ['put', t.k('r/1'), '1'],
        ['put', t.k('r/2'), '2'],
        ['put', t.k('r/3'), '3'],
      ]);
      const scan = ['scan', t.k('r/'), t.k('r0')];
      const pair = async (step, first) => {
        const s = await t.endorse(`${step}-e`, [scan, ['put', t.k(`sum-${step}`), 'x']]);
        const w = await t.endorse(`${step}-w`, first);
        await t.sendAll(step, [w, s]);
      };
      await pair('inserted', [['put', t.k('r/15'), 'new']]);
      await pair('deleted', [['del', t.k('r/15')]]);
      await pair('updated', [['put', t.k('r/2'), 'changed']]);
      await pair('outside', [['put', t.k('s/1'), 'elsewhere']]);
      await pair('at-exclusive-end', [['put', t.k('r0'), 'end']]);
      await pair('delete-of-absent', [['del', t.k('r/99')]]);
      await pair('same-value-written', [['put', t.k('r/3'), '3']]);
      const reads = await t.endorse('early-e', [
        ['scanfew', t.k('r/'), t.k('r0'), 1],
        ['put', t.k('early'), 'x'],
      ]);
      const late = await t.endorse('early-w', [['put', t.k('r/zzz'), 'late']]);
      await t.sendAll('insert-after-early-stop', [late, reads]);
      await t.eval('final', [
        ['scan', t.k('r/'), t.k('r0')],
        ['scan', t.k('sum'), t.k('sun')],
        ['get', t.k('early')],
      ]);
    },
  },
  {
    id: 'duplicate-transaction',
    title: 'the same envelope twice',
    async run(t) {
      const e = await t.rawEndorse({ ops: [['incr', t.k('a'), 1]] });
      await t.sendEnvelope('first', e);
      const first = t.lastInfo;
      await t.sendEnvelope('second', e);
      t.record('status-is-of-the-first', { sameBlock: t.lastInfo.block === first.block });
      await t.eval('applied-once', [['get', t.k('a')]]);
      await t.submit('marker', [['put', t.k('m'), '1']]);
      const codes = []; // every occurrence of the transaction id up to the marker
      for (let b = first.block; b <= t.lastInfo.block; b++)
        for (const x of (await t.block(b)).txs) if (x.txId === e.txId) codes.push(x.code);
      t.record('codes-in-blocks', { codes });
      // same transaction id, endorsed again as a fresh proposal
      const nonce = Buffer.alloc(24, 9);
      const o = { nonce: Buffer.concat([nonce, Buffer.from(t.nonce)]), ops: [['put', t.k('b'), '1']] };
      await t.raw('endorse-first-use', 'Endorse', o);
      const again = await t.rawEndorse({ ...o });
      await t.sendEnvelope('commit', again);
      await t.raw('endorse-after-commit', 'Endorse', o);
      await t.raw('evaluate-after-commit', 'Evaluate', o);
      await t.eval('history', [['hist', t.k('a')]]);
    },
  },
];
