// What a scenario is given: calls that record a step and its normalised outcome.
import crypto from 'node:crypto';
import { parseBlock } from './blocks.mjs';
import { buildProposal, CODE, errorDetails } from './net.mjs';
import { dec, enc, patch } from './wire.mjs';

export class Normaliser {
  constructor(conn, nonce) {
    this.pairs = [];
    const add = (from, to) => {
      if (from && from !== to) this.pairs.push([from, to]);
    };
    add(nonce, 'N');
    conn.organizations.forEach((o, i) => {
      add(o.endpoint, '<addr>');
      add(o.serverName, '<host>');
      add(o.mspId, `Org${i + 1}MSP`);
    });
    if (conn.channel !== 'mychannel') add(conn.channel, 'mychannel');
    if (conn.chaincode2 && conn.chaincode2 !== 'probe2') add(conn.chaincode2, 'probe2');
    if (conn.chaincode !== 'probe') add(conn.chaincode, 'probe');
    this.blocks = new Map();
  }
  text(s) {
    let t = s;
    for (const [a, b] of this.pairs) t = t.split(a).join(b);
    return t
      .replace(/\b[0-9a-f]{64}\b/g, '<hex64>')
      .replace(/\[[0-9a-f]{8}\]/g, '[<tx8>]')
      .replace(/\[([^\][]{1,40})-[0-9a-f]{8}\]/g, '[$1-<tx8>]')
      .replace(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\\?n?/g, '<cert>')
      .replace(/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?( ?Z| [+-]\d{4} UTC)?/g, '<time>')
      .replace(/\b(?:\d{1,3}\.){3}\d{1,3}:\d+\b/g, '<addr>')
      .replace(/0x[0-9a-f]{6,}/g, '<ptr>')
      .replace(/BlockNum: \d+, TxNum: \d+/g, 'BlockNum: #, TxNum: #')
      .replace(/\b0(1|[0-9a-f]{2})?[0-9a-f]{60,}\b/g, '<hex>')
      .replace(/\b\d{30,}\b/g, '<bigint>')
      .replace(/\u00a0/g, ' '); // Go's protobuf errors mix the two kinds of space
  }
  value(v) {
    if (typeof v === 'string') return this.text(v);
    if (Array.isArray(v)) return v.map((x) => this.value(x));
    if (v && typeof v === 'object')
      return Object.fromEntries(
        Object.entries(v)
          .filter(([, x]) => x !== undefined)
          .map(([k, x]) => [this.text(k), this.value(x)]),
      );
    return v;
  }
  error(e) {
    const cause = e.cause && typeof e.cause.code === 'number' ? e.cause : e;
    // which of two unequal answers is reported as the odd one depends on their arrival: no organisation is recorded
    const details = errorDetails(cause)
      .map((d) => ({ msp: d.message === 'ProposalResponsePayloads do not match' ? '*' : d.mspId, msg: d.message }))
      .map((d) => this.value(d))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    const out = { error: e.constructor.name === 'Error' && e.code !== undefined ? 'ServiceError' : e.constructor.name };
    if (out.error === 'CommitError')
      out.commit = CODENAMES[e.code]; // its code is a validation code, not a gRPC status
    else if (typeof cause.code === 'number') {
      // the driver cancels no unary call: `Call cancelled` is an expired deadline whose reset by the server came first
      out.grpc = cause.code === 1 && cause.details === 'Call cancelled' ? 'DEADLINE_EXCEEDED' : CODE[cause.code];
      const text = this.text(cause.details || '');
      // Not kept: the text of an expired deadline (client and server race to write it), and a text that ends in a space
      // (such a header value does not survive HTTP/2 in every client, and then arrives empty).
      if (out.grpc !== 'DEADLINE_EXCEEDED' && text !== '' && !/\s$/.test(text)) out.message = text;
    } else out.message = this.text(String(e.message));
    if (details.length) out.details = details;
    return out;
  }
}

export class T {
  constructor(net, scenario, nonce, emit) {
    Object.assign(this, { net, scenario, nonce, emit, norm: net.norm });
    this.last = null;
    this.steps = new Set();
  }
  get A() {
    return this.net.orgs[0];
  }
  get B() {
    return this.net.orgs[1];
  }
  get C() {
    return this.net.orgs[2];
  }
  get channel() {
    return this.net.conn.channel;
  }
  get cc() {
    return this.net.conn.chaincode;
  }
  get cc2() {
    return this.net.conn.chaincode2;
  }
  msp(i) {
    return this.net.orgs[i].mspId;
  }
  msps(list) {
    return list.map((i) => (typeof i === 'number' ? this.msp(i) : i));
  }
  /** a key of this scenario in this run */
  k(name) {
    return `${this.nonce}/${this.scenario.id}/${name}`;
  }
  sleep(ms) {
    return new Promise((r) => setTimeout(r, ms));
  }

