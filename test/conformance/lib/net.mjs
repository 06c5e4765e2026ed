// Connections to the organisations of a network: the ordinary gateway client, raw calls of the same services, raw Deliver.

import crypto from 'node:crypto';
import fs from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';
import { sign } from './der.mjs';
import { dec, enc } from './wire.mjs';

export const CODE = Object.fromEntries(
  Object.entries(grpc.status)
    .filter(([, v]) => typeof v === 'number')
    .map(([k, v]) => [v, k]),
);
export const TXCODE = {
  0: 'VALID',
  1: 'NIL_ENVELOPE',
  2: 'BAD_PAYLOAD',
  3: 'BAD_COMMON_HEADER',
  4: 'BAD_CREATOR_SIGNATURE',
  5: 'INVALID_ENDORSER_TRANSACTION',
  6: 'INVALID_CONFIG_TRANSACTION',
  7: 'UNSUPPORTED_TX_PAYLOAD',
  8: 'BAD_PROPOSAL_TXID',
  9: 'DUPLICATE_TXID',
  10: 'ENDORSEMENT_POLICY_FAILURE',
  11: 'MVCC_READ_CONFLICT',
  12: 'PHANTOM_READ_CONFLICT',
  13: 'UNKNOWN_TX_TYPE',
  14: 'TARGET_CHAIN_NOT_FOUND',
  15: 'MARSHAL_TX_ERROR',
  16: 'NIL_TXACTION',
  17: 'EXPIRED_CHAINCODE',
  18: 'CHAINCODE_VERSION_CONFLICT',
  19: 'BAD_HEADER_EXTENSION',
  20: 'BAD_CHANNEL_HEADER',
  21: 'BAD_RESPONSE_PAYLOAD',
  22: 'BAD_RWSET',
  23: 'ILLEGAL_WRITESET',
  24: 'INVALID_WRITESET',
  25: 'INVALID_CHAINCODE',
  254: 'NOT_VALIDATED',
  255: 'INVALID_OTHER_REASON',
};
export const sha256 = (b) => crypto.createHash('sha256').update(b).digest();

const same = (b) => b;

export class Identity {
  constructor(mspId, certPem, keyPem) {
    this.mspId = mspId;
    this.cert = Buffer.from(certPem);
    this.key = crypto.createPrivateKey(keyPem);
  }
  serialized() {
    return enc([1, this.mspId], [2, this.cert]);
  }
  sign(message, high) {
    return sign(this.key, message, high);
  }
  gatewayOptions() {
    return {
      identity: { mspId: this.mspId, credentials: this.cert },
      signer: signers.newPrivateKeySigner(this.key),
      hash: hash.sha256,
    };
  }
}

/** error details carried by a gRPC error in its trailer */
export function errorDetails(err) {
  const bin = err?.metadata?.get('grpc-status-details-bin');
  if (!bin?.length) return [];
  return dec(bin[0])
    .msgs(3)
    .map((any) => {
      const d = any.msg(2);
      return { address: d.str(1), mspId: d.str(2), message: d.str(3) };
    });
}

