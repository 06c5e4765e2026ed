import { sha256 } from './block-hash.ts';
import { decodeCollectionWrites, decodePrivateWrites, type PrivateNamespaceWrites } from './private-write-set.ts';
import type { KeyWrite } from './read-write-set.ts';

/** The clear writes of a block's transactions, found by the hash of their key. */
export class BlockPrivateWrites {
  readonly #sets = new Map<number, PrivateNamespaceWrites[]>();
  readonly #writes = new Map<string, KeyWrite>();

  /** Takes those collections whose bytes have a hash that the transaction names; endorsers may have staged others. */
  add(index: number, privateWrites: Uint8Array, hashes: readonly Uint8Array[]): void {
    const known = this.#sets.get(index) ?? [];
    for (const { namespace, collections } of decodePrivateWrites(privateWrites)) {
      const fitting = collections.filter(({ collection, bytes }) => {
        const digest = sha256(bytes);
        const isNew = !known.some(
          (set) => set.namespace === namespace && set.collections.some((c) => c.collection === collection),
        );
        return isNew && hashes.some((hash) => digest.equals(hash));
      });
      if (fitting.length === 0) continue;
      known.push({ namespace, collections: fitting });
      for (const { collection, bytes } of fitting) {
        for (const write of decodeCollectionWrites(bytes).writes) {
          this.#writes.set(writeId(index, namespace, collection, sha256(Buffer.from(write.key))), write);
        }
      }
    }
    if (known.length > 0) this.#sets.set(index, known);
  }

  of(index: number): readonly PrivateNamespaceWrites[] {
    return this.#sets.get(index) ?? [];
  }

  find(index: number, namespace: string, collection: string, keyHash: Uint8Array): KeyWrite | undefined {
    return this.#writes.get(writeId(index, namespace, collection, keyHash));
  }
}

const writeId = (index: number, namespace: string, collection: string, keyHash: Uint8Array): string =>
  `${index}\0${namespace}\0${collection}\0${Buffer.from(keyHash).toString('latin1')}`;
