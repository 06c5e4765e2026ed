import type { Pem } from '../../msp/msp-config.ts';
import type { SigningIdentity } from '../../msp/signing-identity.ts';

/** A BFT orderer as the channel's configuration names it; its number is its place in the list, from 1. */
export type Consenter = Readonly<{
  host: string;
  port: number;
  identity: SigningIdentity;
  tlsCertificatePem: Pem;
}>;

/** How many of `count` BFT orderers must agree: two such groups share more than the faulty ones. */
export function bftQuorum(count: number): number {
  const faulty = Math.floor((count - 1) / 3);
  return Math.ceil((count + faulty + 1) / 2);
}
