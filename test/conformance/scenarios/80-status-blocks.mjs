import { parseBlock, parseFiltered } from '../lib/blocks.mjs';
import { isLowS } from '../lib/der.mjs';
import { dec } from '../lib/harness.mjs';

export default [
  {
    id: 'commit-status',
    title: 'status of committed, unknown and refused transactions',
    async run(t) {
      await t.submit('seed', [['put', t.k('a'), '1']]);
      const { txId, block } = t.lastInfo;
      await t.attempt('again', async () => {
        const r = await t.A.commitStatus(t.channel, txId);
        return { code: r.code, sameBlock: r.block === block };
      });
      await t.attempt('at-second', async () => {
        const r = await t.B.commitStatus(t.channel, txId);
        return { code: r.code, sameBlock: r.block === block };
      });
      await t.attempt('other-user-may-ask', async () => {
        const r = await t.A.commitStatus(t.channel, txId, { identity: t.C.user });
        return { code: r.code };
      });
      await t.attempt('unknown-with-deadline', () => t.A.commitStatus(t.channel, t.randomHex(32), { seconds: 1 }));
      await t.attempt('not-hex', () => t.A.commitStatus(t.channel, 'hello', { seconds: 1 }));
      await t.attempt('empty-id', () => t.A.commitStatus(t.channel, '', { seconds: 1 }));
      await t.attempt('unknown-channel', () => t.A.commitStatus('nosuchchannel', txId, { seconds: 1 }));
      await t.attempt('empty-channel', () => t.A.commitStatus('', txId, { seconds: 1 }));
      await t.attempt('bad-signature', () =>
        t.A.commitStatus(t.channel, txId, { signature: Buffer.from('bad'), seconds: 1 }),
      );
      await t.attempt('signature-of-another', () =>
        t.A.commitStatus(t.channel, txId, { signature: t.B.user.sign(Buffer.from('x')), seconds: 1 }),
      );
      // waiting begins before the transaction is sent
      const x = await t.rawEndorse({ ops: [['put', t.k('w'), '1']] });
      const wait = t.A.commitStatus(t.channel, x.txId, { seconds: 20 });
      await t.sleep(300);
      await t.sendEnvelope('sent-later', x);
      t.record('waiter-sees-it', { code: (await wait).code });
      const bad = await t.rawEndorse({ ops: [['put', t.k('w'), '2']], orgs: [0] });
      await t.sendEnvelope('invalid', bad);
      t.record('invalid-again', { code: (await t.A.commitStatus(t.channel, bad.txId)).code });
    },
  },
  {
    id: 'block-chain',
    title: 'numbers, previous hash, data hash, metadata of every block',
    async run(t) {
      await t.submit('one-more', [['put', t.k('a'), '1']]);
      const last = t.lastInfo.block;
      const r = await t.A.deliver({ channel: t.channel, start: 'oldest', stop: last, idle: 20000 });
      const blocks = r.messages.map((m) => parseBlock(m.msg(2)));
      t.record('chain', {
        end: r.end,
        status: r.status,
        all: blocks.length === last + 1,
        numbers: blocks.every((b, i) => b.number === i),
        genesisPrevious: blocks[0].previousHash.length,
        previousHash: blocks.every((b, i) => i === 0 || b.previousHash.equals(blocks[i - 1].headerHash)),
        dataHash: blocks.every((b) => b.dataHash.equals(b.computedDataHash)),
      });
      t.record('metadata', {
        slots: [...new Set(blocks.map((b) => b.metadata.length))],
        filterLength: blocks.every((b) => b.filter.length === b.data.length),
        genesisType: blocks[0].txs[0].type,
        genesisFilter: blocks[0].filter,
        lastHas: blocks.at(-1).metadata.map((m) => m.length > 0),
        commitHashLength: dec(blocks.at(-1).metadata[4]).bytes(1).length,
      });
      t.record(
        'orderer-signature-block-metadata',
        (() => {
          const m = dec(blocks.at(-1).metadata[0]);
          return { signatures: m.all(2).length, valueLastConfigIsNumber: dec(dec(m.bytes(1)).bytes(1)).f.size <= 2 };
        })(),
      );
      const other = await t.C.deliver({ channel: t.channel, start: last, stop: last, idle: 20000 });
      t.record('same-block-at-third', {
        header: parseBlock(other.messages[0].msg(2)).headerHash.equals(blocks[last].headerHash),
        commitHash: parseBlock(other.messages[0].msg(2)).metadata[4].equals(blocks[last].metadata[4]),
      });
      const tx = blocks[last].txs.find((x) => x.txId === t.lastInfo.txId);
      t.record('signatures-are-low-s', {
        client: isLowS(tx.signature),
        endorsers: tx.payload
          .msg(2)
          .msgs(1)[0]
          .msg(2)
          .msg(2)
          .msgs(2)
          .every((e) => isLowS(e.bytes(2))),
      });
    },
  },
  {
    id: 'transaction-structure',
    title: 'read and write sets as they stand in a block',
    async run(t) {
      await t.submit('seed', [
        ['put', t.k('b'), '1'],
        ['put', t.k('r/1'), '1'],
        ['put', t.k('r/2'), '2'],
        ['put', t.k('r/3'), '3'],
      ]);
      const seedBlock = t.lastInfo.block;
      const shape = async () => {
        const tx = await t.txInBlock(t.lastInfo);
        const rel = (v) => v && [v[0] - seedBlock, v[1] >= 0];
        return {
          namespaces: tx.rwset.ns.map((n) => n.namespace),
          model: tx.rwset.model,
          actions: tx.actions,
          chaincode: tx.chaincode,
          response: { status: tx.response.status, message: tx.response.message },
          sets: tx.rwset.ns
            .filter((n) => n.namespace === t.cc)
            .map((n) => ({
              reads: n.reads.map((r) => [r.key, rel(r.version)]),
              ranges: n.ranges,
              writes: n.writes,
              meta: n.meta,
              collections: n.collections.length,
            }))[0],
        };
      };
      const go = async (step, ops, o) => {
        await t.submit(step, ops, o);
        t.record(`${step}-shape`, await shape());
      };
      await go('writes-are-sorted', [
        ['put', t.k('z'), '1'],
        ['put', t.k('a'), '2'],
        ['put', t.k('m'), '3'],
      ]);
      await go('read-before-write', [
        ['get', t.k('b')],
        ['put', t.k('b'), '2'],
      ]);
      await go('read-absent', [
        ['get', t.k('nothing')],
        ['put', t.k('c'), '1'],
      ]);
      await go('reads-are-sorted-and-single', [
        ['get', t.k('z')],
        ['get', t.k('a')],
        ['get', t.k('z')],
      ]);
      await go('delete', [['del', t.k('z')]]);
      await go('empty-value', [['put', t.k('e'), '']]);
      await go('range', [
        ['scan', t.k('r/'), t.k('r0')],
        ['put', t.k('q'), '1'],
      ]);
      await go('range-empty', [['scan', t.k('no/'), t.k('no0')]]);
      await go('range-stopped-early', [['scanfew', t.k('r/'), t.k('r0'), 1]]);
      await t.submit(
        'sixty-keys',
        Array.from({ length: 60 }, (_, i) => ['put', t.k(`l/${String(i).padStart(3, '0')}`), 'v']).concat([
          ['return', 200, '', 'done'],
        ]),
      );
      await go('range-of-50', [
        ['scan', t.k('l/'), t.k('l/050')],
        ['return', 200, '', 'scanned'],
      ]);
      await go('range-of-51', [
        ['scan', t.k('l/'), t.k('l/051')],
        ['return', 200, '', 'scanned'],
      ]);
      await go('range-of-60', [
        ['scan', t.k('l/'), t.k('l0')],
        ['return', 200, '', 'scanned'],
      ]);
      await go('composite-range', [
        ['cput', `${t.nonce}st`, ['a', 'b'], '1'],
        ['cscan', `${t.nonce}st`, ['a']],
      ]);
      await go('two-ranges', [
        ['scan', t.k('r/2'), t.k('r/3')],
        ['scan', t.k('r/1'), t.k('r/2')],
      ]);
      await go('policy', [
        ['put', t.k('p'), '1'],
        ['setep', t.k('p'), { orgs: ['Org1MSP', 'Org2MSP'] }],
      ]);
      await go('policy-only', [['setep', t.k('p'), { orgs: ['Org1MSP', 'Org2MSP', 'Org3MSP'] }]]);
      await go('policy-read', [['getep', t.k('p')]]);
      await go('private', [['pput', 'collOpen', t.k('x'), '1']], { orgs: [0, 1] });
      await go('nothing', [['env'], ['return', 200, 'with a message', 'x']], { orgs: [0, 1] });
      await go('write-after-delete-of-same', [
        ['put', t.k('w'), '1'],
        ['del', t.k('w')],
        ['put', t.k('w'), '2'],
        ['del', t.k('w')],
      ]);
    },
  },
  {
    id: 'filtered-blocks',
    title: 'filtered block events',
    async run(t) {
      await t.submit('with-event', [
        ['put', t.k('a'), '1'],
        ['event', 'seen', 'payload is hidden'],
      ]);
      const base = t.lastInfo.block;
      const id = t.lastInfo.txId;
      await t.submit('without-event', [['put', t.k('a'), '2']]);
      await t.submit(
        'invalid-with-event',
        [
          ['event', 'bad', 'x'],
          ['put', t.k('a'), '3'],
        ],
        { orgs: [0] },
      );
      const r = await t.A.deliver({
        method: 'DeliverFiltered',
        channel: t.channel,
        start: base,
        stop: t.lastInfo.block,
      });
      t.record('filtered', {
        end: r.end,
        status: r.status,
        blocks: r.messages
          .map((m) => parseFiltered(m.msg(3)))
          .map((f) => ({
            number: f.number - base,
            channel: f.channel,
            txs: f.txs.map((x) => ({ type: x.type, code: x.code, events: x.events })),
          })),
        firstId: parseFiltered(r.messages[0].msg(3)).txs.some((x) => x.txId === id),
      });
      const g = await t.A.deliver({ method: 'DeliverFiltered', channel: t.channel, start: 'oldest', stop: 0 });
      t.record('genesis', {
        blocks: g.messages
          .map((m) => parseFiltered(m.msg(3)))
          .map((f) => ({
            number: f.number,
            txs: f.txs.map((x) => ({ type: x.type, code: x.code, events: x.events, txIdLength: x.txId.length })),
          })),
      });
      const network = t.A.gateway().getNetwork(t.channel);
      const it = await network.getFilteredBlockEvents({ startBlock: BigInt(base) });
      const got = [];
      for await (const b of it) {
        got.push(Number(b.getNumber()) - base);
        if (got.length >= 3) break;
      }
      it.close();
      t.record('through-the-client', { numbers: got });
    },
  },
  {
    id: 'block-events-client',
    title: 'block and private data events through the ordinary client',
    async run(t) {
      await t.submit('one', [['pput', 'collOpen', t.k('a'), 'hidden-text']], { orgs: [0, 1] });
      const base = t.lastInfo.block;
      await t.submit('two', [['put', t.k('b'), '2']]);
      const take = async (network, method, o, n, map) => {
        const it = await network[method](o);
        const out = [];
        const timer = setTimeout(() => it.close(), 8000);
        for await (const b of it) {
          out.push(map(b));
          if (out.length >= n) break;
        }
        clearTimeout(timer);
        it.close();
        return out;
      };
      const A = t.A.gateway().getNetwork(t.channel);
      const C = t.C.gateway().getNetwork(t.channel);
      const start = { startBlock: BigInt(base) };
      t.record('blocks', {
        numbers: await take(A, 'getBlockEvents', start, 2, (b) => b.getHeader().getNumber() - base),
      });
      t.record('private-first', {
        list: await take(A, 'getBlockAndPrivateDataEvents', start, 2, (b) => ({
          number: b.getBlock().getHeader().getNumber() - base,
          entries: b.getPrivateDataMapMap().getLength(),
        })),
      });
      t.record('private-third', {
        list: await take(C, 'getBlockAndPrivateDataEvents', start, 2, (b) => ({
          number: b.getBlock().getHeader().getNumber() - base,
          entries: b.getPrivateDataMapMap().getLength(),
        })),
      });
      t.record('checkpoint', {
        numbers: await take(
          A,
          'getBlockEvents',
          { checkpoint: { getBlockNumber: () => BigInt(base + 1), getTransactionId: () => undefined } },
          1,
          (b) => b.getHeader().getNumber() - base,
        ),
      });
      const live = take(A, 'getBlockEvents', {}, 1, (b) => b.getHeader().getNumber());
      await t.sleep(500);
      await t.submit('three', [['put', t.k('b'), '3']]);
      t.record('default-start', { relative: (await live).map((n) => n - t.lastInfo.block) });
    },
  },
];
