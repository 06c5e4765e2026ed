import { VALIDATION_PARAMETER } from '../ledger/read-write-set.ts';
import type { SimulationResult } from '../simulator/transaction-simulator.ts';
import { assertPolicyParses } from './assert-policy-parses.ts';
import type { ChaincodeCall, ChaincodeInterest } from './chaincode-interest.ts';

/** System namespaces are read in every transaction and need nobody's endorsement. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['_lifecycle', 'lscc', 'qscc', 'cscc']);

/** Of a namespace: whether the policy of the chaincode ('') or of a collection is needed, and the key policies of its writes. */
type Needs = { readonly policies: Map<string, boolean>; readonly keyPolicies: Uint8Array[] };

/**
 * What the gateway has to satisfy. A key policy replaces the chaincode's policy for its key; a namespace that is only read needs
 * the chaincode's policy; a collection counts when it was written or a private value of it was read.
 * @throws Error with the peer's text when a stored key policy cannot be parsed
 */
export function interestOf({ publicSet, writtenKeys, privateReads }: SimulationResult): ChaincodeInterest {
  const needs = new Map<string, Needs>();
  const needsOf = (namespace: string): Needs => {
    const known = needs.get(namespace) ?? { policies: new Map([['', false]]), keyPolicies: [] };
    needs.set(namespace, known);
    return known;
  };
  for (const { namespace, collection, metadata } of writtenKeys) {
    const own = needsOf(namespace);
    const policy = metadata.find((entry) => entry.name === VALIDATION_PARAMETER)?.value;
    if (policy === undefined) own.policies.set(collection, true);
    else {
      // Validation takes an empty policy for none; the gateway's plan, as Fabric's, takes it for one that nobody satisfies.
      assertPolicyParses(policy);
      own.keyPolicies.push(policy);
    }
  }
  for (const { namespace } of publicSet) if (!needs.has(namespace)) needsOf(namespace).policies.set('', true);
  for (const [namespace, collections] of privateReads) {
    for (const collection of collections) needsOf(namespace).policies.set(collection, true);
  }
  return [...needs].flatMap(([name, own]) =>
    SYSTEM_NAMESPACES.has(name) ? [] : callsOf(name, own, privateReads.get(name) ?? new Set()),
  );
}

function callsOf(name: string, { policies, keyPolicies }: Needs, privateReads: ReadonlySet<string>): ChaincodeCall[] {
  const calls: ChaincodeCall[] = [];
  for (const [collection, required] of policies) {
    if (collection !== '') {
      calls.push({
        name,
        collection,
        noPrivateReads: !privateReads.has(collection),
        keyPolicies: [],
        disregardNamespacePolicy: false,
      });
    } else if (required || keyPolicies.length > 0) {
      calls.push({
        name,
        collection: undefined,
        noPrivateReads: false,
        keyPolicies,
        disregardNamespacePolicy: !required,
      });
    }
  }
  return calls;
}