export class Org {
  constructor(conf) {
    this.conf = conf;
    this.mspId = conf.mspId;
    const opts = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
    if (conf.serverName) {
      opts['grpc.ssl_target_name_override'] = conf.serverName;
      opts['grpc.default_authority'] = conf.serverName;
    }
    const creds =
      !conf.tlsCa || conf.tlsCa === 'insecure'
        ? grpc.credentials.createInsecure()
        : grpc.credentials.createSsl(fs.readFileSync(conf.tlsCa));
    this.client = new grpc.Client(conf.endpoint, creds, opts);
    this.user = new Identity(conf.mspId, fs.readFileSync(conf.cert), fs.readFileSync(conf.key));
    const opt = (c, k) =>
      conf[c] && conf[k] ? new Identity(conf.mspId, fs.readFileSync(conf[c]), fs.readFileSync(conf[k])) : undefined;
    this.admin = opt('adminCert', 'adminKey');
    this.peer = opt('peerCert', 'peerKey');
    this.ca =
      conf.caCert && conf.caKey
        ? { certPem: fs.readFileSync(conf.caCert), keyPem: fs.readFileSync(conf.caKey) }
        : undefined;
    this.gateways = new Map();
  }
  /** an ordinary gateway of the given identity, connected to this organisation's endpoint */
  gateway(identity = this.user) {
    let g = this.gateways.get(identity);
    if (!g) {
      const d = (s) => () => ({ deadline: Date.now() + s * 1000 });
      g = connect({
        client: this.client,
        ...identity.gatewayOptions(),
        evaluateOptions: d(60),
        endorseOptions: d(60),
        submitOptions: d(60),
        commitStatusOptions: d(60),
      });
      this.gateways.set(identity, g);
    }
    return g;
  }
  unary(path, body, seconds = 60) {
    return new Promise((resolve, reject) =>
      this.client.makeUnaryRequest(
        path,
        same,
        same,
        body,
        new grpc.Metadata(),
        { deadline: Date.now() + seconds * 1000 },
        (e, r) => (e ? reject(e) : resolve(dec(r))),
      ),
    );
  }
  /** commit status asked with a hand-built request: {code, block} */
  async commitStatus(channel, txId, { identity = this.user, seconds = 60, signature } = {}) {
    const req = enc([1, txId], [2, channel], [3, identity.serialized()]);
    const r = await this.unary(
      '/gateway.Gateway/CommitStatus',
      enc([1, req], [2, signature || identity.sign(req)]),
      seconds,
    );
    return { code: TXCODE[r.num(1)], block: r.num(2) };
  }
  submitEnvelope(channel, txId, envelope) {
    return this.unary('/gateway.Gateway/Submit', enc([1, txId], [2, channel], [3, envelope]));
  }
  /** seek on the deliver services; yields decoded DeliverResponse messages; ends at status or after `max` blocks or `idle` ms of silence */
  deliver({
    method = 'Deliver',
    channel,
    start,
    stop,
    behavior = 0,
    identity = this.user,
    signature,
    header = {},
    max = 1e9,
    idle = 5000,
    seek,
  }) {
    const pos = (p) =>
      p === 'newest'
        ? enc([1, Buffer.alloc(0), true])
        : p === 'oldest'
          ? enc([2, Buffer.alloc(0), true])
          : p === 'next'
            ? enc([4, Buffer.alloc(0), true])
            : enc([3, enc([1, p]), true]);
    const info =
      seek || enc([1, pos(start), true], ...(stop === undefined ? [] : [[2, pos(stop), true]]), [3, behavior]);
    const now = Date.now() + (header.offsetMs || 0);
    const ch = enc(
      [1, header.type === undefined ? 5 : header.type],
      [3, enc([1, Math.floor(now / 1000)], [2, (now % 1000) * 1e6])],
      [4, channel],
    );
    const sh = enc([1, identity.serialized()], [2, crypto.randomBytes(24)]);
    const payload = enc([1, enc([1, ch], [2, sh])], [2, info]);
    const env = enc([1, payload], [2, signature || identity.sign(payload)]);
    const out = [];
    return new Promise((resolve) => {
      const s = this.client.makeBidiStreamRequest(`/protos.Deliver/${method}`, same, same, new grpc.Metadata(), {});
      let timer;
      let over = false;
      const finish = (end) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        s.cancel();
        resolve({ messages: out, ...end });
      };
      const arm = () => {
        clearTimeout(timer);
        timer = setTimeout(() => finish({ end: 'idle' }), idle);
      };
      s.on('data', (b) => {
        const m = dec(b);
        arm();
        if (m.has(1)) return finish({ end: 'status', status: m.num(1) });
        out.push(m);
        if (out.length >= max) finish({ end: 'max' });
      });
      s.on('error', (e) => finish({ end: 'error', error: e }));
      s.on('end', () => finish({ end: 'closed' }));
      arm();
      s.write(env);
    });
  }
  /** raw chaincode events stream: resolves with the responses read until `count` events, silence or error */
  rawEvents({ channel, chaincode, position, after, identity = this.user, signature, count = 1e9, idle = 1500 }) {
    const pos =
      position === undefined
        ? undefined
        : position === 'next'
          ? enc([4, Buffer.alloc(0), true])
          : position === 'oldest'
            ? enc([2, Buffer.alloc(0), true])
            : position === 'newest'
              ? enc([1, Buffer.alloc(0), true])
              : enc([3, enc([1, position]), true]);
    const req = enc([1, channel], [2, chaincode], [3, identity.serialized()], [4, pos], [5, after]);
    const body = enc([1, req], [2, signature || identity.sign(req)]);
    const events = [];
    return new Promise((resolve) => {
      const s = this.client.makeServerStreamRequest(
        '/gateway.Gateway/ChaincodeEvents',
        same,
        same,
        body,
        new grpc.Metadata(),
        {},
      );
      let over = false;
      let timer;
      const finish = (end) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        s.cancel();
        resolve({ events, ...end });
      };
      const arm = () => {
        clearTimeout(timer);
        timer = setTimeout(() => finish({ end: 'idle' }), idle);
      };
      s.on('data', (b) => {
        const m = dec(b);
        const block = m.num(2);
        arm();
        for (const e of m.msgs(1))
          events.push({ block, chaincode: e.str(1), txId: e.str(2), name: e.str(3), payload: e.str(4) });
        if (events.length >= count) finish({ end: 'count' });
      });
      s.on('error', (e) => finish({ end: 'error', error: e }));
      s.on('end', () => finish({ end: 'closed' }));
      arm();
    });
  }
  close() {
    for (const g of this.gateways.values()) g.close();
    this.client.close();
  }
}

