import type { ConsortiumConfiguration, RecordClass } from '../consortium/consortium-configuration.ts';
import { allOf, anyOf, encodeSignaturePolicy, outOf, type SignaturePolicy } from './signature-policy.ts';

/** Encoded policies by configuration; within a transaction many records share one. */
const encoded = new WeakMap<ConsortiumConfiguration, Map<string, Uint8Array>>();

/** The class policy as Fabric stores it. */
export function encodedClassPolicy(
  configuration: ConsortiumConfiguration,
  recordClass: RecordClass,
  custodian: string,
): Uint8Array {
  const policies = encoded.get(configuration) ?? new Map<string, Uint8Array>();
  encoded.set(configuration, policies);
  const name = `${recordClass.name}/${custodian}`;
  const policy = policies.get(name) ?? encodeSignaturePolicy(classPolicy(configuration, recordClass, custodian));
  policies.set(name, policy);
  return policy;
}

/** Who must endorse the head of a record: the custodian and k - 1 others, or the recovery branch. */
export function classPolicy(
  configuration: ConsortiumConfiguration,
  { endorsements }: RecordClass,
  custodian: string,
): SignaturePolicy {
  const others = mspIdsOf(configuration).filter((mspId) => mspId !== custodian);
  const regular =
    endorsements === 1 ? allOf({ peerOf: custodian }) : allOf({ peerOf: custodian }, outOf(endorsements - 1, others));
  return anyOf(regular, recoveryPolicy(configuration));
}

/**
 * Regulator and a majority of the others: a key whose own organisations are gone is not lost. A consortium without a
 * regulator recovers by a majority of all.
 */
export function recoveryPolicy(configuration: ConsortiumConfiguration): SignaturePolicy {
  const regulator = configuration.members.find(({ kind }) => kind === 'regulator')?.mspId;
  const others = mspIdsOf(configuration).filter((mspId) => mspId !== regulator);
  const majority = outOf(Math.min(others.length, Math.floor(others.length / 2) + 1), others);
  return regulator === undefined ? majority : allOf({ peerOf: regulator }, majority);
}

function mspIdsOf({ members }: ConsortiumConfiguration): readonly string[] {
  return members.map(({ mspId }) => mspId);
}
