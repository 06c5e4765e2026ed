export default [
  {
    id: 'system',
    title: 'system chaincodes',
    async run(t) {
      await t.submit('seed', [['put', t.k('a'), '1']]);
      const id = t.lastInfo.txId;
      const b = t.lastInfo.block;
      const ask = (name, cc, fn, args, o = {}) =>
        t.attempt(name, async () => {
          const c = t.contract({ cc, ...o });
          const p = c.newProposal(fn, {
            arguments: args,
            ...(o.orgs ? { endorsingOrganizations: t.msps(o.orgs) } : {}),
          });
          const r = await p.evaluate();
          return { answered: r.length > 0 };
        });
      const ch = t.channel;
      await ask('info', 'qscc', 'GetChainInfo', [ch]);
      await ask('info other', 'qscc', 'GetChainInfo', ['nosuch']);
      await ask('info none', 'qscc', 'GetChainInfo', []);
      await ask('info empty', 'qscc', 'GetChainInfo', ['']);
      await ask('info more', 'qscc', 'GetChainInfo', [ch, 'x']);
      await ask('block', 'qscc', 'GetBlockByNumber', [ch, '0']);
      await ask('block last', 'qscc', 'GetBlockByNumber', [ch, String(b)]);
      await ask('block far', 'qscc', 'GetBlockByNumber', [ch, '99999999']);
      await ask('block text', 'qscc', 'GetBlockByNumber', [ch, 'x']);
      await ask('block negative', 'qscc', 'GetBlockByNumber', [ch, '-1']);
      await ask('block none', 'qscc', 'GetBlockByNumber', [ch]);
      await ask('block max', 'qscc', 'GetBlockByNumber', [ch, '18446744073709551615']);
      await ask('tx', 'qscc', 'GetTransactionByID', [ch, id]);
      await ask('tx unknown', 'qscc', 'GetTransactionByID', [ch, 'f'.repeat(64)]);
      await ask('tx empty', 'qscc', 'GetTransactionByID', [ch, '']);
      await ask('tx none', 'qscc', 'GetTransactionByID', [ch]);
      await ask('block by tx', 'qscc', 'GetBlockByTxID', [ch, id]);
      await ask('block by unknown tx', 'qscc', 'GetBlockByTxID', [ch, 'zz']);
      await ask('block by hash unknown', 'qscc', 'GetBlockByHash', [ch, 'zz']);
      await ask('block by hash none', 'qscc', 'GetBlockByHash', [ch]);
      await ask('unknown function', 'qscc', 'Nothing', [ch]);
      await ask('no function', 'qscc', '', [ch]);
      await ask('through another organisation', 'qscc', 'GetChainInfo', [ch], { via: 1 });
      await ask('as another organisation', 'qscc', 'GetChainInfo', [ch], { as: 2 });
      await ask('named organisation', 'qscc', 'GetChainInfo', [ch], { orgs: [1] });
      await ask('cscc channels', 'cscc', 'GetChannels', []);
      await ask('cscc config', 'cscc', 'GetConfigBlock', [ch]);
      await ask('cscc config other', 'cscc', 'GetConfigBlock', ['nosuch']);
      await ask('cscc channel config', 'cscc', 'GetChannelConfig', [ch]);
      await ask('cscc unknown', 'cscc', 'Nothing', []);
      await t.attempt('submit qscc', async () => ({
        r: (await t.contract({ cc: 'qscc' }).submit('GetChainInfo', { arguments: [ch] })).length > 0,
      }));
      await t.attempt('submit qscc named', async () => ({
        r:
          (
            await t
              .contract({ cc: 'qscc' })
              .submit('GetChainInfo', { arguments: [ch], endorsingOrganizations: t.msps([0, 1]) })
          ).length > 0,
      }));
      await t.eval('chaincode calls nothing', [['try', ['invoke', 'nosuch', ['x'], '']]]);
      await t.eval('chaincode calls other channel', [['try', ['invoke', t.cc2, ['run', '[["env"]]'], 'nosuch']]]);
      await t.eval('chaincode calls empty', [['try', ['invoke', '', ['x'], '']]]);
    },
  },
  {
    id: 'nested',
    title: 'calls in calls',
    needs: ['chaincode2'],
    async run(t) {
      const inv = (cc, ops) => ['invoke', cc, ['run', JSON.stringify(ops)], ''];
      await t.submit('writes both', [['put', t.k('a'), '1'], inv(t.cc2, [['put', t.k('a'), '2']])], { orgs: [1, 2] });
      await t.eval('read both', [['get', t.k('a')], inv(t.cc2, [['get', t.k('a')]])]);
      await t.submit(
        'sees its own',
        [
          inv(t.cc2, [
            ['put', t.k('b'), '1'],
            ['get', t.k('b')],
          ]),
          inv(t.cc2, [['get', t.k('b')]]),
        ],
        { orgs: [1, 2] },
      );
      await t.submit('callee event', [inv(t.cc2, [['event', 'inner', 'x']]), ['event', 'outer', 'y']], {
        orgs: [1, 2],
      });
      await t.submit('callee throws', [inv(t.cc2, [['throw', 'oops']]), ['put', t.k('c'), '1']], { orgs: [1, 2] });
      await t.submit(
        'callee fails after write',
        [
          inv(t.cc2, [
            ['put', t.k('d'), '1'],
            ['fail', 'no'],
          ]),
          ['put', t.k('d'), '1'],
        ],
        { orgs: [1, 2] },
      );
      await t.eval('after', [inv(t.cc2, [['get', t.k('d')]])]);
      await t.eval('callee arguments', [['invoke', t.cc2, ['run', '[["params"]]', 'x', 'y'], '']]);
      await t.eval('callee unknown function', [['invoke', t.cc2, ['nosuch'], '']]);
      await t.eval('callee without arguments', [['try', ['invoke', t.cc2, [], '']]]);
      await t.eval('callee context', [inv(t.cc2, [['ctx']])], { transient: { a: Buffer.from('b') } });
      await t.eval('callee identity', [inv(t.cc2, [['identity']])]);
      await t.submit('callee private', [inv(t.cc2, [['try', ['pput', 'collOpen', t.k('p'), '1']]])], { orgs: [1, 2] });
      await t.submit('callee implicit', [inv(t.cc2, [['try', ['pput', '_implicit_org_Org2MSP', t.k('p'), '1']]])], {
        orgs: [1, 2],
      });
      await t.submit(
        'callee policy',
        [
          inv(t.cc2, [
            ['put', t.k('e'), '1'],
            ['setep', t.k('e'), { orgs: ['Org1MSP'] }],
          ]),
        ],
        { orgs: [1, 2] },
      );
      await t.submit('callee policy planned', [inv(t.cc2, [['put', t.k('e'), '2']])]);
      await t.submit('callee policy too few', [inv(t.cc2, [['put', t.k('e'), '3']])], { orgs: [2] });
      await t.submit('planned both', [['put', t.k('f'), '1'], inv(t.cc2, [['put', t.k('f'), '1']])]);
      await t.submit('planned read only callee', [['put', t.k('f'), '2'], inv(t.cc2, [['get', t.k('f')]])]);
      await t.submit('callee scan', [inv(t.cc2, [['scan', t.k(''), t.k('~')]])], { orgs: [1, 2] });
      await t.submit('callee status 399', [inv(t.cc2, [['return', 399, 'm', 'p']])], { orgs: [1, 2] });
      await t.submit('callee status 400', [inv(t.cc2, [['return', 400, 'm', 'p']])], { orgs: [1, 2] });
      await t.eval('callee named version', [['try', ['invoke', `${t.cc2}:1`, ['run', '[["env"]]'], '']]]);
      await t.eval('callee wrong version', [['try', ['invoke', `${t.cc2}:9`, ['run', '[["env"]]'], '']]]);
      await t.submit('direct to second', [['put', t.k('g'), '1']], { cc: t.cc2 });
      await t.submit('direct to second too few', [['put', t.k('g'), '2']], { cc: t.cc2, orgs: [0, 1] });
      await t.eval('second elsewhere', [['get', t.k('g')]], { cc: t.cc2, via: 2 });
    },
  },
];
