import { sha256 } from '@noble/hashes/sha2.js';
import type { Bls12381, G1Point } from '../arithmetic/arithmetic.ts';
import { compareBytes, concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { attributeBase, attributeOctets, domain } from './attribute-base.ts';
import { type AuthorityKeys, decodeAuthorityKeys, haveEqualExponents } from './authority.ts';

/** What signing and verifying need of a record. */
export type RegistryEntry = Readonly<{ id: string; W: Uint8Array; Uprime: Uint8Array }>;

/** Cached values F; one policy has at most 32. */
const MAX_CACHED_BASES = 4096;

/** `keys` is null for a record that does not decode. */
type Member = { readonly entry: RegistryEntry; keys?: AuthorityKeys | null; consistent?: boolean };

/**
 * The authorities of one channel as one party sees them on the ledger. Records are decoded and checked here, at first use, and by nobody
 * else: a flag from outside that says "checked" is never taken. Make a new one when the ledger's registry changes.
 */
export class Registry {
  readonly arithmetic: Bls12381;
  readonly channel: string;
  readonly #members = new Map<string, Member>();
  readonly #bases = new Map<string, G1Point>();

  /** @throws CryptoError MQ_CRYPTO_REGISTRY if two records share an identifier or a key */
  constructor(arithmetic: Bls12381, channel: string, entries: readonly RegistryEntry[]) {
    this.arithmetic = arithmetic;
    this.channel = channel;
    const keys = new Set<string>();
    for (const { id, W, Uprime } of entries) {
      this.#members.set(id, { entry: { id, W: W.slice(), Uprime: Uprime.slice() } });
      keys.add(W.join());
    }
    if (this.#members.size !== entries.length || keys.size !== entries.length) {
      throw new CryptoError('MQ_CRYPTO_REGISTRY', 'two authorities share an identifier or a key');
    }
  }

  /** The keys of an authority; `undefined` if it is unknown or its record does not decode. */
  keys(id: string): AuthorityKeys | undefined {
    const member = this.#members.get(id);
    if (member === undefined) return undefined;
    if (member.keys === undefined) {
      member.keys = decodedOrUndefined(() => decodeAuthorityKeys(this.arithmetic, member.entry)) ?? null;
    }
    return member.keys ?? undefined;
  }

  /** Whether the record of an authority passes the pairing equation of section 5.2, which protects those who sign under it. */
  isConsistent(id: string): boolean {
    const member = this.#members.get(id);
    const keys = this.keys(id);
    if (member === undefined || keys === undefined) return false;
    member.consistent ??= haveEqualExponents(this.arithmetic, keys);
    return member.consistent;
  }

  /**
   * `F(k, attribute, epoch)` of section 4.
   * @throws CryptoError MQ_CRYPTO_REGISTRY for an unknown authority
   */
  attributeBase(authorityId: string, attribute: string, epoch: string): G1Point {
    const name = JSON.stringify([authorityId, attribute, epoch]);
    let base = this.#bases.get(name);
    if (base === undefined) {
      const { W } = this.#entry(authorityId);
      const dom = domain(this.arithmetic, this.channel, authorityId, W);
      base = attributeBase(this.arithmetic, dom, attributeOctets(authorityId, attribute, epoch));
      if (this.#bases.size === MAX_CACHED_BASES) this.#bases.clear();
      this.#bases.set(name, base);
    }
    return base;
  }

  /**
   * `keysetDigest` of section 8: binds a signature to the keys of the authorities that its policy names.
   * @throws CryptoError MQ_CRYPTO_REGISTRY for an unknown authority
   */
  keysetDigest(authorityIds: readonly string[]): Uint8Array {
    const ids = [...new Set(authorityIds)].sort((a, b) => compareBytes(utf8(a), utf8(b)));
    const records = ids.map((id) => {
      const { W, Uprime } = this.#entry(id);
      return concatBytes(lp(id), lp(W), lp(Uprime));
    });
    return sha256(concatBytes(lp('MEDQUORUM-V1-MAABS-KEYSET'), i2osp(ids.length, 4), ...records));
  }

  #entry(id: string): RegistryEntry {
    const member = this.#members.get(id);
    if (member === undefined) throw new CryptoError('MQ_CRYPTO_REGISTRY', `authority ${id} is unknown`);
    return member.entry;
  }
}
