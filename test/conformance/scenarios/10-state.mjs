export default [
  {
    id: 'state-putget',
    title: 'put, get, overwrite, delete, absent key',
    async run(t) {
      const k = t.k('a');
      await t.eval('get-absent', [['get', k]]);
      await t.submit('put', [['put', k, 'one']]);
      await t.eval('get', [['get', k]]);
      await t.submit('overwrite', [
        ['get', k],
        ['put', k, 'two'],
      ]);
      await t.eval('get-again', [['get', k]]);
      await t.eval('get-from-second-org', [['get', k]], { via: 1 });
      await t.eval('get-from-third-org', [['get', k]], { via: 2 });
      await t.submit('delete', [['del', k]]);
      await t.eval('get-deleted', [['get', k]]);
      await t.submit('delete-absent', [['del', t.k('never')]]);
      await t.submit('recreate', [['put', k, 'three']]);
      await t.eval('get-recreated', [['get', k]]);
      await t.eval('evaluate-does-not-write', [['put', k, 'lost']]);
      await t.eval('still-three', [['get', k]]);
    },
  },
  {
    id: 'state-multi',
    title: 'several writes in one transaction, last one wins',
    async run(t) {
      await t.submit(
        'many',
        [0, 1, 2, 3, 4, 5].map((i) => ['put', t.k(`m${i}`), `v${i}`]),
      );
      await t.eval('all', [['scan', t.k('m'), t.k('n')]]);
      await t.submit('same-key-twice', [
        ['put', t.k('m1'), 'first'],
        ['put', t.k('m1'), 'second'],
      ]);
      await t.submit('put-then-delete', [
        ['put', t.k('m2'), 'x'],
        ['del', t.k('m2')],
      ]);
      await t.submit('delete-then-put', [
        ['del', t.k('m3')],
        ['put', t.k('m3'), 'back'],
      ]);
      await t.eval('after', [['scan', t.k('m'), t.k('n')]]);
      await t.submit('read-only-transaction', [['get', t.k('m0')]]);
      await t.submit('no-operations', []);
      await t.submit(
        '300-keys',
        Array.from({ length: 300 }, (_, i) => ['put', t.k(`z${String(i).padStart(3, '0')}`), `${i}`]).concat([
          ['return', 200, '', 'done'],
        ]),
      );
      const r = await t.gwProposal([['scan', t.k('z'), t.k('{')]]).evaluate();
      const rows = JSON.parse(Buffer.from(r).toString())[0];
      t.record('300-keys-scan', {
        count: rows.length,
        first: rows[0],
        last: rows[299],
        ordered: rows.every((x, i) => i === 0 || rows[i - 1][0] < x[0]),
      });
    },
  },
  {
    id: 'state-read-your-writes',
    title: 'a transaction never sees its own writes',
    async run(t) {
      const k = t.k('a');
      await t.submit('seed', [
        ['put', k, 'old'],
        ['put', t.k('b'), 'b'],
      ]);
      await t.submit('get-after-put', [
        ['put', k, 'new'],
        ['get', k],
      ]);
      await t.submit('get-after-delete', [
        ['del', k],
        ['get', k],
      ]);
      await t.submit('get-new-key-after-put', [
        ['put', t.k('fresh'), 'x'],
        ['get', t.k('fresh')],
      ]);
      await t.submit('scan-after-put', [
        ['put', t.k('c'), 'c'],
        ['scan', t.k(''), t.k('~')],
      ]);
      await t.eval('final', [['scan', t.k(''), t.k('~')]]);
      await t.eval('evaluate-sees-committed-only', [
        ['put', t.k('b'), 'zz'],
        ['get', t.k('b')],
      ]);
    },
  },
  {
    id: 'state-odd-keys',
    title: 'empty key, NUL key, unicode keys, invalid text',
    async run(t) {
      await t.submit('empty-key-put', [['try', ['put', '', 'x']]]);
      await t.eval('empty-key-get', [['try', ['get', '']]]);
      await t.submit('empty-key-delete', [['try', ['del', '']]]);
      await t.submit('nul-first-put', [['put', `\u0000${t.k('n')}`, 'nul']]);
      await t.eval('nul-first-get', [['get', `\u0000${t.k('n')}`]]);
      await t.submit('nul-inside-put', [['put', t.k('in\u0000side'), 'nul']]);
      await t.eval('nul-inside-get', [['get', t.k('in\u0000side')]]);
      await t.submit('unicode-put', [['put', t.k('ключ-鍵-🔑'), 'значение-値-💎']]);
      await t.eval('unicode-get', [['get', t.k('ключ-鍵-🔑')]]);
      await t.submit('not-normalised', [
        ['put', t.k('é'), 'composed'],
        ['put', t.k('e\u0301'), 'decomposed'],
      ]);
      await t.eval('not-normalised-get', [
        ['get', t.k('é')],
        ['get', t.k('e\u0301')],
      ]);
      await t.submit('max-code-point', [['put', t.k('\u{10ffff}'), 'max']]);
      await t.eval('max-code-point-get', [['get', t.k('\u{10ffff}')]]);
      await t.submit('underscore-first', [['put', `_${t.k('u')}`, 'under']]);
      await t.eval('underscore-first-get', [['get', `_${t.k('u')}`]]);
      await t.submit('long-key', [['put', t.k('L'.repeat(5000)), 'long']]);
      await t.eval('long-key-get', [['get', t.k('L'.repeat(5000))]]);
      await t.submit('newline-and-quotes', [['put', t.k('a\n"\'\\b'), 'q']]);
      await t.eval('newline-and-quotes-get', [['get', t.k('a\n"\'\\b')]]);
      await t.submit('half-a-surrogate-pair', [['try', ['put', t.k('\ud800'), 'half']]]);
      await t.eval('half-a-surrogate-pair-get', [
        ['try', ['get', t.k('\ud800')]],
        ['get', t.k('\ufffd')],
      ]);
      await t.eval('replacement-character', [
        ['put', t.k('\ufffd'), 'r'],
        ['get', t.k('\ufffd')],
      ]);
    },
  },
  {
    id: 'state-range',
    title: 'bounded and open ranges, exclusive end, empty results',
    async run(t) {
      await t.submit(
        'seed',
        ['a', 'b', 'c', 'd', 'e'].map((x) => ['put', t.k(x), x.toUpperCase()]),
      );
      await t.eval('bounded', [['scan', t.k('b'), t.k('d')]]);
      await t.eval('start-only-prefix', [['scan', t.k('c'), '', t.k('')]]);
      await t.eval('end-only-prefix', [['scan', '', t.k('c'), t.k('')]]);
      await t.eval('open-both', [['scan', '', '', t.k('')]]);
      await t.eval('empty', [['scan', t.k('x'), t.k('y')]]);
      await t.eval('start-after-end', [['try', ['scan', t.k('d'), t.k('b')]]]);
      await t.eval('start-equals-end', [['try', ['scan', t.k('b'), t.k('b')]]]);
      await t.eval('bounds-not-keys', [['scan', t.k('aa'), t.k('cc')]]);
      await t.eval('early-stop', [['scanfew', t.k('a'), t.k('z'), 2]]);
      await t.submit('delete-one', [['del', t.k('c')]]);
      await t.eval('after-delete', [['scan', t.k('a'), t.k('z')]]);
      await t.submit('scan-in-write-transaction', [
        ['scan', t.k('a'), t.k('z')],
        ['put', t.k('count'), '4'],
      ]);
    },
  },
  {
    id: 'state-composite',
    title: 'composite keys and partial scans',
    async run(t) {
      const ty = (s) => `${t.nonce}${s}`;
      await t.submit('seed', [
        ['cput', ty('car'), ['red', '1'], 'r1'],
        ['cput', ty('car'), ['red', '2'], 'r2'],
        ['cput', ty('car'), ['blue', '1'], 'b1'],
        ['cput', ty('car'), ['redder', '1'], 'x'],
        ['cput', ty('carx'), ['red', '1'], 'other-type'],
        ['put', t.k('plain'), 'p'],
      ]);
      await t.eval('get-full', [['cget', ty('car'), ['red', '2']]]);
      await t.eval('scan-type', [['cscan', ty('car'), []]]);
      await t.eval('scan-one-attribute', [['cscan', ty('car'), ['red']]]);
      await t.eval('scan-full-key', [['cscan', ty('car'), ['red', '1']]]);
      await t.eval('scan-absent', [['cscan', ty('car'), ['green']]]);
      await t.eval('composite-not-in-open-range', [['scan', '', '', `\u0000${t.nonce}`]]);
      await t.eval('make-and-split', [
        ['mkkey', 'ty', ['a', 'b']],
        ['split', '\u0000ty\u0000a\u0000b\u0000'],
      ]);
      await t.submit('delete', [['cdel', ty('car'), ['red', '1']]]);
      await t.eval('scan-after-delete', [['cscan', ty('car'), ['red']]]);
      await t.eval('empty-attribute', [['try', ['mkkey', 'ty', ['']]]]);
      await t.eval('empty-type', [['try', ['mkkey', '', ['a']]]]);
      await t.eval('type-only', [['mkkey', 'ty', []]]);
    },
  },
  {
    id: 'state-pagination',
    title: 'pages, bookmarks and their metadata (evaluate)',
    async run(t) {
      await t.submit(
        'seed',
        Array.from({ length: 7 }, (_, i) => ['put', t.k(`p${i}`), `${i}`]),
      );
      const from = t.k('p');
      const to = t.k('q');
      await t.eval('page-1', [['page', from, to, 3, '']]);
      await t.eval('page-2', [['page', from, to, 3, t.k('p3')]]);
      await t.eval('page-3', [['page', from, to, 3, t.k('p6')]]);
      await t.eval('exact-size', [['page', from, to, 7, '']]);
      await t.eval('larger-than-all', [['page', from, to, 50, '']]);
      await t.eval('bookmark-between-keys', [['page', from, to, 2, t.k('p3x')]]);
      await t.eval('bookmark-past-end', [['try', ['page', from, to, 2, t.k('z')]]]);
      await t.eval('bookmark-before-start', [['page', from, to, 2, t.k('a')]]);
      await t.eval('empty-range', [['page', t.k('x'), t.k('y'), 3, '']]);
      await t.eval('page-size-zero', [['try', ['page', from, to, 0, '']]]);
      await t.eval('page-size-negative', [['try', ['page', from, to, -1, '']]]);
    },
  },
  {
    id: 'state-history',
    title: 'history of a key: newest first, deletes, only committed values',
    async run(t) {
      const k = t.k('h');
      const ids = [];
      for (const [s, ops] of [
        ['v1', [['put', k, '1']]],
        ['v2', [['put', k, '2']]],
        ['gone', [['del', k]]],
        [
          'v3',
          [
            ['put', k, 'x'],
            ['put', k, '3'],
          ],
        ],
      ]) {
        await t.submit(s, ops);
        ids.push(t.lastInfo.txId);
      }
      await t.eval('history', [['hist', k]]);
      const h = JSON.parse(Buffer.from(await t.gwProposal([['hist', k]]).evaluate()).toString())[0];
      t.record('history-tx-ids', { newestFirst: h.map((x) => x.tx).join() === ids.slice().reverse().join() });
      await t.eval('history-absent', [['hist', t.k('none')]]);
      await t.submit('history-in-write-transaction', [
        ['hist', k],
        ['put', t.k('other'), 'x'],
      ]);
      const r = (await t.txInBlock(t.lastInfo)).rwset.ns.find((n) => n.namespace === t.cc);
      t.record('history-leaves-no-reads', { reads: r.reads.length, ranges: r.ranges.length, writes: r.writes.length });
    },
  },
];
