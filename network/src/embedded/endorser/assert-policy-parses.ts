import { WireReader } from '../wire/wire-reader.ts';

/** Nesting of a policy at most; deeper ones are refused like broken bytes. */
const MAX_POLICY_DEPTH = 100;

/**
 * Checks that bytes are a `common.SignaturePolicyEnvelope`.
 * @throws Error with the text of a Fabric peer
 */
export function assertPolicyParses(policy: Uint8Array): void {
  try {
    const reader = new WireReader(policy);
    while (reader.next()) {
      if (reader.field === 1) reader.int32();
      else if (reader.field === 2) parseRule(reader.bytes(), 0);
      else if (reader.field === 3) parsePrincipal(reader.bytes());
    }
  } catch (cause) {
    const text = 'error unmarshalling SignaturePolicyEnvelope: proto: cannot parse invalid wire-format data';
    throw new Error(text, { cause });
  }
}

function parseRule(bytes: Uint8Array, depth: number): void {
  if (depth > MAX_POLICY_DEPTH) throw new RangeError('policy nested too deep');
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) reader.int32();
    else if (reader.field === 2) parseThreshold(reader.bytes(), depth + 1);
  }
}

function parseThreshold(bytes: Uint8Array, depth: number): void {
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) reader.int32();
    else if (reader.field === 2) parseRule(reader.bytes(), depth);
  }
}

function parsePrincipal(bytes: Uint8Array): void {
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) reader.int32();
    else if (reader.field === 2) reader.bytes();
  }
}
