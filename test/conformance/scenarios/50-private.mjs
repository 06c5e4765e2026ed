import { sha256 } from '../lib/net.mjs';

const pair = [0, 1]; // both members of the two-organisation collections endorse
export default [
  {
    id: 'private-basic',
    title: 'put, get, hash, overwrite, delete in a collection of two organisations',
    async run(t) {
      const k = t.k('a');
      await t.eval('get-absent', [['pget', 'collOpen', k]]);
      await t.eval('hash-absent', [['phash', 'collOpen', k]]);
      await t.submit('put', [['pput', 'collOpen', k, 'secret-one']], { orgs: pair });
      await t.eval('get-first-member', [['pget', 'collOpen', k]]);
      await t.eval('get-second-member', [['pget', 'collOpen', k]], { via: 1 });
      await t.eval('get-non-member', [['try', ['pget', 'collOpen', k]]], { via: 2 });
      await t.eval('hash-member', [['phash', 'collOpen', k]]);
      await t.eval('hash-non-member', [['phash', 'collOpen', k]], { via: 2 });
      await t.eval('non-member-client-at-member-peer', [['try', ['pget', 'collOpen', k]]], { via: 0, as: 2 });
      await t.eval('separate-from-public', [['get', k]]);
      await t.submit('put-transient', [['pputt', 'collOpen', t.k('t'), 'value']], {
        orgs: pair,
        transient: { value: Buffer.from('from-transient') },
      });
      await t.eval('get-transient', [['pget', 'collOpen', t.k('t')]], { via: 1 });
      await t.submit(
        'overwrite-with-read',
        [
          ['pget', 'collOpen', k],
          ['pput', 'collOpen', k, 'secret-two'],
        ],
        { orgs: pair },
      );
      await t.eval(
        'get-again',
        [
          ['pget', 'collOpen', k],
          ['phash', 'collOpen', k],
        ],
        { via: 1 },
      );
      await t.submit(
        'read-your-write',
        [
          ['pput', 'collOpen', k, 'secret-three'],
          ['pget', 'collOpen', k],
        ],
        { orgs: pair },
      );
      await t.submit('delete', [['pdel', 'collOpen', k]], { orgs: pair });
      await t.eval('get-deleted', [
        ['pget', 'collOpen', k],
        ['phash', 'collOpen', k],
      ]);
      await t.eval('hash-deleted-non-member', [['phash', 'collOpen', k]], { via: 2 });
      await t.submit(
        'public-and-private',
        [
          ['pput', 'collOpen', k, 'p'],
          ['put', k, 'q'],
        ],
        { orgs: pair },
      );
      await t.eval('public-and-private-get', [
        ['pget', 'collOpen', k],
        ['get', k],
      ]);
      await t.submit('one-endorser-too-few', [['pput', 'collOpen', k, 'lost']], { orgs: [0] });
      await t.eval('still-the-old-value', [['pget', 'collOpen', k]]);
      await t.submit('all-organisations', [['pput', 'collAll', k, 'everyone']], { orgs: [0, 1, 2] });
      await t.eval('get-all-third', [['pget', 'collAll', k]], { via: 2 });
    },
  },
  {
    id: 'private-access',
    title: 'memberOnlyRead, memberOnlyWrite, writes endorsed by a non-member, gateway choice',
    async run(t) {
      const k = t.k('a');
      await t.submit('member-writes', [['pput', 'collMember', k, 'm1']], { orgs: pair });
      await t.eval('member-reads', [['pget', 'collMember', k]], { via: 1 });
      await t.eval('other-client-member-peer', [['try', ['pget', 'collMember', k]]], { via: 0, as: 2 });
      await t.eval('other-client-own-peer', [['try', ['pget', 'collMember', k]]], { via: 2 });
      await t.eval('other-client-hash', [['try', ['phash', 'collMember', k]]], { via: 0, as: 2 });
      await t.submit('other-client-writes', [['pput', 'collMember', k, 'm2']], { via: 0, as: 2, orgs: pair });
      await t.submit('other-client-deletes', [['pdel', 'collMember', k]], { via: 0, as: 2, orgs: pair });
      await t.submit('member-client-at-non-member-peer', [['pput', 'collMember', t.k('b'), 'b1']], {
        via: 0,
        orgs: [0, 2],
      });
      await t.eval('written-by-non-member-peer', [['pget', 'collMember', t.k('b')]], { via: 1 });
      await t.submit('open-write-by-other-client', [['pput', 'collOpen', k, 'o1']], { via: 0, as: 2, orgs: pair });
      await t.eval('open-read', [['pget', 'collOpen', k]]);
      await t.submit('gateway-chooses', [['pput', 'collOpen', t.k('g'), 'x']]);
      await t.submit('gateway-chooses-with-transient', [['pputt', 'collOpen', t.k('h'), 'v']], {
        transient: { v: Buffer.from('y') },
      });
      t.record('transient-endorsers', { list: (await t.txInBlock(t.lastInfo)).endorsers.slice().sort() });
      await t.submit('gateway-chooses-read', [
        ['pget', 'collOpen', t.k('g')],
        ['put', t.k('g'), 'x'],
      ]);
      t.record('read-endorsers', { list: (await t.txInBlock(t.lastInfo)).endorsers.slice().sort() });
      await t.submit(
        'non-member-endpoint-read',
        [
          ['pget', 'collOpen', t.k('g')],
          ['put', t.k('g'), 'x'],
        ],
        { via: 2 },
      );
      await t.submit('non-member-endpoint-write', [['pput', 'collOpen', t.k('i'), 'x']], { via: 2, orgs: pair });
      await t.submit('non-member-endpoint-transient', [['pputt', 'collOpen', t.k('i'), 'v']], {
        via: 2,
        transient: { v: Buffer.from('z') },
      });
      await t.submit('unknown-collection', [['pput', 'noSuchCollection', k, 'x']], { orgs: pair });
      await t.eval('unknown-collection-get', [['try', ['pget', 'noSuchCollection', k]]]);
      await t.eval('unknown-collection-hash', [['try', ['phash', 'noSuchCollection', k]]]);
    },
  },
  {
    id: 'private-implicit',
    title: 'implicit collection of an organisation',
    async run(t) {
      const k = t.k('a');
      const c1 = '_implicit_org_Org1MSP';
      const c3 = '_implicit_org_Org3MSP';
      await t.submit('own-collection-own-endorsement', [['pput', c1, k, 'mine']], { orgs: [0] });
      await t.eval('owner-reads', [['pget', c1, k]]);
      await t.eval('other-reads', [['try', ['pget', c1, k]]], { via: 1 });
      await t.eval('other-hash', [['phash', c1, k]], { via: 1 });
      await t.eval('other-client-at-owner', [['try', ['pget', c1, k]]], { via: 0, as: 1 });
      await t.submit('other-client-writes', [['pput', c1, t.k('w'), 'w']], { via: 0, as: 1, orgs: [0] });
      await t.submit('others-endorsement', [['pput', c1, k, 'stolen']], { orgs: [1] });
      await t.submit('own-and-other', [['pput', c1, k, 'two']], { orgs: [0, 1] });
      await t.submit('gateway-chooses-own', [['pput', c1, k, 'three']]);
      t.record('gateway-choice', { list: (await t.txInBlock(t.lastInfo)).endorsers.slice().sort() });
      await t.submit('third-collection-from-first', [['pput', c3, k, 'for three']], { orgs: [0, 2] });
      await t.eval('third-reads', [['pget', c3, k]], { via: 2 });
      await t.submit(
        'two-implicit-collections',
        [
          ['pput', c1, t.k('b'), '1'],
          ['pput', c3, t.k('b'), '3'],
        ],
        { orgs: [0, 2] },
      );
      await t.submit(
        'two-implicit-one-endorser',
        [
          ['pput', c1, t.k('b'), '1'],
          ['pput', c3, t.k('b'), '3'],
        ],
        { orgs: [0] },
      );
      await t.submit(
        'with-public-write',
        [
          ['pput', c1, k, 'four'],
          ['put', k, 'public'],
        ],
        { orgs: [0] },
      );
      await t.submit(
        'with-public-write-enough',
        [
          ['pput', c1, k, 'five'],
          ['put', k, 'public'],
        ],
        { orgs: [0, 1] },
      );
      await t.eval('final', [
        ['pget', c1, k],
        ['get', k],
      ]);
      await t.submit('unknown-organisation', [['pput', '_implicit_org_NoSuchMSP', k, 'x']], { orgs: [0, 1] });
      await t.submit('transient-own', [['pputt', c1, t.k('t'), 'v']], { transient: { v: Buffer.from('tv') } });
      t.record('transient-choice', { list: (await t.txInBlock(t.lastInfo)).endorsers.slice().sort() });
      await t.submit(
        'transient-needs-an-organisation-outside',
        [
          ['pputt', c1, t.k('t'), 'v'],
          ['put', t.k('t'), 'x'],
        ],
        { transient: { v: Buffer.from('tv') } },
      );
      await t.submit(
        'transient-outside-named',
        [
          ['pputt', c1, t.k('t'), 'v'],
          ['put', t.k('t'), 'x'],
        ],
        { transient: { v: Buffer.from('tv') }, orgs: [0, 1] },
      );
      await t.submit('transient-other-implicit', [['pputt', c3, t.k('t'), 'v']], {
        transient: { v: Buffer.from('tv') },
      });
    },
  },
  {
    id: 'private-purge',
    title: 'purge removes the value, its hash and its history everywhere',
    async run(t) {
      const k = t.k('a');
      await t.submit('v1', [['pput', 'collOpen', k, 'one']], { orgs: pair });
      const b1 = t.lastInfo;
      await t.submit('v2', [['pput', 'collOpen', k, 'two']], { orgs: pair });
      await t.submit('purge', [['ppurge', 'collOpen', k]], { orgs: pair });
      const ns = (await t.txInBlock(t.lastInfo)).rwset.ns.find((n) => n.namespace === t.cc);
      t.record('purge-in-block', {
        writes: ns.collections[0].writes.map((w) => ({ del: w.del, purge: w.purge, valueHash: w.valueHash.length })),
      });
      await t.eval('after', [
        ['pget', 'collOpen', k],
        ['phash', 'collOpen', k],
      ]);
      await t.eval(
        'after-second',
        [
          ['pget', 'collOpen', k],
          ['phash', 'collOpen', k],
        ],
        { via: 1 },
      );
      await t.eval('hash-non-member', [['phash', 'collOpen', k]], { via: 2 });
      await t.submit('purge-absent', [['ppurge', 'collOpen', t.k('never')]], { orgs: pair });
      await t.submit('put-again', [['pput', 'collOpen', k, 'three']], { orgs: pair });
      await t.eval('again', [
        ['pget', 'collOpen', k],
        ['phash', 'collOpen', k],
      ]);
      await t.submit(
        'put-and-purge-in-one',
        [
          ['pput', 'collOpen', k, 'four'],
          ['ppurge', 'collOpen', k],
        ],
        { orgs: pair },
      );
      await t.eval('put-and-purge', [
        ['pget', 'collOpen', k],
        ['phash', 'collOpen', k],
      ]);
      await t.submit('purge-by-non-member-peer', [['pput', 'collOpen', k, 'five']], { orgs: pair });
      await t.submit('purge-endorsed-by-third', [['ppurge', 'collOpen', k]], { orgs: [0, 2] });
      await t.eval('purged-by-third', [['pget', 'collOpen', k]]);
      const r = await t.A.deliver({
        method: 'DeliverWithPrivateData',
        channel: t.channel,
        start: b1.block,
        stop: b1.block,
      });
      t.record('private-data-of-first-block', {
        end: r.end,
        status: r.status,
        entries: r.messages.map((m) => m.msg(4).all(2).length),
      });
    },
  },
  {
    id: 'private-block-to-live',
    title: 'a value lives for three blocks',
    async run(t) {
      const k = t.k('a');
      await t.submit('put', [['pput', 'collBTL', k, 'short-lived']], { orgs: pair });
      await t.eval('after-0', [['pget', 'collBTL', k]]);
      for (let i = 1; i <= 5; i++) {
        await t.submit(`block-${i}`, [['put', t.k('tick'), String(i)]]);
        await t.eval(`after-${i}`, [
          ['pget', 'collBTL', k],
          ['phash', 'collBTL', k],
        ]);
        await t.eval(`after-${i}-second`, [['pget', 'collBTL', k]], { via: 1 });
        await t.eval(`after-${i}-hash-third`, [['phash', 'collBTL', k]], { via: 2 });
      }
      await t.submit('refresh', [['pput', 'collBTL', k, 'again']], { orgs: pair });
      for (let i = 1; i <= 2; i++) await t.submit(`more-${i}`, [['put', t.k('tick'), `m${i}`]]);
      await t.submit('rewrite', [['pput', 'collBTL', k, 'rewritten']], { orgs: pair });
      for (let i = 3; i <= 4; i++) {
        await t.submit(`more-${i}`, [['put', t.k('tick'), `m${i}`]]);
        await t.eval(`rewritten-after-${i}`, [['pget', 'collBTL', k]]);
      }
    },
  },
  {
    id: 'private-in-block',
    title: 'only hashes are in the block',
    async run(t) {
      const k = t.k('a');
      await t.submit(
        'put',
        [
          ['pputt', 'collOpen', k, 'v'],
          ['pget', 'collOpen', t.k('read')],
        ],
        { orgs: pair, transient: { v: Buffer.from('very-secret-value') } },
      );
      const tx = await t.txInBlock(t.lastInfo);
      const ns = tx.rwset.ns.find((n) => n.namespace === t.cc);
      const c = ns.collections[0];
      t.record('hashes', {
        collections: ns.collections.map((x) => x.name),
        keyHash: c.writes[0].keyHash === sha256(k).toString('hex'),
        valueHash: c.writes[0].valueHash === sha256('very-secret-value').toString('hex'),
        pvtHash: c.hasPvtHash,
        readKeyHash: c.reads[0].keyHash === sha256(t.k('read')).toString('hex'),
        readVersion: c.reads[0].version,
      });
      const block = await t.A.deliver({ channel: t.channel, start: t.lastInfo.block, stop: t.lastInfo.block });
      t.record('value-absent-from-block', {
        value: block.messages[0].raw.includes('very-secret-value'),
        transient: tx.proposalPayload.includes('very-secret-value'),
      });
      const per = async (org) => {
        const r = await org.deliver({
          method: 'DeliverWithPrivateData',
          channel: t.channel,
          start: t.lastInfo.block,
          stop: t.lastInfo.block,
        });
        const m = r.messages[0].msg(4);
        return { hasBlock: m.has(1), privateEntries: m.all(2).length, value: m.raw.includes('very-secret-value') };
      };
      t.record('with-private-data-first', await per(t.A));
      t.record('with-private-data-second', await per(t.B));
      t.record('with-private-data-third', await per(t.C));
      await t.submit(
        'two-collections',
        [
          ['pput', 'collOpen', t.k('z'), '1'],
          ['pput', 'collAll', t.k('z'), '2'],
          ['pput', 'collEP', t.k('y'), '3'],
          ['pput', 'collEP', t.k('w'), '3'],
          ['pput', 'collEP', t.k('z'), '3'],
          ['pput', 'collEP', t.k('x'), '3'],
          ['put', t.k('b'), 'pub'],
          ['put', t.k('a'), 'pub'],
        ],
        { orgs: pair },
      );
      const n2 = (await t.txInBlock(t.lastInfo)).rwset.ns.find((n) => n.namespace === t.cc);
      t.record('order', {
        collections: n2.collections.map((x) => x.name),
        publicWrites: n2.writes.map((w) => w.key),
        clearKeysOfSecond: n2.collections[1].writes.map((w) =>
          ['w', 'x', 'y', 'z'].find((n) => w.keyHash === sha256(t.k(n)).toString('hex')),
        ),
      });
    },
  },
];
