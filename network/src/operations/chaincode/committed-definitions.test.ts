import { policiesNaming, readDefinition } from './committed-definitions.ts';

/** `{"principal":"..."}` as Fabric prints a role: members have no number. */
const MEMBER_OF = { AlphaMSP: 'CghBbHBoYU1TUA==', BetaMSP: 'CgdCZXRhTVNQ', GammaMSP: 'CghHYW1tYU1TUA==' };
const PEER_OF_GAMMA = 'CghHYW1tYU1TUBAD';

const policyOf = (...principals: string[]) => ({
  SignaturePolicy: { identities: principals.map((principal) => ({ principal })) },
});
const collection = (name: string, members: string[], endorser?: string) => ({
  Payload: {
    StaticCollectionConfig: {
      name,
      member_orgs_policy: { Payload: policyOf(...members) },
      ...(endorser === undefined ? {} : { endorsement_policy: { Type: policyOf(endorser) } }),
    },
  },
});

/** As `peer lifecycle chaincode querycommitted` of Fabric 3.1.5 prints it; its policy is OutOf(2) of the peers of Alpha, Beta and Gamma. */
const ENDORSED_BY_ALL = 'CkESEBIOCAISAggAEgIIARICCAIaDhIMCghBbHBoYU1TUBADGg0SCwoHQmV0YU1TUBADGg4SDAoIR2FtbWFNU1AQAw==';
const definition = (...config: ReturnType<typeof collection>[]) =>
  readDefinition({
    name: 'probe',
    sequence: 1,
    version: '1',
    validation_parameter: ENDORSED_BY_ALL,
    collections: { config },
  });

describe('policiesNaming', () => {
  it('finds an organisation in the endorsement policy of a chaincode', () => {
    expect(policiesNaming([definition()], 'GammaMSP')).toEqual(['probe']);
    expect(policiesNaming([definition()], 'DeltaMSP')).toEqual([]);
  });

  it('finds it among the members of a collection, and among its endorsers', () => {
    const { AlphaMSP, BetaMSP, GammaMSP } = MEMBER_OF;
    const committed = definition(
      collection('held', [AlphaMSP, GammaMSP]),
      collection('endorsed', [AlphaMSP, BetaMSP], PEER_OF_GAMMA),
      collection('other', [AlphaMSP, BetaMSP]),
    );
    const withoutOwnPolicy = { ...committed, endorsementPolicy: "OR('AlphaMSP.peer')" };
    expect(policiesNaming([withoutOwnPolicy], 'GammaMSP')).toEqual([
      'collection held of probe',
      'collection endorsed of probe',
    ]);
    expect(policiesNaming([withoutOwnPolicy], 'BetaMSP')).toEqual([
      'collection endorsed of probe',
      'collection other of probe',
    ]);
  });
});
