// Minimal protocol buffers wire codec: enough to build and take apart the messages of the protocol by field number.
function varint(n) {
  let v = BigInt(n);
  if (v < 0n) v += 1n << 64n;
  const out = [];
  while (v > 127n) {
    out.push(Number(v & 127n) | 128);
    v >>= 7n;
  }
  out.push(Number(v));
  return Buffer.from(out);
}

/** enc([field, value], ...): strings and bytes are length delimited, numbers are varints (0 and undefined are left out unless `keep`) */
export function enc(...fields) {
  const parts = [];
  for (const [num, value, keep] of fields) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'number' || typeof value === 'bigint') {
      if (Number(value) === 0 && !keep) continue;
      parts.push(varint(num * 8), varint(value));
    } else {
      const b = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
      if (b.length === 0 && !keep) continue;
      parts.push(varint(num * 8 + 2), varint(b.length), b);
    }
  }
  return Buffer.concat(parts);
}

/** Decoded message: field number -> list of raw values (Buffer or BigInt) */
export class Msg {
  constructor(buf) {
    this.raw = Buffer.from(buf || []);
    this.f = new Map();
    let p = 0;
    const b = this.raw;
    const rd = () => {
      let v = 0n;
      let s = 0n;
      for (;;) {
        if (p >= b.length) throw new Error('truncated message');
        const c = b[p++];
        v |= BigInt(c & 127) << s;
        s += 7n;
        if (!(c & 128)) return v;
      }
    };
    while (p < b.length) {
      const tag = Number(rd());
      const num = tag >> 3;
      let v;
      if ((tag & 7) === 0) v = rd();
      else if ((tag & 7) === 2) {
        const n = Number(rd());
        if (p + n > b.length) throw new Error('truncated field');
        v = b.subarray(p, p + n);
        p += n;
      } else if ((tag & 7) === 1) {
        v = b.subarray(p, p + 8);
        p += 8;
      } else if ((tag & 7) === 5) {
        v = b.subarray(p, p + 4);
        p += 4;
      } else throw new Error(`wire type ${tag & 7}`);
      if (!this.f.has(num)) this.f.set(num, []);
      this.f.get(num).push(v);
    }
  }
  has(n) {
    return this.f.has(n);
  }
  all(n) {
    return this.f.get(n) || [];
  }
  bytes(n) {
    const a = this.all(n);
    return a.length ? a[a.length - 1] : Buffer.alloc(0);
  }
  str(n) {
    return this.bytes(n).toString('utf8');
  }
  num(n) {
    const a = this.all(n);
    return a.length ? Number(BigInt.asIntN(64, a[a.length - 1])) : 0;
  }
  msg(n) {
    return new Msg(this.bytes(n));
  }
  msgs(n) {
    return this.all(n).map((x) => new Msg(x));
  }
}
export const dec = (b) => new Msg(b);

/** Re-encode a message with some length-delimited fields replaced (all others kept byte for byte in field order) */
export function patch(buf, changes) {
  const m = dec(buf);
  const nums = [...new Set([...m.f.keys(), ...Object.keys(changes).map(Number)])].sort((a, b) => a - b);
  const fields = [];
  for (const n of nums) {
    if (Object.hasOwn(changes, n)) {
      const c = changes[n];
      for (const v of Array.isArray(c) ? c : [c]) if (v !== null) fields.push([n, v, true]);
    } else for (const v of m.all(n)) fields.push([n, v, true]);
  }
  return enc(...fields);
}
