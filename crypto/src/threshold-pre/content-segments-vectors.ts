/** Vector operations of content-segments.md, section 6. */
import { collectBytes } from '../encoding/byte-stream.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { testRng } from '../vectors/test-rng.ts';
import type { VectorFields } from '../vectors/vector-fields.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { decryptContent, encryptContent } from './content-segments.ts';

const scope = (input: VectorFields) => ({
  channel: input.text('channel'),
  label: input.text('label'),
  recordId: input.text('recordId'),
  version: input.integer('version'),
});

export const CONTENT_SEGMENTS_VECTORS: VectorSet = {
  spec: 'content-segments.md',
  arithmetic: 'none',
  operations: {
    async contentEncrypt(input) {
      const random = testRng(input.bytes('seed'), input.text('testLabel'));
      const options = { random, segmentBytes: input.integer('segmentBytes') };
      const stream = encryptContent(input.bytes('dek'), scope(input), [input.bytes('plaintext')], options);
      return { content: await collectBytes(stream) };
    },
    async contentDecrypt(input) {
      try {
        const stream = decryptContent(input.bytes('dek'), scope(input), [input.bytes('content')]);
        return { valid: true, plaintext: await collectBytes(stream) };
      } catch (error) {
        if (error instanceof CryptoError) return { valid: false, error: error.code };
        throw error;
      }
    },
  },
};
