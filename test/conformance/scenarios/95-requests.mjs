// Requests that no well-behaved client sends, and block delivery. Recorded on native Fabric 3.1.5.
export default ({ enc, dec, patch, buildProposal, rebuildPayload, Identity, makeCert, CODE }) => {
  const brief = (r) => ({
    end: r.end,
    ...(r.status === undefined ? {} : { status: r.status }),
    blocks: r.messages.length,
    ...(r.error ? { grpc: CODE[r.error.code], details: r.error.details } : {}),
  });
  return [
    {
      id: 'deliver-statuses',
      title: 'what Deliver answers to good and bad requests',
      async run(t) {
        await t.submit('seed', [['put', t.k('a'), '1']]);
        const last = t.lastInfo.block;
        const ask = async (step, o) => {
          const r = await t.A.deliver({ channel: t.channel, idle: 1500, ...o });
          t.record(step, brief(r));
        };
        await ask('one', { start: last, stop: last });
        await ask('filtered-one', { method: 'DeliverFiltered', start: last, stop: last });
        await ask('newest-newest', { start: 'newest', stop: 'newest' });
        await ask('oldest-oldest', { start: 'oldest', stop: 'oldest' });
        await ask('newest-stop-far', { start: 'newest', stop: last + 5 });
        await ask('far-ahead', { start: last + 50, stop: last + 60 });
        await ask('at-height-waits', { start: last + 1, stop: last + 1 });
        await ask('at-height-fails', { start: last + 1, stop: last + 1, behavior: 1 });
        await ask('past-end-fails', { start: last, stop: last + 3, behavior: 1 });
        await ask('next-waits', { start: 'next', stop: last + 1 });
        await ask('next-fails', { start: 'next', stop: last + 1, behavior: 1 });
        await ask('no-stop', { start: last });
        await ask('stop-before-start', { start: last, stop: last - 1 });
        await ask('stop-oldest', { start: last, stop: 'oldest' });
        await ask('start-oldest-stop-zero', { start: 'oldest', stop: 0 });
        await ask('bad-signature', { start: last, stop: last, signature: Buffer.from('bad') });
        await ask('unknown-channel', { channel: 'nosuchchannel', start: last, stop: last });
        await ask('empty-channel', { channel: '', start: last, stop: last });
        await ask('old-time', { start: last, stop: last, header: { offsetMs: -16 * 60e3 } });
        await ask('ahead-time', { start: last, stop: last, header: { offsetMs: 16 * 60e3 } });
        await ask('other-type', { start: last, stop: last, header: { type: 3 } });
        await ask('seek-garbage', { seek: Buffer.from('hello') });
        await ask('seek-empty', { seek: Buffer.alloc(0) });
        await ask('seek-empty-positions', { seek: enc([1, Buffer.alloc(0), true], [2, Buffer.alloc(0), true]) });
        await ask('foreign-identity', {
          start: last,
          stop: last,
          identity: new Identity(t.msp(0), makeCert({ cn: 'x', ou: 'client' }).certPem, makeCert({ cn: 'x' }).keyPem),
        });
        await ask('other-organisation', { start: last, stop: last, identity: t.C.user });
        if (t.A.peer) await ask('peer-identity', { start: last, stop: last, identity: t.A.peer });
        if (t.A.admin) await ask('admin-identity', { start: last, stop: last, identity: t.A.admin });
      },
    },
    {
      id: 'event-positions',
      title: 'where chaincode events begin, and what is refused',
      async run(t) {
        await t.submit('e1', [['event', 'e1', 'x']]);
        const b1 = t.lastInfo.block;
        const id1 = t.lastInfo.txId;
        await t.submit('e2', [['event', 'e2', 'y']]);
        const bad = await t.rawEndorse({
          ops: [
            ['event', 'never', 'z'],
            ['put', t.k('a'), '1'],
          ],
          orgs: [0],
        });
        await t.sendEnvelope('invalid', bad);
        await t.submit('e3', [['event', 'e3', 'y']]);
        const id3 = t.lastInfo.txId;
        const b3 = t.lastInfo.block;
        const ask = async (step, o) => {
          const r = await t.A.rawEvents({ channel: t.channel, chaincode: t.cc, idle: 800, ...o });
          t.record(step, {
            end: r.end,
            events: r.events.map((e) => [e.block - b1, e.name, e.payload]),
            ...(r.error ? { grpc: CODE[r.error.code], details: r.error.details } : {}),
          });
        };
        await ask('oldest', { position: 'oldest' });
        await ask('newest', { position: 'newest' });
        await ask('next', { position: 'next' });
        await ask('none', {});
        await ask('first', { position: b1 });
        await ask('after-first', { position: b1, after: id1 });
        await ask('after-first-no-position', { after: id1 });
        await ask('after-first-later-position', { position: b3, after: id1 });
        await ask('after-last', { position: b1, after: id3 });
        await ask('after-unknown', { position: b1, after: 'ab'.repeat(32) });
        await ask('after-invalid', { position: b1, after: bad.txId });
        await ask('unknown-chaincode', { position: b1, chaincode: 'nosuchcc' });
        await ask('empty-chaincode', { position: b1, chaincode: '' });
        await ask('unknown-channel', { position: b1, channel: 'nosuchchannel' });
        await ask('empty-channel', { position: b1, channel: '' });
        await ask('bad-signature', { position: b1, signature: Buffer.from('bad') });
        await ask('other-organisation', { position: b1, identity: t.C.user });
      },
    },
    {
      id: 'malformed-requests',
      title: 'requests with parts missing',
      async run(t) {
        const call = async (step, method, body) =>
          t.attempt(step, async () => {
            const r = await t.A.unary(`/gateway.Gateway/${method}`, body, 3);
            return { fields: [...r.f.keys()] };
          });
        const id = t.A.user;
        for (const m of ['Evaluate', 'Endorse', 'Submit', 'CommitStatus']) await call(`${m}-empty`, m, Buffer.alloc(0));
        const good = buildProposal({ identity: id, channel: t.channel, chaincode: t.cc, args: ['run', '[]'] });
        const proposals = {
          'no-header': enc([2, dec(good.proposal).bytes(2)]),
          'header-garbage': enc([1, Buffer.from('hello')], [2, dec(good.proposal).bytes(2)]),
          'channel-header-garbage': enc(
            [1, enc([1, Buffer.from('hello')], [2, good.signatureHeader])],
            [2, dec(good.proposal).bytes(2)],
          ),
          'payload-garbage': enc([1, dec(good.proposal).bytes(1)], [2, Buffer.from('hello')]),
          'input-garbage': enc([1, dec(good.proposal).bytes(1)], [2, enc([1, Buffer.from('hello')])]),
          'no-payload': enc([1, dec(good.proposal).bytes(1)]),
        };
        for (const [n, p] of Object.entries(proposals))
          for (const m of ['Evaluate', 'Endorse']) {
            await call(`${m}-${n}`, m, enc([1, good.txId], [2, t.channel], [3, enc([1, p], [2, id.sign(p)])]));
          }
        const variants = {
          'extension-empty': { extension: Buffer.alloc(0) },
          'extension-garbage': { extension: Buffer.from('hello') },
          'extension-other-chaincode': { extension: enc([2, enc([2, 'nosuchcc'])]) },
          'specification-other-chaincode': { specChaincode: 'nosuchcc' },
          'specification-type-0': { specType: 0 },
          'version-7': { version: 7 },
          'creator-empty': { creator: Buffer.alloc(0) },
          'no-arguments': { args: [] },
          'header-version-negative': { version: -1 },
          'creator-garbage': { creator: Buffer.from('hello') },
        };
        for (const [n, o] of Object.entries(variants))
          for (const m of ['Evaluate', 'Endorse']) await t.raw(`${m}-${n}`, m, o);
        await call('Submit-no-signature', 'Submit', enc([1, 'x'], [2, t.channel], [3, enc([1, Buffer.from('x')])]));
        for (const [n, payload] of Object.entries({
          garbage: Buffer.from('hello'),
          'payload-empty': Buffer.alloc(0),
          'no-header': enc([2, 'x']),
          'header-empty': enc([1, Buffer.alloc(0), true]),
          'channel-header-garbage': enc([1, enc([1, Buffer.from('hello')])]),
          'channel-header-empty-id': enc([1, enc([1, enc([1, 3])], [2, good.signatureHeader])]),
          'no-signature-header': enc([1, enc([1, enc([1, 3], [4, t.channel])])]),
          'signature-header-garbage': enc([1, enc([1, enc([1, 3], [4, t.channel])], [2, Buffer.from('hello')])]),
        })) {
          await call(
            `Submit-${n}`,
            'Submit',
            enc([1, 'x'], [2, t.channel], [3, enc([1, payload, true], [2, id.sign(payload)])]),
          );
        }
        const header = (type) => enc([1, enc([1, enc([1, type], [4, t.channel])], [2, good.signatureHeader])]);
        for (const type of [1, 4])
          await call(
            `Submit-type-${type}`,
            'Submit',
            enc([1, 'x'], [2, t.channel], [3, enc([1, header(type)], [2, id.sign(header(type))])]),
          );
        await call(
          'Submit-unknown-channel',
          'Submit',
          enc([1, 'x'], [2, 'nosuchchannel'], [3, enc([1, header(3)], [2, id.sign(header(3))])]),
        );
        const status = (r, sig) => enc([1, r], [2, sig || id.sign(r)]);
        await call('CommitStatus-garbage', 'CommitStatus', enc([1, Buffer.from('hello')], [2, Buffer.from('x')]));
        await call('CommitStatus-no-identity', 'CommitStatus', status(enc([1, 'x'], [2, t.channel])));
        await call('CommitStatus-no-channel', 'CommitStatus', status(enc([1, 'x'], [3, id.serialized()])));
        await call('CommitStatus-nothing-but-identity', 'CommitStatus', status(enc([3, id.serialized()])));
        await call(
          'Evaluate-target-unknown',
          'Evaluate',
          enc([1, good.txId], [2, t.channel], [3, good.signed], [4, 'NoSuchMSP']),
        );
        await call(
          'Evaluate-target-other',
          'Evaluate',
          enc([1, good.txId], [2, t.channel], [3, good.signed], [4, t.msp(1)]),
        );
        await t.eval('still-works', [['env']]);
      },
    },
    {
      id: 'altered-transactions',
      title: 'transactions with parts replaced, and their codes',
      async run(t) {
        const make = (n, o = {}) => t.rawEndorse({ ops: [['put', t.k(n), n]], ...o });
        const send = async (step, x, payload, o = {}) =>
          t.attempt(step, async () => {
            await t.A.submitEnvelope(
              t.channel,
              x.txId,
              enc([1, payload, true], [2, (o.identity || x.identity).sign(payload)]),
            );
            const st = await t.A.commitStatus(t.channel, o.txId || x.txId, { seconds: 4 });
            await t.settle(o.txId || x.txId);
            return { commit: st.code };
          });
        const withChannelHeader = (payload, change) => {
          const h = dec(payload).msg(1);
          return patch(payload, { 1: enc([1, change(h.bytes(1))], [2, h.bytes(2)]) });
        };
        let x = await make('epoch');
        await send(
          'epoch',
          x,
          withChannelHeader(x.payload, (ch) => Buffer.concat([ch, Buffer.from([0x30, 1])])),
        );
        x = await make('extension');
        await send(
          'header-extension',
          x,
          withChannelHeader(x.payload, (ch) => patch(ch, { 7: enc([2, enc([2, 'nosuchcc'])]) })),
        );
        x = await make('two-actions');
        await send(
          'two-actions',
          x,
          rebuildPayload(x.payload, (p) => {
            const a = dec(dec(x.payload).bytes(2)).bytes(1);
            return { ...p, actions: [a, a] };
          }),
        );
        x = await make('no-actions');
        await send(
          'no-actions',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, actions: [] })),
        );
        x = await make('no-endorsements');
        await send(
          'no-endorsements',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, endorsements: [] })),
        );
        x = await make('one-endorsement');
        await send(
          'one-endorsement',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, endorsements: p.endorsements.slice(0, 1) })),
        );
        x = await make('doubled');
        await send(
          'endorsement-doubled',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, endorsements: [p.endorsements[0], p.endorsements[0]] })),
        );
        x = await make('extra');
        await send(
          'extra-garbage-endorsement',
          x,
          rebuildPayload(x.payload, (p) => ({
            ...p,
            endorsements: [enc([1, Buffer.from('rubbish')], [2, Buffer.from('x')]), ...p.endorsements],
          })),
        );
        x = await make('reversed');
        await send(
          'endorsements-reversed',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, endorsements: p.endorsements.slice().reverse() })),
        );
        x = await make('action-header');
        await send(
          'action-header-empty',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, capHeader: Buffer.alloc(0) })),
        );
        x = await make('payload-empty');
        await send(
          'proposal-payload-empty',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, proposalPayload: Buffer.alloc(0) })),
        );
        x = await make('prp-garbage');
        await send(
          'response-payload-garbage',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, prp: Buffer.from('hello') })),
        );
        x = await make('prp-empty');
        await send(
          'response-payload-empty',
          x,
          rebuildPayload(x.payload, (p) => ({ ...p, prp: Buffer.alloc(0) })),
        );
        x = await make('data-garbage');
        await send('data-garbage', x, patch(x.payload, { 2: Buffer.from('hello') }));
        x = await make('data-empty');
        await send('data-empty', x, patch(x.payload, { 2: Buffer.alloc(0) }));
        x = await make('type-0');
        if (t.net.conn.ordering === 'bft') t.record('type-message', { notSent: 'it stops BFT orderers for good' });
        else
          await send(
            'type-message',
            x,
            withChannelHeader(x.payload, (ch) =>
              enc(...[...dec(ch).f].filter(([n]) => n !== 1).map(([n, v]) => [n, v[0], true])),
            ),
          );
      },
    },
  ];
};
