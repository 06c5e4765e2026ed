/**
 * Key-level endorsement policies as Fabric stores them: `common.SignaturePolicyEnvelope` (fabric-protos
 * common/policies.proto, msp/msp_principal.proto). The shim's own KeyEndorsementPolicy can only say "all of these".
 */
import { bytesField, varintField } from './protobuf-writer.ts';

/** A peer of one organisation, or n of some rules. */
export type SignaturePolicy =
  | Readonly<{ peerOf: string }>
  | Readonly<{ outOf: number; rules: readonly SignaturePolicy[] }>;

export const allOf = (...rules: SignaturePolicy[]): SignaturePolicy => ({ outOf: rules.length, rules });
export const anyOf = (...rules: SignaturePolicy[]): SignaturePolicy => ({ outOf: 1, rules });
export const outOf = (count: number, mspIds: readonly string[]): SignaturePolicy => ({
  outOf: count,
  rules: mspIds.toSorted(byCodeUnit).map((peerOf) => ({ peerOf })),
});

/** Whether endorsements of these organisations, one each, satisfy the policy. */
export function isSatisfied(policy: SignaturePolicy, mspIds: ReadonlySet<string>): boolean {
  if ('peerOf' in policy) return mspIds.has(policy.peerOf);
  return policy.rules.filter((rule) => isSatisfied(rule, mspIds)).length >= policy.outOf;
}

const MSP_ROLE_PEER = 3;

/** Organisations are listed once and sorted, so that equal policies are equal bytes on every endorser. */
export function encodeSignaturePolicy(policy: SignaturePolicy): Uint8Array {
  const mspIds = [...new Set(organizationsOf(policy))].sort(byCodeUnit);
  // version = 1 is 0, which Protocol Buffers leave out
  return Buffer.concat([
    bytesField(2, rule(policy, mspIds)),
    ...mspIds.map((mspId) => bytesField(3, peerPrincipal(mspId))),
  ]);
}

function rule(policy: SignaturePolicy, mspIds: readonly string[]): Uint8Array {
  // signed_by = 1 is a member of a oneof, so it is written even when it is 0
  if ('peerOf' in policy) return varintField(1, mspIds.indexOf(policy.peerOf));
  const rules = policy.rules.map((nested) => bytesField(2, rule(nested, mspIds)));
  return bytesField(2, Buffer.concat([...(policy.outOf === 0 ? [] : [varintField(1, policy.outOf)]), ...rules]));
}

/** MSPPrincipal of classification ROLE (0, left out) with an MSPRole. */
function peerPrincipal(mspId: string): Uint8Array {
  const role = Buffer.concat([bytesField(1, Buffer.from(mspId)), varintField(2, MSP_ROLE_PEER)]);
  return bytesField(2, role);
}

function organizationsOf(policy: SignaturePolicy): string[] {
  return 'peerOf' in policy ? [policy.peerOf] : policy.rules.flatMap(organizationsOf);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
