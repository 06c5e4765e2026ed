/*
 * Probe chaincode. Two kinds of call:
 *   run  <JSON array of operations>   executes the operations in order, returns a JSON array of their results
 *   raw  <mode> <args...>             returns bytes exactly as asked (binary payloads, odd responses)
 * An operation is [name, ...arguments]; ['try', operation] reports an error as {error} and goes on.
 * ['return', status, message, payload] ends the script with exactly that response.
 */
const shim = require('fabric-shim');
const crypto = require('node:crypto');
const fs = require('node:fs');

const VALUE_KEEP = 200; // longer values are reported as length and digest

function show(buf) {
  if (buf === undefined || buf === null) return null;
  const b = Buffer.from(buf);
  if (b.length === 0) return '';
  const s = b.toString('utf8');
  if (b.length > VALUE_KEEP || !Buffer.from(s, 'utf8').equals(b)) {
    return { len: b.length, sha256: crypto.createHash('sha256').update(b).digest('base64') };
  }
  return s;
}

function varint(n) {
  const out = [];
  while (n > 127) {
    out.push((n & 127) | 128);
    n >>>= 7;
  }
  out.push(n);
  return Buffer.from(out);
}
function field(num, v) {
  if (typeof v === 'number') return v === 0 ? Buffer.alloc(0) : Buffer.concat([varint(num << 3), varint(v)]);
  const b = Buffer.isBuffer(v) ? v : Buffer.from(v);
  return Buffer.concat([varint((num << 3) | 2), varint(b.length), b]);
}
/** k-of-n signature policy over MSP roles, hand built: roles MEMBER 0, ADMIN 1, CLIENT 2, PEER 3 */
function kOfN(k, mspIds, role) {
  const rule = field(
    2,
    Buffer.concat([field(1, k), ...mspIds.map((_, i) => field(2, Buffer.concat([varint(1 << 3), varint(i)])))]),
  );
  const principals = mspIds.map((id) => field(3, field(2, Buffer.concat([field(1, id), field(2, role)]))));
  return Buffer.concat([field(2, rule), ...principals]);
}
/** accepts MSP names already mapped by the driver */
function makePolicy(spec) {
  if (spec === null) return Buffer.alloc(0);
  if (spec.garbage) return Buffer.from(spec.garbage, 'base64');
  const role = { MEMBER: 0, ADMIN: 1, CLIENT: 2, PEER: 3 }[spec.role || 'PEER'];
  if (spec.k !== undefined) return kOfN(spec.k, spec.orgs, role);
  const p = new shim.KeyEndorsementPolicy();
  p.addOrgs(spec.role || 'PEER', ...spec.orgs);
  return p.getPolicy();
}

async function drain(it, keep) {
  const out = [];
  for (;;) {
    const r = await it.next();
    if (r.value) {
      const e = keep(r.value);
      if (e !== undefined) out.push(e);
    }
    if (r.done) {
      await it.close();
      return out;
    }
  }
}
const kv = (prefix) => (v) => (prefix && !v.key.startsWith(prefix) ? undefined : [v.key, show(v.value)]);

