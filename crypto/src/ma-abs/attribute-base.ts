import type { Bls12381, G1Point, Scalar } from '../arithmetic/arithmetic.ts';
import { concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { hashBytesToScalar } from '../encoding/expand-message.ts';
import { API, generators, mapScalar } from './suite.ts';

/** `header_k` of section 4: what a credential says about its authority. */
export const credentialHeader = (channel: string, authorityId: string): Uint8Array =>
  concatBytes(lp('MEDQUORUM-V1-MAABS-CRED'), lp(channel), lp(authorityId));

/** `dom_k` of section 4, the BBS domain: binds the key and the header of the authority. `W` is the encoded key, 96 bytes. */
export function domain(arithmetic: Bls12381, channel: string, authorityId: string, W: Uint8Array): Scalar {
  const { G1 } = arithmetic;
  const { Q, H1, H2 } = generators(arithmetic);
  const header = credentialHeader(channel, authorityId);
  const octets = concatBytes(
    W,
    i2osp(2, 8), // number of messages: usk and attribute
    ...[Q, H1, H2].map(G1.encode),
    utf8(API),
    i2osp(header.length, 8),
    header,
  );
  return hashBytesToScalar(octets, `${API}H2S_`);
}

/** `attrOctets` of section 4. */
export const attributeOctets = (authorityId: string, attribute: string, epoch: string): Uint8Array =>
  concatBytes(lp('MEDQUORUM-V1-MAABS-ATTR'), lp(authorityId), lp(attribute), lp(epoch));

/** `F(k, attribute, epoch) = P1 * Q^dom_k * H2^m`, the public part of the signed value. */
export function attributeBase(arithmetic: Bls12381, dom: Scalar, octets: Uint8Array): G1Point {
  const { G1 } = arithmetic;
  const { P1, Q, H2 } = generators(arithmetic);
  return G1.mul(P1, G1.multiPow([Q, H2], [dom, mapScalar(octets)]));
}
