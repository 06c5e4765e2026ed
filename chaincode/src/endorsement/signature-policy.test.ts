import { common, msp } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { consortiumConfiguration } from '../consortium/consortium-configuration.ts';
import { CONFIGURATION } from '../testing/founded-consortium.ts';
import { SEED } from '../testing/seed.ts';
import { classPolicy, recoveryPolicy } from './class-policy.ts';
import { allOf, anyOf, encodeSignaturePolicy, isSatisfied, outOf, type SignaturePolicy } from './signature-policy.ts';

/** The policy as Fabric's own messages read it back. */
function decoded(bytes: Uint8Array): SignaturePolicy {
  const envelope = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
  const mspIds = envelope.getIdentitiesList().map((principal) => {
    expect(principal.getPrincipalClassification()).toBe(msp.MSPPrincipal.Classification.ROLE);
    const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
    expect(role.getRole()).toBe(msp.MSPRole.MSPRoleType.PEER);
    return role.getMspIdentifier();
  });
  expect(mspIds).toEqual([...new Set(mspIds)].sort());
  const read = (policy: common.SignaturePolicy): SignaturePolicy => {
    const nested = policy.getNOutOf();
    if (nested === undefined || policy.hasSignedBy()) return { peerOf: mspIds[policy.getSignedBy()] ?? 'nobody' };
    return { outOf: nested.getN(), rules: nested.getRulesList().map(read) };
  };
  return read(envelope.getRule() ?? new common.SignaturePolicy());
}

const configuration = consortiumConfiguration(CONFIGURATION, 'configuration');
const mspIds = configuration.members.map(({ mspId }) => mspId);

describe('signature policies', () => {
  it('are read by Fabric’s own messages as they were meant', () => {
    const policy = anyOf(allOf({ peerOf: 'B' }, outOf(2, ['D', 'A', 'C'])), { peerOf: 'B' });
    expect(decoded(encodeSignaturePolicy(policy))).toEqual(policy);
  });

  it('have one encoding however their organisations are listed', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...mspIds], { minLength: 1 }), fc.nat(5), (listed, count) => {
        const bytes = encodeSignaturePolicy(outOf(count, listed));
        expect(bytes).toEqual(encodeSignaturePolicy(outOf(count, listed.toSorted().toReversed())));
        expect(decoded(bytes)).toEqual(outOf(count, listed));
      }),
      { seed: SEED },
    );
  });

  it('need one, two and three bytes for lengths without losing any', () => {
    const many = Array.from(
      { length: 200 },
      (_, i) => `Organization${String(i).padStart(4, '0')}${'x'.repeat(150)}MSP`,
    );
    expect(decoded(encodeSignaturePolicy(outOf(130, many)))).toEqual(outOf(130, many));
  });
});

describe('the policy of a record class', () => {
  const clinical = { name: 'clinical', attestations: 2, endorsements: 2 };
  const policy = classPolicy(configuration, clinical, 'CityHospitalMSP');

  it.each([
    [['CityHospitalMSP', 'ValleyHospitalMSP'], true],
    [['CityHospitalMSP', 'HealthRegulatorMSP'], true],
    [['CityHospitalMSP'], false],
    [['ValleyHospitalMSP', 'UnityInsuranceMSP', 'MeridianResearchMSP'], false],
    [['HealthRegulatorMSP', 'ValleyHospitalMSP', 'UnityInsuranceMSP'], false],
    [['HealthRegulatorMSP', 'ValleyHospitalMSP', 'UnityInsuranceMSP', 'MeridianResearchMSP'], true],
  ])('with %p is satisfied: %p', (by, expected) => {
    expect(isSatisfied(policy, new Set(by))).toBe(expected);
  });

  it('is never satisfied by fewer than k, nor without the custodian unless by the recovery branch', () => {
    fc.assert(
      fc.property(
        fc.subarray([...mspIds]),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...mspIds),
        (by, k, custodian) => {
          const organizations = new Set(by);
          const ofClass = classPolicy(configuration, { ...clinical, endorsements: k }, custodian);
          const expected =
            (organizations.has(custodian) && organizations.size >= k) ||
            isSatisfied(recoveryPolicy(configuration), organizations);
          expect(isSatisfied(ofClass, organizations)).toBe(expected);
        },
      ),
      { seed: SEED },
    );
  });
});
