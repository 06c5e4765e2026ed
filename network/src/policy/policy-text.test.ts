import fc from 'fast-check';
import { TEST_SEED } from '../embedded/testing/test-seed.ts';
import { formatPolicy, MAX_POLICY_DEPTH, parsePolicyText } from './policy-text.ts';
import { anyPolicyText } from './testing/any-policy.ts';

describe('policy text', () => {
  it.each([
    ["OR('Org1MSP.member','Org2MSP.member')", "OR('Org1MSP.member', 'Org2MSP.member')"],
    ['and(\'A.peer\', "B-1.org.admin")', "AND('A.peer', 'B-1.org.admin')"],
    ["OutOf(2,'A.peer','B.peer','C.peer')", "OutOf(2, 'A.peer', 'B.peer', 'C.peer')"],
    ["OutOf('1','A.peer',AND('B.client','C.orderer'))", "OR('A.peer', AND('B.client', 'C.orderer'))"],
    ["OutOf(0,'A.peer')", "OutOf(0, 'A.peer')"],
    ["OutOf(3,'A.peer','B.peer')", "OutOf(3, 'A.peer', 'B.peer')"],
  ])('reads %s', (text, normal) => {
    expect(formatPolicy(parsePolicyText(text))).toBe(normal);
  });

  it('gives every occurrence of a principal an identity of its own, as Fabric does', () => {
    const policy = parsePolicyText("AND('A.peer', OR('A.peer', 'B.peer'))");
    expect(policy.getIdentitiesList()).toHaveLength(3);
  });

  it.each([
    '',
    "'A.peer'",
    'OR()',
    "OR('A.peer'",
    "OR('A.peer') more",
    "OR('A.king')",
    "OR('.peer')",
    "NOT('A.peer')",
    "OutOf('A.peer')",
    "OutOf(4,'A.peer','B.peer')",
    "OutOf(-1,'A.peer')",
    "OR('A.peer',)",
    "OR('A.peer' 'B.peer')",
    `${'OR('.repeat(MAX_POLICY_DEPTH + 1)}'A.peer'${')'.repeat(MAX_POLICY_DEPTH + 1)}`,
  ])('refuses %s', (text) => {
    expect(() => parsePolicyText(text)).toThrow(expect.objectContaining({ code: 'MQ_POLICY_SYNTAX' }));
  });

  it('comes back from text unchanged', () => {
    fc.assert(
      fc.property(anyPolicyText(), (text) => {
        const once = parsePolicyText(text);
        const again = parsePolicyText(formatPolicy(once));
        expect(Buffer.from(again.serializeBinary())).toEqual(Buffer.from(once.serializeBinary()));
      }),
      { seed: TEST_SEED, numRuns: 200 },
    );
  });

  it('never does anything but read or refuse', () => {
    const pieces = fc.constantFrom('OR', 'AND', 'OutOf', '(', ')', ',', "'A.peer'", '2', ' ', "'", '"', 'x');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        try {
          parsePolicyText(parts.join(''));
        } catch (error) {
          expect(error).toMatchObject({ code: 'MQ_POLICY_SYNTAX' });
        }
      }),
      { seed: TEST_SEED, numRuns: 500 },
    );
  });
});
