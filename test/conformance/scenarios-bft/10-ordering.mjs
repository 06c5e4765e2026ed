// What four BFT orderers answer and write that one raft orderer does not. Recorded on native Fabric 3.1.5.
import crypto from 'node:crypto';
import { blockHeader, isLowS } from '../lib/der.mjs';
import { buildProposal, errorDetails } from '../lib/net.mjs';
import { dec, enc, patch } from '../lib/wire.mjs';

const SIGNATURES = 0;
const LAST_CONFIG = 1;
const ORDERER = 3;

/** Value of an entry of a protobuf map of messages. */
const entry = (list, key) => list.find((e) => e.str(1) === key)?.msg(2);
const group = (parent, name) => entry(parent.msgs(2), name);
const value = (parent, name) => entry(parent.msgs(3), name)?.msg(2);
const policy = (parent, name) => entry(parent.msgs(4), name)?.msg(2);
const keys = (list) => list.map((e) => e.str(1)).sort();

async function genesis(t) {
  const block = await t.block(0);
  const channel = block.txs[0].payload.msg(2).msg(1).msg(2);
  const orderer = group(channel, 'Orderer');
  const consenters = value(orderer, 'Orderers').msgs(1);
  return { block, channel, orderer, consenters };
}

const shapeOfRule = (rule) =>
  rule.has(1) ? { signedBy: rule.num(1) } : { n: rule.msg(2).num(1), of: rule.msg(2).msgs(2).map(shapeOfRule) };

