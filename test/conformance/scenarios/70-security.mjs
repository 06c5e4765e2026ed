import crypto from 'node:crypto';
import { makeCert, setS } from '../lib/der.mjs';
import { dec, enc, patch, rebuildPayload } from '../lib/harness.mjs';
import { Identity, sha256 } from '../lib/net.mjs';

export default [
  {
    id: 'tampered-envelope',
    title: 'signatures and contents changed after endorsement',
    async run(t) {
      const ops = (n) => [['put', t.k(n), n]];
      const e = (n) => t.rawEndorse({ ops: ops(n) });
      let x = await e('good');
      await t.sendEnvelope('untouched', x);
      x = await e('bad-signature');
      await t.sendEnvelope('bad-signature', { ...x, signature: Buffer.from('not a signature') });
      x = await e('no-signature');
      await t.sendEnvelope('no-signature', { ...x, signature: Buffer.alloc(0) });
      x = await e('other-signer');
      await t.sendEnvelope('other-signer', { ...x, identity: t.B.user });
      x = await e('high-s');
      await t.sendEnvelope('high-s-signature', { ...x, signature: setS(x.identity.sign(x.payload), true) });
      x = await e('flipped');
      const flipped = Buffer.from(x.payload);
      flipped[flipped.length - 10] ^= 1;
      await t.sendEnvelope('payload-changed-after-signing', {
        ...x,
        payload: flipped,
        signature: x.identity.sign(x.payload),
      });
      const alter = async (step, fn) => {
        const y = await e(step);
        await t.sendEnvelope(step, { ...y, payload: rebuildPayload(y.payload, fn) });
      };
      await alter('response-payload-changed', (p) => {
        const ext = dec(p.prp).bytes(2);
        const resp = dec(ext).bytes(3);
        return { ...p, prp: patch(p.prp, { 2: patch(ext, { 3: patch(resp, { 3: Buffer.from('forged') }) }) }) };
      });
      await alter('rwset-emptied', (p) => {
        const ext = dec(p.prp).bytes(2);
        return { ...p, prp: patch(p.prp, { 2: patch(ext, { 1: Buffer.alloc(0) }) }) };
      });
      await alter('proposal-hash-changed', (p) => ({ ...p, prp: patch(p.prp, { 1: sha256('other') }) }));
      await alter('endorser-signature-changed', (p) => ({
        ...p,
        endorsements: p.endorsements.map((b) =>
          patch(b, { 2: Buffer.concat([dec(b).bytes(2).subarray(0, -1), Buffer.from([dec(b).bytes(2).at(-1) ^ 1])]) }),
        ),
      }));
      await alter('proposal-input-changed', (p) => {
        const inp = dec(p.proposalPayload).bytes(1);
        return { ...p, proposalPayload: enc([1, Buffer.concat([inp, Buffer.from([0xa8, 0x0f, 1])])]) };
      });
      await t.eval('what-was-written', [['scan', t.k(''), t.k('~')]]);
    },
  },
  {
    id: 'wrong-names',
    title: 'unknown channel, chaincode and empty names',
    async run(t) {
      await t.eval('evaluate-unknown-channel', [['env']], { channel: 'nosuchchannel' });
      await t.submit('submit-unknown-channel', [['env']], { channel: 'nosuchchannel' });
      await t.eval('evaluate-unknown-chaincode', [['env']], { cc: 'nosuchcc' });
      await t.submit('submit-unknown-chaincode', [['env']], { cc: 'nosuchcc' });
      await t.submit('submit-unknown-chaincode-with-organisations', [['env']], { cc: 'nosuchcc', orgs: [0, 1] });
      await t.submit('submit-unknown-channel-with-organisations', [['env']], {
        channel: 'nosuchchannel',
        orgs: [0, 1],
      });
      await t.eval('evaluate-upper-case-channel', [['env']], { channel: 'MyChannel' });
      await t.raw('raw-empty-chaincode', 'Evaluate', { chaincode: '' });
      await t.raw('raw-empty-channel', 'Evaluate', { channel: '' });
      await t.raw('raw-request-channel-is-ignored', 'Evaluate', { requestChannel: 'nosuchchannel' });
      await t.raw('raw-endorse-empty-chaincode', 'Endorse', { chaincode: '' });
      await t.raw('raw-endorse-empty-channel', 'Endorse', { channel: '' });
      const x = await t.rawEndorse({ ops: [['put', t.k('a'), '1']] });
      await t.sendEnvelope('submit-with-other-request-channel', { ...x, requestChannel: 'nosuchchannel' });
      await t.eval('system-chaincode', [], { cc: 'qscc', fn: 'GetChainInfo', args: ['nosuchchannel'] });
    },
  },
  {
    id: 'identities',
    title: 'foreign authority, wrong organisation, unknown organisation, no certificate',
    async run(t) {
      const ca = makeCert({ cn: 'foreign-ca', ca: true });
      const leaf = makeCert({ cn: 'mallory', ou: 'client', issuer: ca });
      const self = makeCert({ cn: 'selfsigned', ou: 'client' });
      const ids = {
        'foreign-authority': new Identity(t.msp(0), leaf.certPem, leaf.keyPem),
        'self-signed': new Identity(t.msp(0), self.certPem, self.keyPem),
        'wrong-organisation': Object.assign(new Identity(t.msp(1), t.A.user.cert, leaf.keyPem), { key: t.A.user.key }),
        'unknown-organisation': Object.assign(new Identity('NoSuchMSP', t.A.user.cert, leaf.keyPem), {
          key: t.A.user.key,
        }),
        'empty-organisation': Object.assign(new Identity('', t.A.user.cert, leaf.keyPem), { key: t.A.user.key }),
        'not-a-certificate': Object.assign(new Identity(t.msp(0), 'hello', leaf.keyPem), { key: t.A.user.key }),
        'key-of-another': Object.assign(new Identity(t.msp(0), t.A.user.cert, leaf.keyPem), { key: t.B.user.key }),
      };
      for (const [name, identity] of Object.entries(ids)) {
        await t.raw(`${name}-evaluate`, 'Evaluate', { identity });
        await t.raw(`${name}-endorse`, 'Endorse', { identity });
        await t.attempt(`${name}-commit-status`, () =>
          t.A.commitStatus(t.channel, 'ab'.repeat(32), { identity, seconds: 2 }),
        );
      }
      // an envelope whose endorsed proposal came from one identity is submitted by another
      await t.eval('good-one-still-works', [['env']]);
    },
  },
  {
    id: 'identities-of-own-authority',
    title: 'certificates issued by the real authority: expired, without a role, fresh',
    needs: ['ca'],
    async run(t) {
      const mk = (o) => {
        const c = makeCert({ issuer: t.A.ca, ...o });
        return new Identity(t.msp(0), c.certPem, c.keyPem);
      };
      const born = new Date(new crypto.X509Certificate(t.A.ca.certPem).validFrom).getTime();
      const at = (seconds) => new Date(born + seconds * 1000);
      const ids = {
        fresh: mk({ cn: 'fresh', ou: 'client' }),
        expired: mk({ cn: 'expired', ou: 'client', notBefore: at(1), notAfter: at(20) }), // the authority must be older than 20 seconds
        'not-yet-valid': mk({ cn: 'future', ou: 'client', notBefore: new Date(Date.now() + 3600e3) }),
        'older-than-its-authority': mk({ cn: 'older', ou: 'client', notBefore: at(-3600) }),
        'without-role': mk({ cn: 'norole' }),
        'unknown-role': mk({ cn: 'unknownrole', ou: 'visitor' }),
        'peer-role': mk({ cn: 'peerrole', ou: 'peer' }),
        'admin-role': mk({ cn: 'adminrole', ou: 'admin' }),
      };
      for (const [name, identity] of Object.entries(ids)) {
        await t.raw(`${name}-evaluate`, 'Evaluate', { identity, ops: [['ctx']] });
        await t.raw(`${name}-endorse`, 'Endorse', { identity, ops: [['put', t.k(name), '1']] });
        try {
          const x = await t.rawEndorse({ identity, ops: [['put', t.k(name), '1']] });
          await t.sendEnvelope(`${name}-submit`, x);
        } catch (_e) {
          t.record(`${name}-submit`, { notEndorsed: true });
        }
      }
    },
  },
  {
    id: 'proposal-header',
    title: 'header type, time stamp, transaction id, nonce, signature',
    async run(t) {
      const ev = (s, o) => t.raw(s, 'Evaluate', o);
      await ev('good', {});
      for (const type of [0, 1, 2, 4, 5, 99]) await ev(`type-${type}`, { type });
      await ev('time-14-minutes-old', { timestampMs: Date.now() - 14 * 60e3 });
      await ev('time-16-minutes-old', { timestampMs: Date.now() - 16 * 60e3 });
      await ev('time-14-minutes-ahead', { timestampMs: Date.now() + 14 * 60e3 });
      await ev('time-16-minutes-ahead', { timestampMs: Date.now() + 16 * 60e3 });
      await ev('time-missing', { timestampMs: null });
      await ev('time-1970', { timestampMs: 0 });
      await t.raw('endorse-16-minutes-old', 'Endorse', { timestampMs: Date.now() - 16 * 60e3 });
      await ev('transaction-id-wrong', { txId: 'ab'.repeat(32) });
      await ev('transaction-id-empty', { txId: '' });
      await ev('request-transaction-id-differs', { requestTxId: 'cd'.repeat(32) });
      await ev('nonce-empty', { nonce: Buffer.alloc(0) });
      await ev('nonce-short', { nonce: Buffer.from('n') });
      await ev('epoch-1', { epoch: 1 });
      await ev('signature-missing', { signature: 'none' });
      await ev('signature-garbage', { signature: Buffer.from('garbage') });
      await ev('signature-of-other-bytes', { signOther: Buffer.from('other') });
      await ev('signature-high-s', { highS: true });
      await t.raw('endorse-signature-high-s', 'Endorse', { highS: true });
      await ev('not-a-proposal', { signedBytes: enc([1, Buffer.from('hello')], [2, Buffer.from('x')]) });
      await ev('empty-signed-proposal', { signedBytes: Buffer.alloc(0) });
      await t.raw('endorse-empty-signed-proposal', 'Endorse', { signedBytes: Buffer.alloc(0) });
    },
  },
];
