import fc from 'fast-check';
import { TEST_SEED } from '../embedded/testing/test-seed.ts';
import type { Identity } from '../msp/identity.ts';
import { MspManager } from '../msp/msp-manager.ts';
import { TestAuthority } from '../msp/testing/test-authority.ts';
import { MAX_ENDORSER_SETS, minimalEndorserSets } from './endorser-sets.ts';
import { parsePolicyText } from './policy-text.ts';
import { compileSignaturePolicy, type Rule, readSignaturePolicy, type SignaturePolicy } from './signature-policy.ts';
import { anyPolicyOfDistinctPrincipals, anyPolicyText, POLICY_MSP_IDS } from './testing/any-policy.ts';

const policyOf = (text: string): SignaturePolicy => compileSignaturePolicy(parsePolicyText(text));
/** One peer and one client of every organisation. */
const peers = new Map<string, Identity>();
const clients = new Map<string, Identity>();

beforeAll(async () => {
  const authorities = await Promise.all(POLICY_MSP_IDS.map((mspId) => TestAuthority.create(mspId)));
  const msps = new MspManager(authorities.map((authority) => authority.mspConfig()));
  for (const authority of authorities) {
    const [peer, client] = await Promise.all([authority.signer({ ou: 'peer' }), authority.signer({ ou: 'client' })]);
    peers.set(authority.mspId, msps.deserialize(peer.serialized));
    clients.set(authority.mspId, msps.deserialize(client.serialized));
  }
});

const peersOf = (...mspIds: string[]): Identity[] => mspIds.flatMap((mspId) => peers.get(mspId) ?? []);

describe('evaluating a signature policy', () => {
  it('takes each identity for one principal only', () => {
    const twice = policyOf("AND('AMSP.peer', 'AMSP.peer')");
    expect(twice.isSatisfiedBy(peersOf('AMSP'))).toBe(false);
    expect(policyOf("AND('AMSP.peer', 'BMSP.peer')").isSatisfiedBy(peersOf('AMSP', 'BMSP'))).toBe(true);
  });

  it('does not take a client for a peer, but for a member', () => {
    const client = [...clients.values()].slice(0, 1);
    expect(policyOf("OR('AMSP.peer')").isSatisfiedBy(client)).toBe(false);
    expect(policyOf("OR('AMSP.member')").isSatisfiedBy(client)).toBe(true);
  });

  it('is satisfied by anybody when nothing is asked', () => {
    expect(policyOf("OutOf(0, 'AMSP.peer')").isSatisfiedBy([])).toBe(true);
  });

  it('refuses bytes that are no policy', () => {
    for (const bytes of [Buffer.from('AAECAwQ=', 'base64'), Buffer.alloc(0), Buffer.from([0x12, 0x02, 0x08, 0x09])]) {
      expect(() => readSignaturePolicy(bytes)).toThrow(expect.objectContaining({ code: 'MQ_POLICY_INVALID' }));
    }
  });

  it('agrees with trying every assignment where no two principals can take the same identity', () => {
    const signers = fc.subarray(
      ['peer', 'client'].flatMap((role) => POLICY_MSP_IDS.map((mspId) => [mspId, role] as const)),
    );
    fc.assert(
      fc.property(anyPolicyOfDistinctPrincipals(['peer', 'client']), signers, (text, chosen) => {
        const identities = chosen.flatMap(([mspId, role]) => (role === 'peer' ? peers : clients).get(mspId) ?? []);
        const policy = policyOf(text);
        expect(policy.isSatisfiedBy(identities)).toBe(assignments(policy.rule, identities).length > 0);
      }),
      { seed: TEST_SEED, numRuns: 300 },
    );
  });

  it('lets every branch that can be satisfied take its identities, needed or not, as Fabric does', () => {
    const policy = policyOf("AND(OR('AMSP.peer', 'BMSP.peer'), 'BMSP.peer')");
    expect(policy.isSatisfiedBy(peersOf('AMSP', 'BMSP'))).toBe(false);
  });

  it('never accepts what no assignment explains, overlapping or not', () => {
    fc.assert(
      fc.property(anyPolicyText(), fc.subarray([...POLICY_MSP_IDS]), (text, mspIds) => {
        const identities = mspIds
          .flatMap((mspId) => [clients.get(mspId), peers.get(mspId)])
          .filter((found) => found !== undefined);
        const policy = policyOf(text);
        if (policy.isSatisfiedBy(identities)) expect(assignments(policy.rule, identities).length).toBeGreaterThan(0);
      }),
      { seed: TEST_SEED, numRuns: 300 },
    );
  });
});