const OPS = {
  async get(stub, key) {
    return show(await stub.getState(key));
  },
  async put(stub, key, value) {
    await stub.putState(key, Buffer.from(value));
    return 'ok';
  },
  async putb64(stub, key, b64) {
    await stub.putState(key, Buffer.from(b64, 'base64'));
    return 'ok';
  },
  async putn(stub, key, n, ch) {
    await stub.putState(key, Buffer.alloc(n, ch || 'x'));
    return 'ok';
  },
  async del(stub, key) {
    await stub.deleteState(key);
    return 'ok';
  },
  async incr(stub, key, by) {
    const old = Number((await stub.getState(key)).toString() || '0');
    await stub.putState(key, Buffer.from(String(old + by)));
    return old + by;
  },
  async scan(stub, start, end, prefix) {
    return drain(await stub.getStateByRange(start, end), kv(prefix));
  },
  async scanfew(stub, start, end, n) {
    // stops early: the query information is not exhausted
    const it = await stub.getStateByRange(start, end);
    const out = [];
    for (let i = 0; i < n; i++) {
      const r = await it.next();
      if (r.value) out.push([r.value.key, show(r.value.value)]);
      if (r.done) break;
    }
    await it.close();
    return out;
  },
  async mkkey(stub, type, attrs) {
    return stub.createCompositeKey(type, attrs);
  },
  async split(stub, key) {
    return stub.splitCompositeKey(key);
  },
  async cput(stub, type, attrs, value) {
    await stub.putState(stub.createCompositeKey(type, attrs), Buffer.from(value));
    return 'ok';
  },
  async cget(stub, type, attrs) {
    return show(await stub.getState(stub.createCompositeKey(type, attrs)));
  },
  async cdel(stub, type, attrs) {
    await stub.deleteState(stub.createCompositeKey(type, attrs));
    return 'ok';
  },
  async cscan(stub, type, attrs) {
    return drain(await stub.getStateByPartialCompositeKey(type, attrs), (v) => [
      stub.splitCompositeKey(v.key).attributes,
      show(v.value),
    ]);
  },
  async page(stub, start, end, size, bookmark) {
    const { iterator, metadata } = await stub.getStateByRangeWithPagination(start, end, size, bookmark);
    return {
      rows: await drain(iterator, kv()),
      ...(metadata ? { count: metadata.fetchedRecordsCount, bookmark: metadata.bookmark } : { metadata: 'none' }),
    };
  },
  async cpage(stub, type, attrs, size, bookmark) {
    const { iterator, metadata } = await stub.getStateByPartialCompositeKeyWithPagination(type, attrs, size, bookmark);
    return {
      rows: await drain(iterator, (v) => [stub.splitCompositeKey(v.key).attributes, show(v.value)]),
      ...(metadata
        ? {
            count: metadata.fetchedRecordsCount,
            bookmark: metadata.bookmark ? stub.splitCompositeKey(metadata.bookmark).attributes : metadata.bookmark,
          }
        : { metadata: 'none' }),
    };
  },
  async rich(stub, q) {
    return drain(await stub.getQueryResult(q), kv());
  },
  async hist(stub, key) {
    return drain(await stub.getHistoryForKey(key), (v) => ({
      tx: v.txId,
      value: show(v.value),
      del: v.isDelete,
      seconds: Number(v.timestamp.seconds) > 0,
    }));
  },
  async ctx(stub) {
    const c = stub.getCreator();
    return {
      fcn: stub.getFunctionAndParameters().fcn,
      args: stub.getStringArgs().length,
      txIdIsHex64: /^[0-9a-f]{64}$/.test(stub.getTxID()),
      channel: stub.getChannelID(),
      mspid: c.mspid,
      creatorIsPem: Buffer.from(c.idBytes).toString().startsWith('-----BEGIN CERTIFICATE-----'),
      transient: Object.fromEntries([...stub.getTransient()].map(([k, v]) => [k, show(v)]).sort()),
      tsSane: Math.abs(stub.getDateTimestamp().getTime() - Date.now()) < 3600e3,
      binding: /^[0-9a-f]{64}$/.test(stub.getBinding()),
    };
  },
  async ids(stub) {
    // values the driver checks against what it sent
    const t = stub.getTxTimestamp();
    return {
      txId: stub.getTxID(),
      creator: crypto.createHash('sha256').update(Buffer.from(stub.getCreator().idBytes)).digest('hex'),
      seconds: Number(t.seconds),
      nanos: t.nanos,
      binding: stub.getBinding(),
    };
  },
  async proposal(stub) {
    const sp = stub.getSignedProposal();
    const h = sp.proposal.header;
    return {
      sig: sp.signature.length > 60,
      type: h.channelHeader.getType(),
      version: h.channelHeader.getVersion(),
      channel: h.channelHeader.getChannelId(),
      epoch: Number(h.channelHeader.getEpoch()),
      nonce: h.signatureHeader.nonce.length,
      mspid: h.signatureHeader.creator.getMspid(),
    };
  },
  async identity(stub) {
    const ci = new shim.ClientIdentity(stub);
    return { mspid: ci.getMSPID(), ou: /OU=client/.test(ci.getID()), id: ci.getID().startsWith('x509::') };
  },
  async params(stub) {
    return stub.getStringArgs().slice(2);
  },
  async event(stub, name, payload) {
    stub.setEvent(name, Buffer.from(payload));
    return 'ok';
  },
  async env() {
    return process.env.PROBE_ORG || 'unset';
  },
  // deliberately different per organisation
  async putenv(stub, key) {
    await stub.putState(key, Buffer.from(process.env.PROBE_ORG || 'unset'));
    return 'ok';
  },
  async eventenv(stub, name) {
    stub.setEvent(name, Buffer.from(process.env.PROBE_ORG || 'unset'));
    return 'ok';
  },
  async getenvkey(stub, key) {
    return show(await stub.getState(key + (process.env.PROBE_ORG || 'unset')));
  },
  async failin(_stub, org) {
    if (process.env.PROBE_ORG === org) throw new Error('refused here');
    return 'ok';
  },
  async random() {
    return crypto.randomBytes(8).toString('hex');
  },
  async sleep(_stub, ms) {
    await new Promise((r) => setTimeout(r, ms));
    return 'ok';
  },
  async pad(_stub, n) {
    return 'x'.repeat(n);
  },
  async setep(stub, key, spec) {
    await stub.setStateValidationParameter(key, makePolicy(spec));
    return 'ok';
  },
  async getep(stub, key) {
    const ep = await stub.getStateValidationParameter(key);
    if (!ep || ep.length === 0) return null;
    try {
      return { orgs: new shim.KeyEndorsementPolicy(Buffer.from(ep)).listOrgs().sort(), len: ep.length };
    } catch (_e) {
      return { undecodable: ep.length };
    }
  },
  async invoke(stub, cc, args, channel) {
    const r = await stub.invokeChaincode(cc, args, channel || '');
    return { status: r.status, message: r.message, payload: show(r.payload) };
  },
  // private data
  async pput(stub, coll, key, value) {
    await stub.putPrivateData(coll, key, Buffer.from(value));
    return 'ok';
  },
  async pputt(stub, coll, key, field_) {
    await stub.putPrivateData(coll, key, Buffer.from(stub.getTransient().get(field_)));
    return 'ok';
  },
  async pget(stub, coll, key) {
    return show(await stub.getPrivateData(coll, key));
  },
  async phash(stub, coll, key) {
    return Buffer.from(await stub.getPrivateDataHash(coll, key)).toString('base64');
  },
  async pdel(stub, coll, key) {
    await stub.deletePrivateData(coll, key);
    return 'ok';
  },
  async ppurge(stub, coll, key) {
    await stub.purgePrivateData(coll, key);
    return 'ok';
  },
  async pscan(stub, coll, start, end) {
    const r = await stub.getPrivateDataByRange(coll, start, end);
    return drain(r.iterator || r, kv());
  },
  async pcput(stub, coll, type, attrs, value) {
    await stub.putPrivateData(coll, stub.createCompositeKey(type, attrs), Buffer.from(value));
    return 'ok';
  },
  async pcscan(stub, coll, type, attrs) {
    const r = await stub.getPrivateDataByPartialCompositeKey(coll, type, attrs);
    return drain(r.iterator || r, (v) => [stub.splitCompositeKey(v.key).attributes, show(v.value)]);
  },
  async psetep(stub, coll, key, spec) {
    await stub.setPrivateDataValidationParameter(coll, key, makePolicy(spec));
    return 'ok';
  },
  async pgetep(stub, coll, key) {
    const ep = await stub.getPrivateDataValidationParameter(coll, key);
    return ep?.length ? { orgs: new shim.KeyEndorsementPolicy(Buffer.from(ep)).listOrgs().sort() } : null;
  },
  async throw(_stub, message) {
    throw new Error(message);
  },
  async throwraw(_stub, value) {
    throw value;
  },
};

