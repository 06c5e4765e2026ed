/** how many organisations signed, and whether the first organisation is among them */
const who = async (t) => {
  const tx = await t.txInBlock(t.lastInfo);
  return {
    count: tx.endorsers.length,
    distinct: new Set(tx.endorsers).size,
    includesOwn: tx.endorsers.includes(t.msp(0)),
    list: tx.endorsers.length === 3 ? tx.endorsers.slice().sort() : undefined,
  };
};

export default [
  {
    id: 'endorse-organisations',
    title: 'chosen endorsing organisations; too few are found out at validation',
    async run(t) {
      const put = (n) => [['put', t.k(n), n]];
      await t.submit('one-own', put('a'), { orgs: [0] });
      await t.submit('one-other', put('a'), { orgs: [1] });
      await t.eval('nothing-written', [['get', t.k('a')]]);
      await t.submit('two', put('b'), { orgs: [0, 1], endorsers: true });
      await t.submit('two-without-own', put('c'), { orgs: [1, 2], endorsers: true });
      await t.submit('three', put('d'), { orgs: [0, 1, 2], endorsers: true });
      await t.submit('order-of-names-does-not-matter', put('e'), { orgs: [2, 0], endorsers: true });
      await t.submit('same-organisation-twice', put('f'), { orgs: [0, 0] });
      await t.submit('unknown-organisation', put('g'), { orgs: ['NoSuchMSP'] });
      await t.submit('known-and-unknown', put('g'), { orgs: [0, 'NoSuchMSP'] });
      await t.submit('orderer-organisation', put('g'), { orgs: ['OrdererMSP'] });
      await t.submit('empty-name', put('g'), { orgs: [''] });
      await t.submit('via-third-endpoint', put('h'), { via: 2, orgs: [0, 1], endorsers: true });
      await t.submit('creator-of-another-organisation', put('i'), { via: 0, as: 2 });
      await t.attempt('one-call-submit-refused-at-commit', async () => {
        const r = await t
          .contract()
          .submit('run', { arguments: [JSON.stringify(put('j'))], endorsingOrganizations: [t.msp(0)] });
        return { result: t.show(r) };
      });
      await t.attempt('one-call-submit', async () => ({
        result: t.show(await t.contract().submit('run', { arguments: [JSON.stringify(put('j'))] })),
      }));
      await t.submit('read-only-one-organisation', [['get', t.k('b')]], { orgs: [0] });
      await t.submit('no-rwset-one-organisation', [['env']], { orgs: [0] });
    },
  },
  {
    id: 'endorse-plan',
    title: 'the gateway chooses the organisations',
    async run(t) {
      await t.submit('default-policy', [['put', t.k('a'), '1']]);
      t.record('default-policy-endorsers', await who(t));
      await t.submit('via-second', [['put', t.k('a'), '2']], { via: 1 });
      t.record('via-second-endorsers', {
        count: (await who(t)).count,
        includesSecond: (await t.txInBlock(t.lastInfo)).endorsers.includes(t.msp(1)),
      });
      await t.submit('key-needs-third', [
        ['put', t.k('third'), '0'],
        ['setep', t.k('third'), { orgs: ['Org3MSP'] }],
      ]);
      await t.submit('key-of-third-written', [['put', t.k('third'), '1']]);
      t.record('key-of-third-endorsers', {
        includesThird: (await t.txInBlock(t.lastInfo)).endorsers.includes(t.msp(2)),
        count: (await who(t)).count,
      });
      await t.submit('all-three-key', [
        ['put', t.k('all'), '0'],
        ['setep', t.k('all'), { orgs: ['Org1MSP', 'Org2MSP', 'Org3MSP'] }],
      ]);
      await t.submit('all-three-key-written', [['put', t.k('all'), '1']]);
      t.record('all-three-endorsers', await who(t));
      await t.submit('key-of-second-and-third', [
        ['put', t.k('third'), '2'],
        ['put', t.k('all'), '2'],
        ['put', t.k('a'), '3'],
      ]);
      t.record('mixed-endorsers', await who(t));
      await t.submit('read-of-protected-key', [
        ['get', t.k('all')],
        ['put', t.k('a'), '4'],
      ]);
      t.record('read-of-protected-endorsers', { count: (await who(t)).count });
      await t.submit('read-only-transaction', [['get', t.k('a')]]);
      t.record('read-only-endorsers', { count: (await who(t)).count });
      await t.submit('transient', [['put', t.k('t'), '1'], ['ctx']], { transient: { x: Buffer.from('y') } });
      t.record('transient-endorsers', { count: (await who(t)).count });
      await t.submit('impossible-key', [
        ['put', t.k('none'), '0'],
        ['setep', t.k('none'), { orgs: ['NoSuchMSP'] }],
      ]);
      await t.submit('impossible-key-written', [['put', t.k('none'), '1']]);
      await t.submit('impossible-key-forced', [['put', t.k('none'), '1']], { orgs: [0, 1, 2] });
    },
  },
  {
    id: 'endorse-mismatch',
    title: 'organisations answer differently',
    async run(t) {
      await t.submit('different-result', [['env']], { orgs: [0, 1] });
      await t.submit(
        'different-write',
        [
          ['putenv', t.k('w')],
          ['return', 200, '', 'same'],
        ],
        { orgs: [0, 1] },
      );
      await t.submit(
        'different-event',
        [
          ['eventenv', 'e'],
          ['return', 200, '', 'same'],
        ],
        { orgs: [0, 1] },
      );
      await t.submit(
        'different-read',
        [
          ['getenvkey', t.k('r')],
          ['return', 200, '', 'same'],
        ],
        { orgs: [0, 1] },
      );
      await t.submit('different-message', [['returnenv', 200]], { orgs: [0, 1] });
      await t.submit('one-fails', [['failin', 'Org2MSP']], { orgs: [0, 1] });
      await t.submit('one-of-three-fails', [['failin', 'Org2MSP']], { orgs: [0, 1, 2] });
      await t.submit('different-status', [['statusin', 'Org2MSP', 201]], { orgs: [0, 1] });
      await t.submit('different-result-one-organisation', [['put', t.k('q'), '1'], ['env']], { orgs: [1] });
      await t.submit('random-result', [['random']], { orgs: [0, 1] });
      await t.submit('random-result-three', [['random']], { orgs: [0, 1, 2] });
      await t.submit('random-but-not-returned', [['random'], ['return', 200, '', 'hidden']], { orgs: [0, 1] });
      await t.submit('default-plan-different-result', [['put', t.k('a'), '1'], ['random']]);
      await t.eval('nothing-written', [['get', t.k('a')]]);
    },
  },
  {
    id: 'sbe-organisations',
    title: 'key-level endorsement policy: set, enforce, read, remove',
    async run(t) {
      const k = t.k('k');
      await t.submit(
        'create',
        [
          ['put', k, '0'],
          ['setep', k, { orgs: ['Org1MSP', 'Org3MSP'] }],
        ],
        { orgs: [0, 1] },
      );
      await t.eval('read-policy', [['getep', k]]);
      await t.eval('read-policy-absent', [['getep', t.k('absent')]]);
      await t.submit('write-one-and-two', [['put', k, '1']], { orgs: [0, 1] });
      await t.submit('write-one-and-three', [['put', k, '2']], { orgs: [0, 2] });
      await t.submit('write-three-only', [['put', k, '3']], { orgs: [2] });
      await t.submit('write-all', [['put', k, '4']], { orgs: [0, 1, 2] });
      await t.submit('change-policy-too-few', [['setep', k, { orgs: ['Org1MSP'] }]], { orgs: [0, 1] });
      await t.submit('change-policy', [['setep', k, { orgs: ['Org2MSP'] }]], { orgs: [0, 2] });
      await t.submit('write-two-only-is-enough', [['put', k, '5']], { orgs: [1] });
      await t.submit('write-one-and-three-now-too-few', [['put', k, '6']], { orgs: [0, 2] });
      await t.submit(
        'second-key-needs-chaincode-policy',
        [
          ['put', k, '7'],
          ['put', t.k('plain'), '7'],
        ],
        { orgs: [1] },
      );
      await t.submit(
        'both-satisfied',
        [
          ['put', k, '8'],
          ['put', t.k('plain'), '8'],
        ],
        { orgs: [1, 2] },
      );
      await t.submit('remove-policy', [['setep', k, null]], { orgs: [1] });
      await t.eval('read-removed', [['getep', k]]);
      await t.submit('write-two-only-after-removal', [['put', k, '9']], { orgs: [1] });
      await t.submit('write-default-policy', [['put', k, '10']], { orgs: [0, 2] });
      await t.eval('final', [
        ['get', k],
        ['get', t.k('plain')],
      ]);
      await t.submit('policy-on-absent-key', [['setep', t.k('later'), { orgs: ['Org3MSP'] }]], { orgs: [0, 1] });
      await t.eval('read-policy-on-absent-key', [
        ['getep', t.k('later')],
        ['get', t.k('later')],
      ]);
      await t.submit('create-the-absent-key', [['put', t.k('later'), '1']], { orgs: [0, 1] });
    },
  },
  {
    id: 'sbe-k-of-n',
    title: 'hand-built k of n policies, roles, garbage',
    async run(t) {
      const k = t.k('k');
      const all = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
      await t.submit(
        'two-of-three',
        [
          ['put', k, '0'],
          ['setep', k, { k: 2, orgs: all }],
        ],
        { orgs: [0, 1] },
      );
      await t.submit('one', [['put', k, '1']], { orgs: [2] });
      await t.submit('two', [['put', k, '2']], { orgs: [1, 2] });
      await t.submit('three-of-three', [['setep', k, { k: 3, orgs: all }]], { orgs: [0, 1] });
      await t.submit('two-now-too-few', [['put', k, '3']], { orgs: [0, 1] });
      await t.submit('three', [['put', k, '3']], { orgs: [0, 1, 2] });
      await t.submit('one-of-three', [['setep', k, { k: 1, orgs: all }]], { orgs: [0, 1, 2] });
      await t.submit('one-is-enough', [['put', k, '4']], { orgs: [2] });
      await t.submit('member-role', [['setep', k, { k: 1, orgs: ['Org3MSP'], role: 'MEMBER' }]], { orgs: [0] });
      await t.submit('member-role-peer-signs', [['put', k, '5']], { orgs: [2] });
      await t.submit('client-role', [['setep', k, { k: 1, orgs: ['Org3MSP'], role: 'CLIENT' }]], { orgs: [2] });
      await t.submit('client-role-peer-refused', [['put', k, '6']], { orgs: [2] });
      const g = t.k('g');
      await t.submit(
        'same-organisation-needed-twice',
        [
          ['put', g, '0'],
          ['setep', g, { k: 2, orgs: ['Org1MSP', 'Org1MSP'] }],
        ],
        { orgs: [0, 1] },
      );
      await t.submit('one-peer-does-not-count-twice', [['put', g, '1']], { orgs: [0, 1] });
      const h = t.k('h');
      await t.submit(
        'garbage-policy',
        [
          ['put', h, '0'],
          ['setep', h, { garbage: 'AAECAwQ=' }],
        ],
        { orgs: [0, 1] },
      );
      await t.eval('garbage-read', [['getep', h]]);
      await t.submit('garbage-write', [['put', h, '1']], { orgs: [0, 1, 2] });
      const z = t.k('z');
      await t.submit(
        'zero-of-three',
        [
          ['put', z, '0'],
          ['setep', z, { k: 0, orgs: all }],
        ],
        { orgs: [0, 1] },
      );
      await t.submit('zero-of-three-write', [['put', z, '1']], { orgs: [0] });
    },
  },
];
