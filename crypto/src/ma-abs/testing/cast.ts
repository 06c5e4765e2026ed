import type { Bls12381 } from '../../arithmetic/arithmetic.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { type AuthorityKey, type AuthorityRecord, setUpAuthority } from '../authority.ts';
import { issueCredential } from '../credential.ts';
import { Registry } from '../registry.ts';
import type { HeldCredential } from '../sign.ts';
import { deriveUserKey, NONCE_BYTES, proveUserKey, type UserKey } from '../user.ts';

export const CHANNEL = 'medq-test';
export const EPOCH = '2026-11';

/** Authorities, their registry and users of one test, all repeatable. */
export class Cast {
  readonly arithmetic: Bls12381;
  readonly random;
  readonly keys = new Map<string, AuthorityKey>();
  readonly records: AuthorityRecord[] = [];

  constructor(arithmetic: Bls12381, authorityIds: readonly string[], label = 'cast') {
    this.arithmetic = arithmetic;
    this.random = seededRandom(label);
    for (const id of authorityIds) {
      const { key, record } = setUpAuthority(arithmetic, CHANNEL, id, this.random);
      this.keys.set(id, key);
      this.records.push(record);
    }
  }

  registry(channel = CHANNEL, records: readonly AuthorityRecord[] = this.records): Registry {
    return new Registry(this.arithmetic, channel, records);
  }

  user(): UserKey {
    return deriveUserKey(this.arithmetic, this.random.bytes(32));
  }

  encodedY = (user: UserKey): Uint8Array => this.arithmetic.G1.encode(user.Y);

  key(authorityId: string): AuthorityKey {
    const key = this.keys.get(authorityId);
    if (key === undefined) throw new Error(`no authority ${authorityId}`);
    return key;
  }

  /** A credential by the whole protocol: nonce, proof of knowledge, issue. */
  credential(user: UserKey, authorityId: string, attribute: string, epoch = EPOCH): HeldCredential {
    const nonce = this.random.bytes(NONCE_BYTES);
    const context = { channel: CHANNEL, verifierId: authorityId, nonce };
    const proof = proveUserKey(this.arithmetic, user, context, this.random);
    const request = { Y: this.encodedY(user), nonce, proof, attribute, epoch };
    return {
      authorityId,
      attribute,
      epoch,
      credential: issueCredential(this.arithmetic, this.key(authorityId), request, this.random),
    };
  }
}
