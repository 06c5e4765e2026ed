import { CODE } from '../lib/net.mjs';

export default [
  {
    id: 'sizes',
    title: 'values and results of some megabytes, envelope over the limit of the channel',
    async run(t) {
      const back = async (step, n) =>
        t.attempt(step, async () => {
          const r = await t.gwProposal([['pad', n]]).evaluate();
          return { bytes: r.length };
        });
      await back('result-1-megabyte', 1 << 20);
      await back('result-5-megabytes', 5 << 20);
      await t.submit('write-1-megabyte', [
        ['putn', t.k('a'), 1 << 20, 'a'],
        ['return', 200, '', 'ok'],
      ]);
      await t.submit('write-3-megabytes', [
        ['putn', t.k('b'), 3 << 20, 'b'],
        ['return', 200, '', 'ok'],
      ]);
      await t.eval('written', [
        ['get', t.k('a')],
        ['get', t.k('b')],
      ]);
      // AbsoluteMaxBytes of the recorded channel is 4 MB: the exact envelope size is not kept
      const r = await t.endorse(
        'over-the-limit-endorse',
        [
          ['putn', t.k('c'), 5 << 20, 'c'],
          ['return', 200, '', 'ok'],
        ],
        { always: true },
      );
      if (r) {
        try {
          await r.submit();
          t.record('over-the-limit', { accepted: true });
        } catch (e) {
          const n = t.norm.error(e);
          n.message = n.message.replace(/\d{6,}/g, '#');
          for (const detail of n.details ?? []) detail.msg = detail.msg.replace(/\d{6,}/g, '#');
          t.record('over-the-limit', n);
        }
      }
      await t.eval('over-the-limit-not-written', [['get', t.k('c')]]);
      await t.eval('argument-3-megabytes', [], { fn: 'raw', args: ['bytes', Buffer.from('ab'.repeat(3 << 19))] });
    },
  },
  {
    id: 'concurrency',
    title: '600 evaluates at once against the limit of 500; parallel transactions',
    async run(t) {
      const contract = t.contract();
      const out = await Promise.all(
        Array.from({ length: 600 }, () =>
          contract.evaluate('run', { arguments: ['[["sleep",6000]]'] }).then(
            () => 'OK',
            (e) => `${CODE[e.code]}: ${t.norm.text(e.cause ? e.cause.details : e.message)}`,
          ),
        ),
      );
      const count = {};
      for (const o of out) count[o] = (count[o] || 0) + 1;
      // event streams that clients have left behind can still hold a few of the 500 places, so the number itself is not kept
      const ok = count.OK || 0;
      t.record('600-at-once', {
        okAtMost500: ok <= 500,
        okNearly500: ok >= 450,
        answered: out.length,
        refusedAs: Object.keys(count).filter((k) => k !== 'OK'),
      });
      await t.eval('works-afterwards', [['env']]);
      const many = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          contract.evaluate('run', { arguments: [JSON.stringify([['get', t.k(`x${i}`)]])] }).then(
            () => 'OK',
            (e) => CODE[e.code],
          ),
        ),
      );
      t.record('100-at-once', { ok: many.filter((x) => x === 'OK').length });
      const sent = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          (async () => {
            const tx = await t.gwProposal([['put', t.k(`p${String(i).padStart(2, '0')}`), String(i)]]).endorse();
            const st = await (await tx.submit()).getStatus();
            return { code: st.code, block: Number(st.blockNumber), txId: tx.getTransactionId() };
          })(),
        ),
      );
      for (const x of sent) await t.settle(x.txId);
      const perBlock = {};
      for (const x of sent) perBlock[x.block] = (perBlock[x.block] || 0) + 1;
      t.record('40-transactions-at-once', {
        valid: sent.filter((x) => x.code === 0).length,
        noBlockOverTheMessageLimit: Object.values(perBlock).every((n) => n <= 10),
      });
      await t.eval('40-keys', [['scan', t.k('p'), t.k('q')]]);
      const race = await Promise.all(
        Array.from({ length: 10 }, (_, _i) => t.gwProposal([['incr', t.k('race'), 1]]).endorse()),
      );
      const codes = [];
      for (const tx of race) codes.push(await (await tx.submit()).getStatus());
      for (const tx of race) await t.settle(tx.getTransactionId());
      t.record('10-increments-of-one-value', { codes: codes.map((c) => c.code) });
      await t.eval('incremented-once', [['get', t.k('race')]]);
    },
  },
];
