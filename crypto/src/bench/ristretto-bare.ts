import { hashToGroup, mul, mulPublic, RISTRETTO_BASE, type RistrettoPoint } from '../arithmetic/ristretto255.ts';

/** Group operations of an operation over ristretto255, counted by hand from its specification. */
export type RistrettoCount = Readonly<{
  /** k*G by its precomputed table. */
  base?: number;
  /** k*P, secret k. */
  secret?: number;
  /** k*P, public k. */
  public?: number;
  /** Hashes to the group. */
  hashes?: number;
}>;

const k = 0x0c5f93d1b8a7e6420f1e2d3c4b5a69788796a5b4c3d2e1f00123456789abcdefn;
const P: RistrettoPoint = hashToGroup(new Uint8Array(1), 'bench');

/** The same number of group operations on their own. */
export const ristrettoBare =
  ({ base = 0, secret = 0, public: open = 0, hashes = 0 }: RistrettoCount) =>
  (): void => {
    for (let i = 0; i < base; i++) mul(k, RISTRETTO_BASE);
    for (let i = 0; i < secret; i++) mul(k, P);
    for (let i = 0; i < open; i++) mulPublic(k, P);
    for (let i = 0; i < hashes; i++) hashToGroup(Uint8Array.of(i), 'bench');
  };
