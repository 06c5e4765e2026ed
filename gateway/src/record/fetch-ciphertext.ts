import { createHash } from 'node:crypto';
import type { RecordHeader } from '@medquorum/chaincode/record/record-header';
import type { ContentStore } from '../content/content-store.ts';
import { GatewayError } from '../gateway-error.ts';

/** Ciphertext of another organisation, by its gateway. */
export type RemoteContent = Readonly<{ content(custodian: string, cid: string): Promise<Uint8Array> }>;
export type Fetched = Readonly<{ bytes: Uint8Array | undefined; sha256: string | undefined; intact: boolean }>;

type Options = Readonly<{ store: ContentStore; remote: RemoteContent; mspId: string }>;

/** Finds the ciphertext of a version and holds it to the digest on the ledger. */
export class Ciphertexts {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * From the own store, else from the custodian; what comes from there and is intact is kept as a replica, which also
   * repairs a damaged one.
   *
   * @throws GatewayError `MQ_CONTENT_CORRUPT`, `MQ_CONTENT_NOT_FOUND`, `MQ_RELEASE_UNAVAILABLE`
   */
  async fetch(custodian: string, { content }: Pick<RecordHeader, 'content'>): Promise<Uint8Array> {
    const { mspId, remote, store } = this.#options;
    const own = check(await store.get(content.cid), content.sha256);
    if (own.intact && own.bytes !== undefined) return own.bytes;
    if (custodian === mspId) {
      if (own.bytes === undefined) throw new GatewayError('MQ_CONTENT_NOT_FOUND', 'the content is not in the store');
      throw new GatewayError('MQ_CONTENT_CORRUPT', 'the content does not have the digest on the ledger');
    }
    const fetched = check(await remote.content(custodian, content.cid), content.sha256);
    if (!fetched.intact || fetched.bytes === undefined) {
      throw new GatewayError('MQ_CONTENT_CORRUPT', 'the content does not have the digest on the ledger');
    }
    await store.put(fetched.bytes);
    return fetched.bytes;
  }

  /** What the custodian's own store holds now: for an audit no replica stands in. */
  async inspect(custodian: string, { content }: Pick<RecordHeader, 'content'>): Promise<Fetched> {
    const { mspId, remote, store } = this.#options;
    if (custodian === mspId) return check(await store.get(content.cid), content.sha256);
    try {
      return check(await remote.content(custodian, content.cid), content.sha256);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'MQ_CONTENT_NOT_FOUND')
        return check(undefined, content.sha256);
      throw error;
    }
  }
}

function check(bytes: Uint8Array | undefined, expected: string): Fetched {
  if (bytes === undefined) return { bytes, sha256: undefined, intact: false };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, sha256, intact: sha256 === expected };
}
