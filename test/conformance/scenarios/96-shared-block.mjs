// Transactions that fall into one block, as they do when blocks are cut by a timeout. Recorded on native Fabric 3.1.5.
export default () => [
  {
    id: 'shared-block',
    title: 'transactions that fall into one block',
    async run(t) {
      const k = t.k('k');
      await t.submit('seed', [
        ['put', k, '0'],
        ['put', t.k('r/1'), '1'],
        ['put', t.k('r/2'), '2'],
      ]);
      const e = (n, ops, o = { orgs: [0, 1, 2] }) => t.endorse(n, ops, o);
      let a = await e('a', [['setep', k, { orgs: ['Org1MSP', 'Org2MSP'] }]]);
      let b = await e('b', [['put', k, '1']]);
      let c = await e('c', [['put', t.k('other'), '1']]);
      await t.sendAll('policy-then-write', [a, b, c]);
      await t.eval('after-policy', [
        ['get', k],
        ['getep', k],
      ]);
      a = await e('d', [['put', k, '2']]);
      b = await e('e', [['setep', k, null]]);
      c = await e('f', [
        ['get', k],
        ['put', t.k('seen'), 'x'],
      ]);
      await t.sendAll('write-then-policy-then-read', [a, b, c]);
      a = await e('g', [['del', t.k('r/2')]]);
      b = await e('h', [
        ['scan', t.k('r/'), t.k('r0')],
        ['put', t.k('sum'), 'x'],
      ]);
      await t.sendAll('delete-then-scan', [a, b]);
      a = await e('i', [['put', t.k('r/3'), '3']], { orgs: [0] });
      b = await e('j', [
        ['scan', t.k('r/'), t.k('r0')],
        ['put', t.k('sum'), 'y'],
      ]);
      await t.sendAll('invalid-insert-then-scan', [a, b]);
      a = await e('l', [['pput', 'collOpen', k, '1']], { orgs: [0, 1] });
      b = await e(
        'm',
        [
          ['pget', 'collOpen', k],
          ['put', t.k('p'), 'y'],
        ],
        { orgs: [0, 1] },
      );
      await t.sendAll('private-write-then-read', [a, b]);
      a = await e('n', [['put', t.k('w'), '1']]);
      b = await e('o', [['put', t.k('w'), '2']]);
      c = await e('p', [['del', t.k('w')]]);
      await t.sendAll('blind-writes', [a, b, c]);
      await t.eval(
        'last-wins',
        [
          ['get', t.k('w')],
          ['hist', t.k('w')],
        ].slice(0, 1),
      );
      a = await e('q', [
        ['put', t.k('new'), '1'],
        ['setep', t.k('new'), { orgs: ['Org3MSP'] }],
      ]);
      b = await e('s', [['put', t.k('new'), '2']]);
      await t.sendAll('create-with-policy-then-write', [a, b]);
      a = await e('t', [['setep', t.k('gone'), { orgs: ['Org3MSP'] }]]);
      b = await e('u', [['put', t.k('gone'), '2']]);
      await t.sendAll('policy-on-absent-then-write', [a, b]);
      await t.eval('absent-then', [
        ['get', t.k('gone')],
        ['getep', t.k('gone')],
      ]);
    },
  },
];
