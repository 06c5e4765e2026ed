import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import type { BenchCase, BenchSet } from '../bench/bench-set.ts';
import { utf8 } from '../encoding/bytes.ts';
import { systemRandom } from '../random/random-source.ts';
import { setUpAuthority, verifyAuthorityRecord } from './authority.ts';
import { issueCredential, verifyCredential } from './credential.ts';
import { gateText, leafText } from './policy.ts';
import { Registry } from './registry.ts';
import { type HeldCredential, sign } from './sign.ts';
import { deriveUserKey, proveUserKey } from './user.ts';
import { verify } from './verify.ts';

const CHANNEL = 'bench';
const EPOCH = '2026-11';
const AUTHORITIES = 4;
const LEAVES = [1, 4, 8, 16, 32];

/** Policies k = n/2 over four authorities, as in section 12: half of the leaves are proved, the others simulated. */
export const MA_ABS_BENCHES: BenchSet = {
  scheme: 'ma-abs',
  arithmetic: 'bls12-381',
  cases(arithmetic: Bls12381): BenchCase[] {
    const authorities = Array.from({ length: AUTHORITIES }, (_, i) =>
      setUpAuthority(arithmetic, CHANNEL, `authority-${i}`),
    );
    const [{ key, record }] = authorities as [(typeof authorities)[0]];
    const registry = new Registry(
      arithmetic,
      CHANNEL,
      authorities.map((authority) => authority.record),
    );
    const user = deriveUserKey(arithmetic, systemRandom.bytes(32));
    const Y = arithmetic.G1.encode(user.Y);
    const nonce = systemRandom.bytes(16);
    const issueBy = (authority: (typeof authorities)[0], attribute: string): HeldCredential => {
      const { id } = authority.key;
      const proof = proveUserKey(arithmetic, user, { channel: CHANNEL, verifierId: id, nonce });
      const credential = issueCredential(arithmetic, authority.key, { Y, nonce, proof, attribute, epoch: EPOCH });
      return { authorityId: id, attribute, epoch: EPOCH, credential };
    };
    const held = Array.from({ length: 16 }, (_, i) =>
      issueBy(authorities[i % AUTHORITIES] as (typeof authorities)[0], `attribute-${i}`),
    );
    const [own] = held as [HeldCredential];
    const proof = proveUserKey(arithmetic, user, { channel: CHANNEL, verifierId: key.id, nonce });
    const request = { Y, nonce, proof, attribute: own.attribute, epoch: EPOCH };
    const subject = { channel: CHANNEL, authorityId: key.id, W: record.W, Y, attribute: own.attribute, epoch: EPOCH };
    const message = utf8('a message of ordinary length, such as an intent on the ledger has');
    return [
      { operation: 'set up', size: '1 authority', run: () => setUpAuthority(arithmetic, CHANNEL, 'authority') },
      { operation: 'check record', size: '1 authority', run: () => verifyAuthorityRecord(arithmetic, CHANNEL, record) },
      { operation: 'issue', size: '1 credential', run: () => issueCredential(arithmetic, key, request) },
      { operation: 'accept', size: '1 credential', run: () => verifyCredential(arithmetic, subject, own.credential) },
      ...LEAVES.flatMap((count): BenchCase[] => {
        const leaves = Array.from({ length: count }, (_, i) =>
          leafText(`authority-${i % AUTHORITIES}`, `attribute-${i}`, EPOCH),
        );
        const policy = count === 1 ? (leaves[0] as string) : gateText(count / 2, leaves);
        const statement = { policy, message, scope: null };
        const signature = sign(registry, statement, user, held);
        const size = `${count} leaves`;
        return [
          { operation: 'sign', size, run: () => sign(registry, statement, user, held) },
          { operation: 'verify', size, run: () => verify(registry, statement, signature) },
        ];
      }),
    ];
  },
};
