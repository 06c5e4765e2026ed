// Taking blocks apart.

import { headerHash } from './der.mjs';
import { sha256, TXCODE } from './net.mjs';
import { dec } from './wire.mjs';

export function parseBlock(buf) {
  const b = buf.f ? buf : dec(buf);
  const h = b.msg(1);
  const data = b.msg(2).all(1);
  const metadata = b.msg(3).all(1);
  const filter = metadata[2] || Buffer.alloc(0);
  return {
    number: h.num(1),
    previousHash: h.bytes(2),
    dataHash: h.bytes(3),
    data,
    metadata,
    filter: [...filter],
    computedDataHash: sha256(Buffer.concat(data)),
    headerHash: headerHash(h.num(1), h.bytes(2), h.bytes(3)),
    txs: data.map((d, i) => ({ ...parseEnvelope(d), code: TXCODE[filter[i]] })),
  };
}

/** a transaction that does not parse (deliberately broken by a scenario) is reported as such */
export function parseEnvelope(buf) {
  try {
    return parseGoodEnvelope(buf);
  } catch (_e) {
    return { unparsed: true, type: -1 };
  }
}
const mspOf = (endorsement) => {
  try {
    return endorsement.msg(1).str(1);
  } catch {
    return 'unparsed';
  }
};
function parseGoodEnvelope(buf) {
  const env = dec(buf);
  const payload = env.msg(1);
  const ch = payload.msg(1).msg(1);
  const sh = payload.msg(1).msg(2);
  const out = {
    type: ch.num(1),
    channel: ch.str(4),
    txId: ch.str(5),
    creatorMsp: sh.msg(1).str(1),
    signature: env.bytes(2),
    payload,
  };
  if (out.type === 3) {
    const action = payload.msg(2).msgs(1)[0];
    if (!action) return { ...out, actions: 0, endorsers: [] };
    const cap = action.msg(2);
    const cea = cap.msg(2);
    const prp = cea.msg(1);
    const ca = prp.msg(2);
    out.actions = payload.msg(2).msgs(1).length;
    out.proposalPayload = cap.bytes(1);
    out.proposalHash = prp.bytes(1);
    out.endorsers = cea.msgs(2).map(mspOf);
    out.response = { status: ca.msg(3).num(1), message: ca.msg(3).str(2), payload: ca.msg(3).bytes(3) };
    out.chaincode = { name: ca.msg(4).str(2), version: ca.msg(4).str(3), path: ca.msg(4).str(1) };
    const ev = ca.msg(2);
    out.event = ca.bytes(2).length
      ? { chaincode: ev.str(1), txId: ev.str(2), name: ev.str(3), payload: ev.str(4) }
      : null;
    out.rwset = parseRwset(ca.bytes(1));
  }
  return out;
}

const version = (m) => (m.has(2) ? [m.msg(2).num(1), m.msg(2).num(2)] : null);
export function parseRwset(buf) {
  const t = dec(buf);
  return {
    model: t.num(1),
    ns: t.msgs(2).map((n) => {
      const k = n.msg(2);
      const o = {
        namespace: n.str(1),
        reads: k.msgs(1).map((r) => ({ key: r.str(1), version: version(r) })),
        ranges: k.msgs(2).map((r) => ({
          start: r.str(1),
          end: r.str(2),
          exhausted: r.num(3) === 1,
          raw: r.has(4)
            ? ((k) => (k.length > 10 ? k.length : k))(
                r
                  .msg(4)
                  .msgs(1)
                  .map((x) => x.str(1)),
              )
            : null,
          merkle: r.has(5) ? { degree: r.msg(5).num(1), level: r.msg(5).num(2), hashes: r.msg(5).all(3).length } : null,
        })),
        writes: k.msgs(3).map((w) => ({
          key: w.str(1),
          del: w.num(2) === 1,
          value: w.str(3).length > 60 ? `${w.bytes(3).length} bytes` : w.str(3),
        })),
        meta: k.msgs(4).map((w) => ({ key: w.str(1), entries: w.msgs(2).map((e) => e.str(1)) })),
        collections: n.msgs(3).map((c) => {
          const hr = c.msg(2);
          return {
            name: c.str(1),
            hasPvtHash: c.bytes(3).length,
            reads: hr.msgs(1).map((r) => ({ keyHash: r.bytes(1).toString('hex'), version: version(r) })),
            writes: hr.msgs(2).map((w) => ({
              keyHash: w.bytes(1).toString('hex'),
              del: w.num(2) === 1,
              valueHash: w.bytes(3).toString('hex'),
              purge: w.num(4) === 1,
            })),
            meta: hr
              .msgs(3)
              .map((w) => ({ keyHash: w.bytes(1).toString('hex'), entries: w.msgs(2).map((e) => e.str(1)) })),
          };
        }),
      };
      return o;
    }),
  };
}
export function parseFiltered(m) {
  return {
    channel: m.str(1),
    number: m.num(2),
    txs: m.msgs(4).map((t) => ({
      txId: t.str(1),
      type: t.num(2),
      code: TXCODE[t.num(3)],
      events: t.has(4)
        ? t
            .msg(4)
            .msgs(1)
            .map((a) => {
              const e = a.msg(1);
              return { chaincode: e.str(1), name: e.str(3), payloadLength: e.bytes(4).length };
            })
        : [],
    })),
  };
}