  record(step, outcome) {
    if (this.steps.has(step)) throw new Error(`step ${step} twice in ${this.scenario.id}`);
    this.steps.add(step);
    this.emit({ scenario: this.scenario.id, step, outcome: this.norm.value(outcome) });
    return outcome;
  }
  async attempt(step, fn) {
    try {
      return this.record(step, await fn());
    } catch (e) {
      if (process.env.DEBUG_ERRORS) console.error(step, e);
      this.record(step, this.norm.error(e));
      return { failed: e };
    }
  }
  contract(o = {}) {
    const org = o.via === undefined ? this.A : typeof o.via === 'number' ? this.net.orgs[o.via] : o.via;
    const id = o.as === undefined ? org.user : typeof o.as === 'number' ? this.net.orgs[o.as].user : o.as;
    return org
      .gateway(id)
      .getNetwork(o.channel || this.channel)
      .getContract(o.cc || this.cc);
  }
  gwProposal(ops, o = {}) {
    const options = { arguments: o.args || [JSON.stringify(this.mapMsps(ops))] };
    if (o.transient) options.transientData = o.transient;
    if (o.orgs) options.endorsingOrganizations = this.msps(o.orgs);
    return this.contract(o).newProposal(o.fn === undefined ? 'run' : o.fn, options);
  }
  /** Org1MSP..Org3MSP in operations stand for the first, second and third organisation */
  mapMsps(v) {
    if (typeof v === 'string')
      return v.replace(/Org([123])MSP/g, (s, i) => (this.net.orgs[i - 1] ? this.net.orgs[i - 1].mspId : s));
    if (Array.isArray(v)) return v.map((x) => this.mapMsps(x));
    if (v && typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, this.mapMsps(x)]));
    return v;
  }
  show(bytes) {
    const b = Buffer.from(bytes);
    const s = b.toString('utf8');
    if (!Buffer.from(s).equals(b)) return { hex: b.length > 64 ? `${b.length} bytes` : b.toString('hex') };
    try {
      const j = JSON.parse(s);
      if (j && typeof j === 'object') return j;
    } catch {
      /* not JSON */
    }
    return s.length > 2000 ? `${s.length} characters` : s;
  }
  /** evaluate and record {result} or the error */
  eval(step, ops, o = {}) {
    return this.attempt(step, async () => ({ result: this.show(await this.gwProposal(ops, o).evaluate()) }));
  }
  /** all organisations have committed this transaction */
  async settle(txId) {
    await Promise.all(this.net.orgs.map((org) => org.commitStatus(this.channel, txId)));
  }
  async settleBlock(number) {
    await Promise.all(
      this.net.orgs.map((org) => org.deliver({ channel: this.channel, start: number, stop: number, idle: 20000 })),
    );
  }
  /** endorse, submit, wait for the commit at every organisation; record {result, commit} or the error */
  submit(step, ops, o = {}) {
    return this.attempt(step, async () => {
      const tx = await this.gwProposal(ops, o).endorse();
      return this.finish(tx, o);
    }).then((r) => {
      this.last = r;
      return this.lastInfo || r;
    });
  }
  async finish(tx, o = {}) {
    const sub = await tx.submit();
    const st = await sub.getStatus();
    await this.settle(tx.getTransactionId());
    this.lastInfo = { txId: tx.getTransactionId(), block: Number(st.blockNumber), code: st.code };
    const out = {
      result: this.show(tx.getResult()),
      commit: st.successful ? 'VALID' : st.code in CODENAMES ? CODENAMES[st.code] : st.code,
    };
    if (o.endorsers) out.endorsers = (await this.txInBlock(this.lastInfo)).endorsers.slice().sort();
    return out;
  }
  /** endorse only; returns the transaction (undefined when it failed); records only failures unless `always` */
  async endorse(step, ops, o = {}) {
    try {
      const tx = await this.gwProposal(ops, o).endorse();
      if (o.always) this.record(step, { endorsed: true, result: this.show(tx.getResult()) });
      return tx;
    } catch (e) {
      this.record(step, this.norm.error(e));
      return undefined;
    }
  }
  /** submit an endorsed transaction, record its commit */
  send(step, tx, o = {}) {
    return this.attempt(step, () => this.finish(tx, o));
  }
  /** submit several endorsed transactions one after the other (in this order), then record each commit */
  async sendAll(step, txs) {
    const subs = [];
    for (const tx of txs) subs.push(await tx.submit());
    const st = [];
    for (const s of subs) st.push(await s.getStatus());
    for (const tx of txs) await this.settle(tx.getTransactionId());
    const ordered = st.every((s, i) => i === 0 || s.blockNumber >= st[i - 1].blockNumber);
    this.record(step, { commits: st.map((s) => CODENAMES[s.code]), inOrder: ordered });
    return st.map((s, i) => ({
      txId: txs[i].getTransactionId(),
      block: Number(s.blockNumber),
      code: CODENAMES[s.code],
    }));
  }
  async block(number, org = this.A) {
    const r = await org.deliver({ channel: this.channel, start: number, stop: number, idle: 20000 });
    return parseBlock(r.messages[0].msg(2));
  }
  async txInBlock({ txId, block }, org = this.A) {
    return (await this.block(block, org)).txs.find((t) => t.txId === txId);
  }
  async height(org = this.A) {
    const r = await org.deliver({ channel: this.channel, start: 'newest', stop: 'newest' });
    return parseBlock(r.messages[0].msg(2)).number + 1;
  }
  /** hand-built proposal to Evaluate or Endorse of an organisation's gateway */
  async raw(step, method, o = {}) {
    const org = o.via === undefined ? this.A : this.net.orgs[o.via];
    const identity = o.identity || org.user;
    const p = buildProposal({
      channel: this.channel,
      chaincode: this.cc,
      args: ['run', JSON.stringify(this.mapMsps(o.ops || [['params']]))],
      ...o,
      identity,
    });
    return this.attempt(step, async () => {
      const channel = o.requestChannel === undefined ? o.channel || this.channel : o.requestChannel;
      const txId = o.requestTxId === undefined ? p.txId : o.requestTxId;
      const r = await org.unary(
        `/gateway.Gateway/${method}`,
        enc([1, txId], [2, channel], [3, o.signedBytes || p.signed], ...this.msps(o.orgs || []).map((m) => [4, m])),
      );
      if (method === 'Evaluate')
        return { status: r.msg(1).num(1), message: r.msg(1).str(2), result: this.show(r.msg(1).bytes(3)) };
      const env = r.msg(1);
      return { endorsed: true, signed: env.bytes(2).length > 0, ...(o.keep ? { keep: o.keep(env, p) } : {}) };
    });
  }
  /** raw endorsement without recording: {envelope payload, txId} */
  async rawEndorse(o = {}) {
    const org = o.via === undefined ? this.A : this.net.orgs[o.via];
    const identity = o.identity || org.user;
    const p = buildProposal({
      channel: this.channel,
      chaincode: this.cc,
      args: ['run', JSON.stringify(this.mapMsps(o.ops))],
      ...o,
      identity,
    });
    const r = await org.unary(
      '/gateway.Gateway/Endorse',
      enc([1, p.txId], [2, this.channel], [3, p.signed], ...this.msps(o.orgs || []).map((m) => [4, m])),
    );
    return { payload: r.msg(1).bytes(1), txId: p.txId, identity };
  }
  /** submit an envelope made of this payload (signed here unless a signature is given) and record what becomes of it */
  sendEnvelope(step, { payload, txId, identity, signature, via, requestChannel, seconds = 20 }) {
    const org = via === undefined ? this.A : this.net.orgs[via];
    return this.attempt(step, async () => {
      await org.submitEnvelope(
        requestChannel || this.channel,
        txId,
        enc([1, payload, true], [2, signature === undefined ? identity.sign(payload) : signature]),
      );
      const st = await org.commitStatus(this.channel, txId, { seconds });
      await this.settle(txId);
      this.lastInfo = { txId, block: st.block, code: st.code };
      return { submitted: true, commit: st.code };
    });
  }
  randomHex(n) {
    return crypto.randomBytes(n).toString('hex');
  }
}
export { dec, enc, patch };

import { TXCODE } from './net.mjs';

const CODENAMES = TXCODE;

/** replace parts of an endorsed envelope payload: fn receives and returns {header, capHeader, proposalPayload, prp, endorsements} */
export function rebuildPayload(payload, fn) {
  const pl = dec(payload);
  const action = pl.msg(2).msgs(1)[0];
  const cap = action.msg(2);
  const cea = cap.msg(2);
  const x = fn({
    header: pl.bytes(1),
    capHeader: action.bytes(1),
    proposalPayload: cap.bytes(1),
    prp: cea.bytes(1),
    endorsements: cea.all(2).map((e) => Buffer.from(e)),
  });
  const cea2 = enc([1, x.prp, true], ...x.endorsements.map((e) => [2, e, true]));
  const cap2 = enc([1, x.proposalPayload, true], [2, cea2, true]);
  const ta = enc([1, x.capHeader, true], [2, cap2, true]);
  return enc([1, x.header, true], [2, enc(...(x.actions || [ta]).map((a) => [1, a, true])), true]);
}
