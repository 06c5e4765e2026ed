import { buildProposal, sha256 } from '../lib/net.mjs';
import { enc } from '../lib/wire.mjs';

export default [
  {
    id: 'context',
    title: 'what the stub says of the transaction: ids, creator, channel, transient data',
    async run(t) {
      await t.eval('ctx', [['ctx']]);
      await t.eval('ctx-of-second-org-user', [['ctx']], { via: 1 });
      await t.eval('ctx-second-user-first-endpoint', [['ctx']], { via: 0, as: 1 });
      await t.eval('transient', [['ctx']], {
        transient: { b: Buffer.from('two'), a: Buffer.from('one'), bin: Buffer.from([255, 0]) },
      });
      await t.eval('signed-proposal', [['proposal']]);
      await t.eval('client-identity', [['identity']]);
      await t.submit('ctx-in-transaction', [['ctx']]);
      await t.submit('transient-in-transaction', [['ctx']], {
        transient: { secret: Buffer.from('do-not-store') },
        orgs: [0, 1],
      });
      const tx = await t.txInBlock(t.lastInfo);
      t.record('transient-not-in-block', {
        input: tx.proposalPayload.includes('do-not-store'),
        creator: tx.creatorMsp,
      });
      // ids computed by the client: tx id = sha256(nonce || creator), binding = sha256(nonce || creator || epoch)
      const nonce = Buffer.alloc(24, 7);
      const identity = t.A.user;
      const ms = 1000 * Math.floor(Date.now() / 1000) + 123;
      const p = buildProposal({
        identity,
        channel: t.channel,
        chaincode: t.cc,
        args: ['run', '[["ids"]]'],
        nonce,
        timestampMs: ms,
      });
      await t.attempt('ids-match-the-proposal', async () => {
        const r = await t.A.unary('/gateway.Gateway/Evaluate', enc([1, p.txId], [2, t.channel], [3, p.signed]));
        const got = JSON.parse(r.msg(1).str(3))[0];
        return {
          txId: got.txId === p.txId,
          creator: got.creator === sha256(identity.cert).toString('hex'),
          seconds: got.seconds === Math.floor(ms / 1000),
          nanos: got.nanos,
          binding:
            got.binding === sha256(Buffer.concat([nonce, identity.serialized(), Buffer.alloc(8)])).toString('hex'),
        };
      });
    },
  },
  {
    id: 'response-status',
    title: 'response status, message and payload as the client sees them (evaluate)',
    async run(t) {
      for (const s of [200, 201, 299, 300, 399, 400, 404, 499, 500, 501, 599, 100, 199, 1, -1, 1000]) {
        await t.eval(`status-${s}`, [['return', s, `message ${s}`, `payload ${s}`]]);
      }
      await t.eval('status-zero', [['return', 0, 'zero', 'zero payload']]);
      await t.eval('no-payload', [['return', 200, '', null]]);
      await t.eval('message-only', [['return', 200, 'just a message', null]]);
      await t.eval('success-empty', [], { fn: 'raw', args: ['success-empty'] });
      await t.eval('no-response-object', [], { fn: 'raw', args: ['nothing'] });
      await t.eval('no-status', [], { fn: 'raw', args: ['statusless'] });
      const p = buildProposal({
        identity: t.A.user,
        channel: t.channel,
        chaincode: t.cc,
        args: ['run', '[["return",201,"made it","body"]]'],
      });
      await t.attempt('raw-response-201', async () => {
        const r = (await t.A.unary('/gateway.Gateway/Evaluate', enc([1, p.txId], [2, t.channel], [3, p.signed]))).msg(
          1,
        );
        return { status: r.num(1), message: r.str(2), payload: r.str(3) };
      });
    },
  },
  {
    id: 'response-errors',
    title: 'chaincode errors: shim.error, exceptions, unknown function',
    async run(t) {
      await t.eval('shim-error', [['fail', 'it went wrong']]);
      await t.submit('shim-error-submit', [['fail', 'it went wrong']]);
      await t.eval('error-empty-message', [], { fn: 'raw', args: ['error-empty'] });
      await t.submit('error-empty-message-submit', [], { fn: 'raw', args: ['error-empty'] });
      await t.eval('thrown', [['throw', 'thrown text']]);
      await t.submit('thrown-submit', [['throw', 'thrown text']]);
      await t.submit('thrown-after-put', [
        ['put', t.k('x'), '1'],
        ['throw', 'after put'],
      ]);
      await t.eval('nothing-written', [['get', t.k('x')]]);
      await t.eval('thrown-not-an-error', [['throwraw', 'a string']]);
      await t.eval('thrown-null', [['throwraw', null]]);
      await t.eval('unicode-message', [['fail', 'ошибка 失敗 💥']]);
      await t.eval('multi-line-message', [['fail', 'line one\nline two\ttab']]);
      await t.eval('long-message', [['fail', 'm'.repeat(3000)]]);
      await t.eval('percent-in-message', [['fail', '100%s %d']]);
      await t.eval('json-message', [['fail', '{"code":7,"why":"because"}']]);
      await t.eval('unknown-function', [], { fn: 'nope', args: ['a'] });
      await t.eval('empty-function', [], { fn: '', args: [] });
      await t.submit('unknown-function-submit', [], { fn: 'nope', args: ['a'] });
      await t.submit('error-with-two-orgs', [['fail', 'both']], { orgs: [0, 1] });
      await t.submit('error-with-three-orgs', [['fail', 'three']], { orgs: [0, 1, 2] });
    },
  },
  {
    id: 'chaincode-to-chaincode',
    title: 'one chaincode calls another on the same channel',
    needs: ['chaincode2'],
    async run(t) {
      const call = (ops, ch) => ['invoke', t.cc2, ['run', JSON.stringify(ops)], ch];
      await t.submit('callee-writes', [call([['put', t.k('a'), 'callee']]), ['put', t.k('a'), 'caller']], {
        orgs: [0, 1, 2],
      });
      await t.eval('separate-namespaces', [['get', t.k('a')], call([['get', t.k('a')]])]);
      await t.eval('read-callee-directly', [['get', t.k('a')]], { cc: t.cc2 });
      await t.eval('callee-error', [['try', call([['fail', 'callee failed']])]]);
      await t.eval('callee-status-404', [['try', call([['return', 404, 'not here', 'body']])]]);
      await t.eval('callee-status-300', [['try', call([['return', 300, 'three hundred', 'body']])]]);
      await t.eval('callee-context', [call([['ctx'], ['params']])]);
      await t.eval('unknown-chaincode', [['try', ['invoke', 'nosuchcc', ['run', '[]'], '']]]);
      await t.eval('unknown-channel', [['try', ['invoke', t.cc2, ['run', '[]'], 'nosuchchannel']]]);
      await t.eval('itself', [['try', ['invoke', t.cc, ['run', '[["env"]]'], '']]]);
      await t.submit('callee-event-is-dropped', [call([['event', 'inner', 'x']])], { orgs: [0, 1, 2] });
      t.record('event-in-block', { event: (await t.txInBlock(t.lastInfo)).event });
      await t.submit('caller-event-wins', [call([['event', 'inner', 'x']]), ['event', 'outer', 'y']], {
        orgs: [0, 1, 2],
      });
      const tx = await t.txInBlock(t.lastInfo);
      t.record('caller-event-in-block', {
        event: tx.event && { chaincode: tx.event.chaincode, name: tx.event.name, payload: tx.event.payload },
      });
      await t.eval('callee-does-not-see-caller-write', [['put', t.k('c'), '1'], call([['get', t.k('c')]])]);
    },
  },
];
