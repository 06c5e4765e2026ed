import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { collectBytes } from '../encoding/byte-stream.ts';
import { concatBytes, i2osp, lp } from '../encoding/bytes.ts';
import { nodeAesGcm } from '../node-crypto.ts';
import { nobleAesGcm } from '../symmetric/aes-gcm.ts';
import { fuzzDecoder } from '../testing/adversarial-bytes.ts';
import { FC, runs } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  CONTENT_HEADER_BYTES,
  contentCiphertextBytes,
  decodeContentHeader,
  decryptContent,
  encryptContent,
} from './content-segments.ts';

const random = seededRandom('content');
const dataKey = random.bytes(32);
const scope = { channel: 'ehr', label: 'cardiology', recordId: 'rec-9', version: 3 };
const segmentBytes = 1024;

const encrypt = (plaintext: Uint8Array, key = dataKey) =>
  collectBytes(encryptContent(key, scope, [plaintext], { segmentBytes, random }));
const decrypt = (content: Uint8Array, change: Partial<typeof scope> = {}, key = dataKey) =>
  collectBytes(decryptContent(key, { ...scope, ...change }, [content]));
const codeOf = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'read',
    (error: { code?: string }) => error.code ?? String(error),
  );
function* chunked(bytes: Uint8Array, sizes: readonly number[]) {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

const content = await encrypt(random.bytes(3100));
const head = content.slice(0, CONTENT_HEADER_BYTES);
const segment = (i: number, of = content) => of.slice(72 + i * 1040, 72 + (i + 1) * 1040);

describe('content in segments', () => {
  it('comes back, whatever the chunks, with the stated size, on both implementations', async () => {
    const sizes = fc
      .array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 4 })
      .filter((s) => s.some((n) => n > 0));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), sizes, fc.boolean(), async (bytes, chunks, swap) => {
        const [first, second] = swap ? [nodeAesGcm, nobleAesGcm] : [nobleAesGcm, nodeAesGcm];
        const sealed = await collectBytes(
          encryptContent(dataKey, scope, chunked(bytes, chunks), { segmentBytes, random, aes: first }),
        );
        expect(sealed).toHaveLength(contentCiphertextBytes(bytes.length, segmentBytes));
        const opened = await collectBytes(decryptContent(dataKey, scope, chunked(sealed, chunks), { aes: second }));
        expect(Buffer.from(opened).equals(bytes)).toBe(true);
      }),
      runs(60),
    );
  });

  it.each([0, 1, 1023, 1024, 1025, 2048])('holds at %i bytes', async (length) => {
    const bytes = random.bytes(length);
    expect(await decrypt(await encrypt(bytes))).toEqual(bytes);
  });

  it('holds one segment at a time, for contents larger than memory', async () => {
    const chunk = new Uint8Array(1 << 20).fill(7);
    let made = 0;
    let ahead = 0;
    function* source() {
      for (; made < 64; made++) yield chunk;
    }
    let bytes = 0;
    const sealed = encryptContent(dataKey, scope, source(), { random, aes: nodeAesGcm });
    for await (const part of decryptContent(dataKey, scope, sealed, { aes: nodeAesGcm })) {
      bytes += part.length;
      ahead = Math.max(ahead, made * chunk.length - bytes);
    }
    expect(bytes).toBe(64 << 20);
    expect(ahead).toBeLessThanOrEqual(2 << 20);
  }, 180_000);

  it.each([
    ['cut after a segment', () => concatBytes(head, segment(0), segment(1)), 'MQ_CRYPTO_PROOF'],
    ['cut after the header', () => head, 'MQ_CRYPTO_LENGTH'],
    ['cut inside the last tag', () => content.slice(0, -1), 'MQ_CRYPTO_PROOF'],
    ['cut inside the header', () => content.slice(0, 71), 'MQ_CRYPTO_LENGTH'],
    ['segments exchanged', () => concatBytes(head, segment(1), segment(0), segment(2), segment(3)), 'MQ_CRYPTO_PROOF'],
    ['a segment repeated', () => concatBytes(head, segment(0), segment(0), segment(2), segment(3)), 'MQ_CRYPTO_PROOF'],
    ['a segment left out', () => concatBytes(head, segment(0), segment(2), segment(3)), 'MQ_CRYPTO_PROOF'],
    ['a byte appended', () => concatBytes(content, Uint8Array.of(0)), 'MQ_CRYPTO_PROOF'],
    ['nothing', () => new Uint8Array(), 'MQ_CRYPTO_LENGTH'],
  ])('finds %s', async (_, make, code) => expect(await codeOf(decrypt(make()))).toBe(code));

  it('finds a segment of another content under the same data key', async () => {
    const second = await encrypt(random.bytes(3100));
    expect(await codeOf(decrypt(concatBytes(head, segment(0, second), content.slice(72 + 1040))))).toBe(
      'MQ_CRYPTO_PROOF',
    );
  });

  it.each([{ channel: 'x' }, { label: 'x' }, { recordId: 'x' }, { version: 4 }])(
    'is not read under %j',
    async (change) => {
      expect(await codeOf(decrypt(content, change))).toBe('MQ_CRYPTO_CREDENTIAL');
    },
  );

  it('is not read with another data key', async () => {
    expect(await codeOf(decrypt(content, {}, random.bytes(32)))).toBe('MQ_CRYPTO_CREDENTIAL');
    expect(await codeOf(decrypt(content, {}, dataKey.slice(1)))).toBe('MQ_CRYPTO_ARGUMENT');
    expect(await codeOf(encrypt(content, dataKey.slice(1)))).toBe('MQ_CRYPTO_ARGUMENT');
  });

  it('accepts no flipped byte', async () => {
    const short = await encrypt(random.bytes(1100));
    const accepted: number[] = [];
    for (let at = 0; at < short.length; at++) {
      const flipped = Uint8Array.from(short);
      flipped[at] = (flipped[at] as number) ^ 1;
      if ((await codeOf(decrypt(flipped))) === 'read') accepted.push(at);
    }
    expect(accepted).toEqual([]);
  }, 180_000);

  it('has one encoding per content: an empty last segment after others is refused even from the key holder', async () => {
    const full = await encrypt(random.bytes(1024));
    const { salt } = decodeContentHeader(full.slice(0, 72));
    const info = concatBytes(
      ...[`MEDQUORUM-V1-CONTENT`, scope.channel, scope.label, scope.recordId].map(lp),
      i2osp(3, 8),
      i2osp(1024, 4),
    );
    const key = hkdf(sha256, dataKey, salt, info, 64).slice(0, 32);
    const nonce = (i: number, last: number) => concatBytes(i2osp(i, 11), Uint8Array.of(last));
    const plain = random.bytes(1024);
    const crafted = concatBytes(
      full.slice(0, 72),
      nobleAesGcm.seal(key, nonce(0, 0), new Uint8Array(), plain),
      nobleAesGcm.seal(key, nonce(1, 1), new Uint8Array(), new Uint8Array()),
    );
    expect(await codeOf(decrypt(crafted))).toBe('MQ_CRYPTO_LENGTH');
  });

  it('gives another ciphertext each time', async () => {
    expect(await encrypt(dataKey)).not.toEqual(await encrypt(dataKey));
  });

  it.each([0, 512, 1023, 1536, 8_388_608, 1024.5])('refuses segments of %d bytes', async (size) => {
    const stream = encryptContent(dataKey, scope, [dataKey], { segmentBytes: size, random });
    expect(await codeOf(collectBytes(stream))).toBe('MQ_CRYPTO_ARGUMENT');
  });

  it('decodes 100,000 headers to a value or a typed error', () => {
    fuzzDecoder(decodeContentHeader, [head], 'content-header');
  }, 180_000);

  it('answers strings around a content with a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length), fc.uint8Array({ maxLength: 40 }), async (at, noise) => {
        const crafted = concatBytes(content.slice(0, at), noise);
        const code = await codeOf(decrypt(crafted));
        expect(code === 'read' ? Buffer.from(crafted).equals(content) : code.startsWith('MQ_CRYPTO_')).toBe(true);
      }),
      { ...FC, numRuns: 1000 },
    );
  });
});
