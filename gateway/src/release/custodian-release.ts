import type { ContentKeys } from '../record/content-keys.ts';
import type { ReleaseCheck } from './check-release.ts';
import type { ContentKeyRelease, ReleaseRequest } from './content-key-release.ts';

type Options = Readonly<{ mspId: string; check: ReleaseCheck; keys: ContentKeys; others: ContentKeyRelease }>;

/** Keys from wherever they are: of own records after the same checks as anybody's, of others' from their custodians. */
export class CustodianRelease implements ContentKeyRelease {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async release(request: ReleaseRequest): Promise<Uint8Array> {
    const { mspId, check, keys, others } = this.#options;
    if (request.custodian !== mspId) return others.release(request);
    const { cid } = await check.check(mspId, request);
    return keys.find(request.recordId, request.version, cid);
  }
}