describe('sets of endorsers', () => {
  it.each([
    [["OutOf(2, 'AMSP.peer', 'BMSP.peer', 'CMSP.peer')"], ['A B', 'A C', 'B C']],
    [
      ["OutOf(2, 'AMSP.peer', 'BMSP.peer', 'CMSP.peer')", "OR('CMSP.peer')"],
      ['A C', 'B C'],
    ],
    [["OR('AMSP.peer')", "OR('AMSP.peer', 'BMSP.peer')"], ['A']],
    [["AND('AMSP.peer', 'AMSP.peer')"], []],
    [["OR('AMSP.client')"], []],
    [["OutOf(0, 'AMSP.peer')"], ['']],
    [[], ['']],
  ])('%j needs %j', (texts, expected) => {
    const sets = minimalEndorserSets(texts.map(policyOf), peers);
    expect(sets.map((set) => set.map((mspId) => mspId[0]).join(' ')).sort()).toEqual(expected);
  });

  it('are exactly the minimal ones among all subsets', () => {
    fc.assert(
      fc.property(fc.array(anyPolicyOfDistinctPrincipals(['peer']), { minLength: 1, maxLength: 3 }), (texts) => {
        const policies = texts.map(policyOf);
        const satisfying = subsets([...POLICY_MSP_IDS]).filter((set) =>
          policies.every((policy) => assignments(policy.rule, peersOf(...set)).length > 0),
        );
        const least = satisfying.filter(
          (set) =>
            !satisfying.some((other) => other.length < set.length && other.every((mspId) => set.includes(mspId))),
        );
        const found = minimalEndorserSets(policies, peers);
        expect(found.map((set) => set.join()).sort()).toEqual(least.map((set) => [...set].sort().join()).sort());
        for (const set of found) expect(policies.every((policy) => policy.isSatisfiedBy(peersOf(...set)))).toBe(true);
      }),
      { seed: TEST_SEED, numRuns: 300 },
    );
  });

  it('stay few, and right, where there are very many', async () => {
    const mspIds = Array.from({ length: 16 }, (_, index) => `O${String(index).padStart(2, '0')}MSP`);
    const authorities = await Promise.all(mspIds.map((mspId) => TestAuthority.create(mspId)));
    const msps = new MspManager(authorities.map((authority) => authority.mspConfig()));
    const signers = await Promise.all(authorities.map((authority) => authority.signer({ ou: 'peer' })));
    const many = new Map(signers.map(({ mspId, serialized }) => [mspId, msps.deserialize(serialized)]));
    const policy = policyOf(`OutOf(8, ${mspIds.map((mspId) => `'${mspId}.peer'`).join(', ')})`);
    const sets = minimalEndorserSets([policy], many);
    expect(sets).toHaveLength(MAX_ENDORSER_SETS);
    for (const set of sets) expect(policy.isSatisfiedBy(set.flatMap((mspId) => many.get(mspId) ?? []))).toBe(true);
  });
});

/** Every way to give distinct identities to the principals a rule needs: brute force, to compare with. */
function assignments(rule: Rule, identities: readonly Identity[]): Identity[][] {
  if (rule.kind === 'signed-by')
    return identities.filter((identity) => rule.principal.accepts(identity)).map((one) => [one]);
  const byCount: Identity[][][] = [[[]]];
  for (const branch of rule.rules) {
    const own = assignments(branch, identities);
    for (let count = byCount.length - 1; count >= 0; count--) {
      const extended = (byCount[count] ?? []).flatMap((taken) =>
        own.filter((more) => !more.some((identity) => taken.includes(identity))).map((more) => [...taken, ...more]),
      );
      byCount[count + 1] = distinct([...(byCount[count + 1] ?? []), ...extended]);
    }
  }
  return distinct(byCount.slice(Math.max(rule.n, 0)).flat());
}

function distinct(sets: readonly Identity[][]): Identity[][] {
  return [
    ...new Map(
      sets.map((set) => [
        set
          .map(({ id }) => id)
          .sort()
          .join(),
        set,
      ]),
    ).values(),
  ];
}

function subsets<T>(items: readonly T[]): T[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((set) => [set, [first, ...set]]);
}
