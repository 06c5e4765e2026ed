// DER encoding, a small X.509 v3 certificate maker, and ECDSA signature helpers.
import crypto from 'node:crypto';

export const tlv = (tag, ...parts) => {
  const body = Buffer.concat(parts.map((p) => Buffer.from(p)));
  let len;
  if (body.length < 128) len = Buffer.from([body.length]);
  else {
    const h = [];
    let n = body.length;
    while (n) {
      h.unshift(n & 255);
      n = Math.floor(n / 256);
    }
    len = Buffer.from([128 | h.length, ...h]);
  }
  return Buffer.concat([Buffer.from([tag]), len, body]);
};
export const seq = (...p) => tlv(0x30, ...p);
export const octets = (b) => tlv(0x04, b);
export function integer(v) {
  let b;
  if (Buffer.isBuffer(v)) b = v;
  else {
    let h = BigInt(v).toString(16);
    if (h.length % 2) h = `0${h}`;
    b = Buffer.from(h, 'hex');
  }
  while (b.length > 1 && b[0] === 0 && !(b[1] & 128)) b = b.subarray(1);
  if (b[0] & 128) b = Buffer.concat([Buffer.from([0]), b]);
  return tlv(0x02, b);
}
export function oid(s) {
  const [a, b, ...rest] = s.split('.').map(Number);
  const out = [a * 40 + b];
  for (const n of rest) {
    const t = [n & 127];
    let m = Math.floor(n / 128);
    while (m) {
      t.unshift((m & 127) | 128);
      m = Math.floor(m / 128);
    }
    out.push(...t);
  }
  return tlv(0x06, Buffer.from(out));
}
const setOf = (...p) => tlv(0x31, ...p);
const utf8 = (s) => tlv(0x0c, Buffer.from(s));
const RDN = { CN: '2.5.4.3', OU: '2.5.4.11', O: '2.5.4.10', C: '2.5.4.6' };
const name = (attrs) => seq(...attrs.map(([k, v]) => setOf(seq(oid(RDN[k]), utf8(v)))));
const time = (d) => tlv(0x18, Buffer.from(`${d.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
const ecdsaSha256 = seq(oid('1.2.840.10045.4.3.2'));
const ext = (id, critical, der) => seq(oid(id), ...(critical ? [Buffer.from([1, 1, 255])] : []), octets(der));
const bits = (b, unused = 0) => tlv(0x03, Buffer.from([unused]), b);

/** block header hash input: SEQUENCE { INTEGER number, OCTET STRING previous_hash, OCTET STRING data_hash } */
export const blockHeader = (number, prev, data) => seq(integer(number), octets(prev), octets(data));
export const headerHash = (number, prev, data) =>
  crypto
    .createHash('sha256')
    .update(blockHeader(number, prev, data))
    .digest();

const N = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
function sigParts(der) {
  let p = 2;
  if (der[1] & 128) p += der[1] & 127;
  const rl = der[p + 1];
  const r = der.subarray(p + 2, p + 2 + rl);
  p += 2 + rl;
  const sl = der[p + 1];
  const s = der.subarray(p + 2, p + 2 + sl);
  return [BigInt(`0x${r.toString('hex')}`), BigInt(`0x${s.toString('hex')}`)];
}
export function setS(der, high) {
  const [r, s] = sigParts(der);
  const isHigh = s > N / 2n;
  const s2 = isHigh === high ? s : N - s;
  return seq(integer(r), integer(s2));
}
export const isLowS = (der) => sigParts(der)[1] <= N / 2n;
/** sign a message (hashed with SHA-256 here), low S unless asked */
export const sign = (key, msg, high = false) => setS(crypto.sign('sha256', msg, { key, dsaEncoding: 'der' }), high);

function subjectOf(pem) {
  // raw DER of the subject name of a certificate
  const der = new crypto.X509Certificate(pem).raw;
  const rd = (p) => {
    let len = der[p + 1];
    let h = 2;
    if (len & 128) {
      const n = len & 127;
      len = 0;
      for (let i = 0; i < n; i++) len = len * 256 + der[p + 2 + i];
      h = 2 + n;
    }
    return [h, len];
  };
  let p = rd(0)[0];
  p += rd(p)[0]; // into certificate, into tbs
  const skip = () => {
    const [h, l] = rd(p);
    const at = p;
    p += h + l;
    return der.subarray(at, p);
  };
  if (der[p] === 0xa0) skip(); // version
  skip();
  skip();
  skip();
  skip(); // serial, algorithm, issuer, validity
  return skip();
}
const keyId = (publicKey) => {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return crypto
    .createHash('sha256')
    .update(spki.subarray(spki.length - 65))
    .digest();
};

/** subject key identifier of a certificate as its authority wrote it (authorities compute it in different ways) */
function skiOf(pem) {
  const der = new crypto.X509Certificate(pem).raw;
  const at = der.indexOf(Buffer.from('0603551d0e04', 'hex'));
  if (at < 0) return undefined;
  return der.subarray(at + 9, at + 9 + der[at + 8]);
}

/** makeCert({cn, ou, days, issuer: {certPem, keyPem} | undefined (self signed), ca}) -> {certPem, keyPem} */
export function makeCert({ cn, ou, notBefore, notAfter, issuer, ca = false }) {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const subject = name([['C', 'XX'], ...(ou ? [['OU', ou]] : []), ['CN', cn]]);
  const issuerName = issuer ? subjectOf(issuer.certPem) : subject;
  const issuerKey = issuer ? crypto.createPrivateKey(issuer.keyPem) : privateKey;
  // a certificate that begins before its authority's own is refused
  const born = issuer ? new Date(new crypto.X509Certificate(issuer.certPem).validFrom).getTime() : 0;
  const nb = notBefore || new Date(Math.max(Date.now() - 3600e3, born + 1000));
  const na = notAfter || new Date(Date.now() + 365 * 86400e3);
  const exts = [
    ext('2.5.29.15', true, ca ? bits(Buffer.from([0x06]), 1) : bits(Buffer.from([0x80]), 7)),
    ext('2.5.29.19', true, ca ? seq(Buffer.from([1, 1, 255])) : seq()),
    ext('2.5.29.14', false, octets(keyId(publicKey))),
    ext(
      '2.5.29.35',
      false,
      seq(tlv(0x80, (issuer && skiOf(issuer.certPem)) || keyId(crypto.createPublicKey(issuerKey)))),
    ),
  ];
  const tbs = seq(
    tlv(0xa0, integer(2)),
    integer(crypto.randomBytes(16)),
    ecdsaSha256,
    issuerName,
    seq(time(nb), time(na)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, seq(...exts)),
  );
  const der = seq(tbs, ecdsaSha256, bits(sign(issuerKey, tbs)));
  const certPem = `-----BEGIN CERTIFICATE-----\n${der
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trim()}\n-----END CERTIFICATE-----\n`;
  return { certPem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}