export default [
  {
    id: 'bft-configuration',
    title: 'what the first block says of BFT ordering',
    async run(t) {
      const { channel, orderer, consenters, block } = await genesis(t);
      t.record('groups', {
        channel: keys(channel.msgs(3)),
        orderer: keys(orderer.msgs(3)),
        organizations: keys(orderer.msgs(2)),
        capabilities: keys(value(orderer, 'Capabilities').msgs(1)),
        channelCapabilities: keys(value(channel, 'Capabilities').msgs(1)),
      });
      const type = value(orderer, 'ConsensusType');
      const options = type.msg(2);
      t.record('consensus', {
        type: type.str(1),
        state: type.num(3),
        batchCount: options.num(1),
        batchBytes: options.num(2),
        batchInterval: options.str(3),
        requestMaxBytes: options.num(9),
      });
      t.record('consenters', {
        list: consenters.map((c) => ({
          id: c.num(1),
          msp: c.str(4),
          host: c.str(2) !== '',
          port: c.num(3) > 0,
          identity: new crypto.X509Certificate(c.bytes(5)).subject !== '',
          clientTls: new crypto.X509Certificate(c.bytes(6)).subject !== '',
          sameTls: c.bytes(6).equals(c.bytes(7)),
        })),
      });
      const validation = policy(orderer, 'BlockValidation');
      const envelope = validation.msg(2);
      t.record('block-validation', {
        type: validation.num(1),
        rule: shapeOfRule(envelope.msg(2)),
        principals: envelope.msgs(3).map((p) => ({ kind: p.num(1), msp: p.msg(2).str(1) })),
        ofConsenters: envelope.msgs(3).every((p, i) => p.msg(2).bytes(2).equals(consenters[i].bytes(5))),
      });
      t.record('metadata', {
        slots: block.metadata.length,
        lengths: block.metadata.map((m, i) => (i === 2 ? 1 : m.length)),
      });
    },
  },
  {
    id: 'bft-block-metadata',
    title: 'the quorum of signatures on a block',
    async run(t) {
      const { consenters } = await genesis(t);
      const certificates = new Map(consenters.map((c) => [c.num(1), new crypto.X509Certificate(c.bytes(5))]));
      await t.submit('one', [['put', t.k('a'), '1']]);
      const first = t.lastInfo.block;
      await t.submit('two', [['put', t.k('a'), '2']]);
      const second = t.lastInfo.block;
      const [before, block] = [await t.block(first), await t.block(second)];
      const view = (b) => dec(dec(dec(b.metadata[SIGNATURES]).bytes(1)).bytes(2));
      const metadata = dec(block.metadata[SIGNATURES]);
      const signed = metadata.msgs(2).map((s) => {
        const header = s.msg(3);
        const message = Buffer.concat([
          metadata.bytes(1),
          s.bytes(3),
          blockHeader(block.number, block.previousHash, block.dataHash),
        ]);
        const certificate = certificates.get(header.num(1));
        return {
          id: header.num(1),
          nonce: header.bytes(2).length,
          signatureHeader: s.bytes(1).length,
          lowS: isLowS(s.bytes(2)),
          valid: certificate !== undefined && crypto.verify('sha256', message, certificate.publicKey, s.bytes(2)),
        };
      });
      t.record('signatures', {
        count: signed.length,
        signers: new Set(signed.map(({ id }) => id)).size,
        allValid: signed.every(({ valid }) => valid),
        allLowS: signed.every(({ lowS }) => lowS),
        nonces: [...new Set(signed.map(({ nonce }) => nonce))],
        signatureHeaders: [...new Set(signed.map(({ signatureHeader }) => signatureHeader))],
      });
      t.record('value', {
        fields: [...metadata.msg(1).f.keys()],
        lastConfig: metadata.msg(1).msg(1).num(1),
        viewFields: [...view(block).f.keys()],
        sequenceIsNumber: view(block).num(2) === block.number,
        sequenceAdvances: view(block).num(2) - view(before).num(2) === second - first,
        decisionsAdvance: view(block).num(3) - view(before).num(3) === second - first,
        sameView: view(block).num(1) === view(before).num(1),
      });
      t.record('last-config-slot', {
        present: block.metadata[LAST_CONFIG].length > 0,
        value: dec(dec(block.metadata[LAST_CONFIG]).bytes(1)).num(1),
        signatures: dec(block.metadata[LAST_CONFIG]).all(2).length,
      });
      t.record('orderer-slot', { length: block.metadata[ORDERER].length });
    },
  },
  {
    id: 'bft-duplicate',
    title: 'orderers refuse what they have ordered already',
    async run(t) {
      const ordered = await t.rawEndorse({ ops: [['put', t.k('a'), '1']] });
      await t.sendEnvelope('first', ordered);
      const block = t.lastInfo.block;
      await t.submit('marker', [['put', t.k('m'), '1']]); // by now every orderer has the block of the first
      await t.sendEnvelope('again', ordered);
      await t.sendEnvelope('again-elsewhere', { ...ordered, via: 1 });
      const altered = patch(ordered.payload, { 2: Buffer.from('other content') });
      await t.sendEnvelope('same-nonce-other-content', { ...ordered, payload: altered });
      t.record('once-in-the-chain', {
        occurrences: await occurrences(t, ordered.txId, block, await t.height()),
      });
      const invalid = await t.rawEndorse({ ops: [['put', t.k('b'), '1']], orgs: [0] });
      await t.sendEnvelope('invalid', invalid);
      await t.submit('marker-2', [['put', t.k('m'), '2']]);
      await t.sendEnvelope('invalid-again', invalid);
    },
  },
  {
    id: 'bft-while-waiting',
    title: 'the same envelope while it waits for its block',
    async run(t) {
      const before = await t.height();
      let answers;
      let x;
      // a block may be cut between the two, which refuses the later one: then once more
      for (let n = 0; n < 5 && !answers?.every((answer) => answer === 'accepted'); n++) {
        x = await t.rawEndorse({ ops: [['put', t.k(`a${n}`), '1']] });
        const envelope = enc([1, x.payload, true], [2, x.identity.sign(x.payload)]);
        const send = (org) => org.submitEnvelope(t.channel, x.txId, envelope).then(() => 'accepted');
        answers = (await Promise.allSettled([send(t.A), send(t.B)])).map(({ value }) => value);
        await t.settle(x.txId);
      }
      t.record('both', { answers });
      const { code } = await t.A.commitStatus(t.channel, x.txId);
      await t.submit('marker', [['put', t.k('m'), '1']]);
      t.record('once', { code, occurrences: await occurrences(t, x.txId, before, await t.height()) });
    },
  },
  {
    id: 'bft-forgets',
    title: 'what was ordered before the last thousand is ordered again',
    async run(t) {
      const old = await t.rawEndorse({ ops: [['put', t.k('a'), '1']] });
      await t.sendEnvelope('first', old);
      const block = t.lastInfo.block;
      // ordered like any other, and found broken by the peers
      const broken = () => {
        const { channelHeader, signatureHeader } = buildProposal({
          identity: t.A.user,
          channel: t.channel,
          chaincode: t.cc,
          args: [],
        });
        const payload = enc([1, enc([1, channelHeader], [2, signatureHeader])], [2, 'no transaction']);
        return enc([1, payload], [2, t.A.user.sign(payload)]);
      };
      const LIMIT = 1000;
      const AT_ONCE = 50;
      for (let sent = 0; sent < LIMIT + AT_ONCE; sent += AT_ONCE)
        await Promise.all(Array.from({ length: AT_ONCE }, () => order(t, 'x', broken())));
      await t.submit('marker', [['put', t.k('m'), '1']]);
      await t.sleep(6000); // each forgets by a clock of its own, every five seconds
      await t.attempt('again', async () => {
        await t.A.submitEnvelope(t.channel, old.txId, enc([1, old.payload, true], [2, old.identity.sign(old.payload)]));
        return { submitted: true };
      });
      await t.submit('marker-2', [['put', t.k('m'), '2']]);
      t.record('codes-in-blocks', { codes: await codes(t, old.txId, block, await t.height()) });
    },
  },
  {
    id: 'bft-cutting',
    title: 'blocks are cut by count and by the absolute size; the preferred one is of no account',
    async run(t) {
      const big = 'x'.repeat(650_000); // twice in its envelope: as argument and as write
      const sharesBlock = async (n) => {
        const [a, b] = await commitTogether(
          t,
          ['a', 'b'].map((name) => [
            ['put', t.k(`${name}${n}`), big],
            ['return', 200, '', ''],
          ]),
        );
        return a.block === b.block;
      };
      // an interval may end between the two: then once more
      let shared = false;
      for (let n = 0; n < 8 && !shared; n++) shared = await sharesBlock(n);
      t.record('more-than-preferred-in-one-block', { shared });
      // what counts is payload and signature first, and then the envelope with its framing, a few bytes more
      const LIMIT = 4_194_304;
      const { channelHeader, signatureHeader } = buildProposal({
        identity: t.A.user,
        channel: t.channel,
        chaincode: t.cc,
        args: [],
      });
      const filled = (bytes) => enc([1, enc([1, channelHeader], [2, signatureHeader])], [2, Buffer.alloc(bytes, 1)]);
      let bytes = LIMIT - 2000;
      let payload = filled(bytes);
      let signature = t.A.user.sign(payload);
      while (payload.length + signature.length !== LIMIT) {
        bytes += LIMIT - payload.length - signature.length;
        payload = filled(bytes);
        signature = t.A.user.sign(payload);
      }
      await t.attempt('between-the-limits', async () => {
        await t.A.submitEnvelope(t.channel, 'x', enc([1, payload], [2, signature]));
        return { submitted: true };
      });
      const before = await t.height();
      const statuses = await commitTogether(
        t,
        Array.from({ length: 25 }, (_, i) => [['put', t.k(`c${i}`), '1']]),
      );
      const sizes = [];
      for (let b = before; b < (await t.height()); b++) sizes.push((await t.block(b)).txs.length);
      t.record('by-count', {
        codes: [...new Set(statuses.map(({ code }) => code))],
        all: sizes.reduce((a, b) => a + b, 0),
        atMostTen: sizes.every((size) => size <= 10),
      });
    },
  },
];

