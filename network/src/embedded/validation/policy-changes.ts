import type { ReadWriteSet } from '../ledger/read-write-set.ts';

/** Keys whose policy a transaction earlier in the block has changed. Private keys are named by the hash in hexadecimal. */
export class PolicyChanges {
  readonly #keys = new Set<string>();

  has(namespace: string, collection: string, key: string): boolean {
    return this.#keys.has(nameOf(namespace, collection, key));
  }

  /** Takes note of a transaction that has passed the endorsement checks; conflicts found later do not undo it. */
  add(readWriteSet: ReadWriteSet): void {
    for (const { namespace, metadataWrites, collections } of readWriteSet) {
      for (const { key } of metadataWrites) this.#keys.add(nameOf(namespace, '', key));
      for (const { collection, metadataWrites: hashed } of collections) {
        for (const { keyHash } of hashed) {
          this.#keys.add(nameOf(namespace, collection, Buffer.from(keyHash).toString('hex')));
        }
      }
    }
  }
}

function nameOf(namespace: string, collection: string, key: string): string {
  return `${namespace}/${collection}/${key}`; // chaincode and collection names hold no slash
}