/**
 * Hand-built signed proposal. `o`: identity, channel, chaincode, args, transient, and anything to get wrong on purpose:
 * type, version, timestampMs, txId, nonce, epoch, extension, creator, signature ('none' | bytes), input, payload, headerChannel.
 */
export function buildProposal(o) {
  const id = o.identity;
  const nonce = o.nonce === undefined ? crypto.randomBytes(24) : o.nonce;
  const creator = o.creator || id.serialized();
  const txId = o.txId === undefined ? sha256(Buffer.concat([nonce, creator])).toString('hex') : o.txId;
  const ms = o.timestampMs === undefined ? Date.now() : o.timestampMs;
  const ts = ms === null ? undefined : enc([1, Math.floor(ms / 1000)], [2, (((ms % 1000) + 1000) % 1000) * 1e6]);
  const ccid = enc([2, o.chaincode]);
  const ext = o.extension === undefined ? enc([2, ccid]) : o.extension;
  const ch = enc(
    [1, o.type === undefined ? 3 : o.type],
    [2, o.version],
    [3, ts],
    [4, o.channel],
    [5, txId],
    [6, o.epoch],
    [7, ext],
  );
  const sh = enc([1, creator], [2, nonce]);
  const spec = enc(
    [1, o.specType === undefined ? 2 : o.specType],
    [2, enc([2, o.specChaincode === undefined ? o.chaincode : o.specChaincode])],
    [3, enc(...o.args.map((a) => [1, a, true]))],
  );
  const payload =
    o.payload ||
    enc([1, o.input || enc([1, spec])], ...Object.entries(o.transient || {}).map(([k, v]) => [2, enc([1, k], [2, v])]));
  const proposal = enc([1, enc([1, ch], [2, sh])], [2, payload]);
  const signature = o.signature === 'none' ? undefined : o.signature || id.sign(o.signOther || proposal, o.highS);
  return { txId, proposal, signed: enc([1, proposal], [2, signature]), channelHeader: ch, signatureHeader: sh };
}