async function runScript(stub, ops) {
  const results = [];
  for (const op of ops) {
    const [name, ...args] = op;
    if (name === 'return') {
      const [status, message, payload] = args;
      return { status, message, payload: payload === null || payload === undefined ? undefined : Buffer.from(payload) };
    }
    if (name === 'returnenv')
      return { status: args[0], message: process.env.PROBE_ORG || 'unset', payload: Buffer.from('same') };
    if (name === 'statusin')
      return { status: process.env.PROBE_ORG === args[0] ? args[1] : 200, message: '', payload: Buffer.from('same') };
    if (name === 'fail') return shim.error(args[0]);
    if (name === 'try') {
      const [inner, ...iargs] = args[0];
      try {
        results.push(await OPS[inner](stub, ...iargs));
      } catch (e) {
        results.push({ error: String(e && e.message !== undefined ? e.message : e) });
      }
      continue;
    }
    if (!OPS[name]) return shim.error(`unknown operation ${name}`);
    results.push(await OPS[name](stub, ...args));
  }
  return shim.success(Buffer.from(JSON.stringify(results)));
}

async function runRaw(_stub, args) {
  const mode = args[1] ? args[1].toString() : '';
  if (mode === 'args')
    return shim.success(Buffer.from(JSON.stringify(args.slice(2).map((a) => Buffer.from(a).toString('hex')))));
  if (mode === 'echo') return shim.success(args[2] ? Buffer.from(args[2]) : undefined);
  if (mode === 'bytes') return shim.success(Buffer.from(args[2].toString(), 'hex'));
  if (mode === 'nothing') return undefined;
  if (mode === 'statusless') return { message: 'no status', payload: Buffer.from('x') };
  if (mode === 'success-empty') return shim.success();
  if (mode === 'error-empty') return shim.error('');
  return shim.error(`unknown raw mode ${mode}`);
}