/**
 * Submits what was never submitted before. With several under way, an envelope can be in a block before the gateway has brought it to
 * every orderer; the late ones then refuse it as ordered already, and so does the gateway.
 */
async function order(t, txId, envelope) {
  try {
    await t.A.submitEnvelope(t.channel, txId, envelope);
  } catch (e) {
    if (!errorDetails(e).every(({ message }) => message.includes('request already processed'))) throw e;
    console.error(`${t.scenario.id}: refused as ordered already, at the first submission`);
  }
}

/** Endorses transactions of these operations, submits all at once and gives the commit status of each. */
async function commitTogether(t, operations) {
  const endorsed = await Promise.all(operations.map((ops) => t.rawEndorse({ ops })));
  await Promise.all(
    endorsed.map(({ txId, payload, identity }) => order(t, txId, enc([1, payload, true], [2, identity.sign(payload)]))),
  );
  const statuses = await Promise.all(endorsed.map(({ txId }) => t.A.commitStatus(t.channel, txId)));
  for (const { txId } of endorsed) await t.settle(txId);
  return statuses;
}

async function codes(t, txId, from, to) {
  const found = [];
  for (let b = from; b < to; b++) for (const x of (await t.block(b)).txs) if (x.txId === txId) found.push(x.code);
  return found;
}

const occurrences = async (t, txId, from, to) => (await codes(t, txId, from, to)).length;
