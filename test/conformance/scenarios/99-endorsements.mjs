// Endorsements made with the peers' own keys over contents of the scenario's choice.
import { dec, enc, patch, rebuildPayload } from '../lib/harness.mjs';

const endorse = (peer, prp) =>
  enc([1, peer.serialized(), true], [2, peer.sign(Buffer.concat([prp, peer.serialized()])), true]);
const kv = (o) =>
  enc(
    ...(o.reads || []).map((r) => [1, r, true]),
    ...(o.ranges || []).map((r) => [2, r, true]),
    ...(o.writes || []).map((r) => [3, r, true]),
    ...(o.meta || []).map((r) => [4, r, true]),
  );
const read = (k, v) =>
  enc([1, k], ...(v ? [[2, enc(...(v[0] ? [[1, v[0]]] : []), ...(v[1] ? [[2, v[1]]] : [])), true]] : []));
const write = (k, v, del) => enc([1, k], ...(del ? [[2, 1]] : []), ...(v !== undefined ? [[3, Buffer.from(v)]] : []));
const ns = (name, o, colls = []) => enc([1, name], [2, kv(o), true], ...colls.map((c) => [3, c, true]));
const rws = (...list) => enc(...list.map((n) => [2, n, true]));
export default [
  {
    id: 'peer-signed',
    title: 'contents that two peers have signed',
    needs: ['peer'],
    async run(t) {
      const go = async (step, results, o = {}) => {
        const e = await t.rawEndorse({ ops: [['put', t.k('base'), '1']] });
        const payload = rebuildPayload(e.payload, (p) => {
          let ext = dec(p.prp).bytes(2);
          if (results !== undefined) ext = patch(ext, { 1: results });
          if (o.ext) ext = o.ext(ext);
          let prp = patch(p.prp, { 2: ext });
          if (o.prp) prp = o.prp(prp);
          const peers = (o.peers || [0, 1]).map((i) => t.net.orgs[i].peer);
          return { ...p, prp, endorsements: o.endorsements ? o.endorsements(prp) : peers.map((x) => endorse(x, prp)) };
        });
        await t.sendEnvelope(step, { ...e, payload });
      };
      const k = (n) => t.k(n);
      await go('untouched', undefined);
      await go('plain', rws(ns(t.cc, { writes: [write(k('a'), '1')] })));
      await t.eval('after plain', [['get', k('a')]]);
      await go('other chaincode too few', rws(ns(t.cc2, { writes: [write(k('a'), '1')] })));
      await go('other chaincode enough', rws(ns(t.cc2, { writes: [write(k('a'), '1')] })), { peers: [1, 2] });
      await go('delete with value', rws(ns(t.cc, { writes: [write(k('a'), 'x', true)] })));
      await t.eval('after delete with value', [['get', k('a')]]);
      await go('empty value without delete', rws(ns(t.cc, { writes: [write(k('e'), '')] })));
      await t.eval('after empty value', [
        ['get', k('e')],
        ['scan', k('e'), k('f')],
      ]);
      await go('read of absent with version', rws(ns(t.cc, { reads: [read(k('absent'), [1, 0])] })));
      await go('read of absent', rws(ns(t.cc, { reads: [read(k('absent'))] })));
      await go(
        'range without rows',
        rws(ns(t.cc, { ranges: [enc([1, k('no/')], [2, k('no0')], [3, 1], [4, Buffer.alloc(0), true])] })),
      );
      await go(
        'range with a missing row',
        rws(
          ns(t.cc, {
            ranges: [enc([1, k('no/')], [2, k('no0')], [3, 1], [4, enc([1, read(k('no/x'), [1, 0]), true]), true])],
          }),
        ),
      );
      await go('response 400', undefined, { ext: (e) => patch(e, { 3: enc([1, 400], [2, 'no']) }) });
      await go('response 500', undefined, { ext: (e) => patch(e, { 3: enc([1, 500], [2, 'no']) }) });
      await go('response 399', undefined, { ext: (e) => patch(e, { 3: enc([1, 399], [2, 'no']) }) });
      await go('response 0', undefined, { ext: (e) => patch(e, { 3: enc([2, 'no']) }) });
      await go('no response', undefined, { ext: (e) => patch(e, { 3: undefined }) });
      await go('other version', undefined, { ext: (e) => patch(e, { 4: enc([2, t.cc], [3, '9']) }) });
      await go('no version', undefined, { ext: (e) => patch(e, { 4: enc([2, t.cc]) }) });
      await go('other name', undefined, { ext: (e) => patch(e, { 4: enc([2, t.cc2], [3, '1']) }) });
      await go('no chaincode id', undefined, { ext: (e) => patch(e, { 4: undefined }) });
      await go('event of another chaincode', undefined, {
        ext: (e) => patch(e, { 2: enc([1, 'other'], [2, 'x'], [3, 'n'], [4, Buffer.from('p')]) }),
      });
      await go('event of another transaction', undefined, {
        ext: (e) => patch(e, { 2: enc([1, t.cc], [2, 'f'.repeat(64)], [3, 'n'], [4, Buffer.from('p')]) }),
      });
      await go('no proposal hash', undefined, { prp: (p) => patch(p, { 1: undefined }) });
      await go('no endorsements', undefined, { endorsements: () => [] });
      await go('one endorsement', undefined, { peers: [0] });
      await go('the same twice', undefined, { peers: [0, 0] });
      await go('three', undefined, { peers: [0, 1, 2] });
      await go('four with repetition', undefined, { peers: [0, 0, 0, 1] });
      await go('garbage and two good', undefined, {
        endorsements: (p) => [Buffer.from([255]), endorse(t.A.peer, p), endorse(t.B.peer, p)],
      });
      await go('empty and two good', undefined, {
        endorsements: (p) => [Buffer.alloc(0), endorse(t.A.peer, p), endorse(t.B.peer, p)],
      });
      await go('client and peer', undefined, { endorsements: (p) => [endorse(t.A.user, p), endorse(t.B.peer, p)] });
      await go('admin and peer', undefined, { endorsements: (p) => [endorse(t.A.admin, p), endorse(t.B.peer, p)] });
      await go('clients and peers', undefined, {
        endorsements: (p) => [endorse(t.A.user, p), endorse(t.B.user, p), endorse(t.A.peer, p), endorse(t.C.peer, p)],
      });
      await go('bad signature of a third', undefined, {
        endorsements: (p) => [
          endorse(t.A.peer, p),
          endorse(t.B.peer, p),
          enc([1, t.C.peer.serialized(), true], [2, Buffer.from('bad'), true]),
        ],
      });
      await go('bad signature of the second', undefined, {
        endorsements: (p) => [
          endorse(t.A.peer, p),
          enc([1, t.B.peer.serialized(), true], [2, Buffer.from('bad'), true]),
        ],
      });
      await go('high s of the second', undefined, {
        endorsements: (p) => [
          endorse(t.A.peer, p),
          enc(
            [1, t.B.peer.serialized(), true],
            [2, t.B.peer.sign(Buffer.concat([p, t.B.peer.serialized()]), true), true],
          ),
        ],
      });
      await go('bad first and good second of one peer', undefined, {
        endorsements: (p) => [
          enc([1, t.A.peer.serialized(), true], [2, Buffer.from('bad'), true]),
          endorse(t.A.peer, p),
          endorse(t.B.peer, p),
        ],
      });
      await t.eval('at last', [['scan', t.k(''), t.k('~')]]);
    },
  },
];