class Probe {
  async Init() {
    return shim.success();
  }
  async Invoke(stub) {
    try {
      const args = stub.getBufferArgs ? stub.getBufferArgs() : stub.getArgs().map((a) => Buffer.from(a));
      const fcn = args.length ? args[0].toString() : '';
      if (fcn === 'run') return await runScript(stub, JSON.parse(args[1].toString()));
      if (fcn === 'raw') return await runRaw(stub, args);
      return shim.error(`unknown function ${JSON.stringify(fcn)} with ${args.length} arguments`);
    } catch (e) {
      // an exception that leaves Invoke would end a low-level chaincode process: answer it as an error response
      return shim.error(String(e && e.message !== undefined ? e.message : e));
    }
  }
}

// `CHAINCODE_ID=... CHAINCODE_SERVER_ADDRESS=host:port PROBE_ORG=... node index.js` serves it (chaincode as a service); with
// CHAINCODE_TLS_CERT, CHAINCODE_TLS_KEY and CHAINCODE_TLS_CLIENT_CA (PEM files) to clients under that root only.
if (require.main === module) {
  const { CHAINCODE_TLS_CERT, CHAINCODE_TLS_KEY, CHAINCODE_TLS_CLIENT_CA } = process.env;
  shim
    .server(new Probe(), {
      ccid: process.env.CHAINCODE_ID,
      address: process.env.CHAINCODE_SERVER_ADDRESS,
      'grpc.max_send_message_length': -1,
      'grpc.max_receive_message_length': -1,
      ...(CHAINCODE_TLS_CERT === undefined
        ? {}
        : {
            tlsProps: {
              cert: fs.readFileSync(CHAINCODE_TLS_CERT),
              key: fs.readFileSync(CHAINCODE_TLS_KEY),
              clientCACerts: fs.readFileSync(CHAINCODE_TLS_CLIENT_CA),
            },
          }),
    })
    .start()
    .catch((e) => {
      console.error(e);
      process.exit(1);
    });
}
module.exports = Probe;
