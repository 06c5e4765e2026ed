import { KEYS } from '../ledger/state.ts';
import { codeOf } from '../testing/code-of.ts';
import {
  CITY,
  CONFIGURATION,
  FACILITIES,
  FoundedConsortium,
  KINDS,
  organizationArgs,
  REGULATOR,
} from '../testing/founded-consortium.ts';
import { entryOf, makeParty } from '../testing/party.ts';
import { TestLedger } from '../testing/test-ledger.ts';
import { localRules, vetoBy } from './local-rules.ts';

const { members: _members, ...application } = CONFIGURATION;
const organizations = [...KINDS].map(([mspId, kind]) => ({
  mspId,
  application: { kind, facilities: (FACILITIES.get(mspId) ?? []).map((it) => ({ ...it, name: 'Main Building' })) },
}));
const veto = vetoBy(() => localRules({ application, organizations }));

describe('an organisation’s veto', () => {
  it('is against members and configurations that its own description does not have', async () => {
    const ledger = await TestLedger.open();
    const register = (args: object, party = CITY) =>
      codeOf(
        ledger.submit('registry:registerOrganizations', [entryOf(party, 'registry:registerOrganizations', args)], {
          mspId: party.id,
          veto,
        }),
      );
    expect(await register({ ...organizationArgs(CITY), kind: 'regulator' })).toBe('MQ_VETOED [0]');
    const stranger = makeParty('organization', 'StrangerMSP', 'StrangerMSP');
    expect(await register({ ...organizationArgs(stranger), kind: 'hospital' }, stranger)).toBe('MQ_VETOED [0]');
    const facilities = [{ id: 'another', zones: ['clinical'] }];
    expect(await register({ ...organizationArgs(CITY), facilities })).toBe('MQ_VETOED [0]');
    expect(await register(organizationArgs(CITY))).toBe('no failure');
    expect(await register(organizationArgs(REGULATOR), REGULATOR)).toBe('no failure');
    const configure = (configuration: object) =>
      codeOf(
        ledger.submit('registry:configure', [entryOf(REGULATOR, 'registry:configure', { configuration })], {
          mspId: REGULATOR.id,
          veto,
        }),
      );
    expect(await configure({ ...CONFIGURATION, releaseThreshold: 1 })).toBe('MQ_VETOED [0]');
    expect(await configure({ ...CONFIGURATION, members: CONFIGURATION.members.toReversed() })).toBe('no failure');
    await ledger.close();
  });

  it('follows the description as it is now, and is against everything where that cannot be read', async () => {
    const consortium = await FoundedConsortium.found();
    let described: () => object = () => application;
    const current = vetoBy(() => localRules({ application: described(), organizations }));
    const configure = (configuration: object) => {
      const headDigest = consortium.head(KEYS.configuration());
      const entry = entryOf(REGULATOR, 'registry:configure', { configuration }, { headDigest });
      return consortium.ledger.submit('registry:configure', [entry], { mspId: REGULATOR.id, veto: current });
    };
    const next = { ...CONFIGURATION, leaseSeconds: 60 };
    await expect(configure(next)).rejects.toThrow(
      "MQ_VETOED: [0] not what this organisation's description says of leaseSeconds",
    );
    described = () => {
      throw new SyntaxError('half a file');
    };
    expect(await codeOf(configure(CONFIGURATION))).toBe('MQ_VETOED [0]');
    described = () => ({ ...application, leaseSeconds: 60 });
    expect(await codeOf(configure(next))).toBe('no failure');
    await consortium.close();
  });

  it('is against nothing else', async () => {
    const consortium = await FoundedConsortium.found();
    const entry = entryOf(REGULATOR, 'registry:suspend', {
      party: { kind: 'organization', id: CITY.id },
      reason: 'left',
    });
    expect(await codeOf(consortium.ledger.submit('registry:suspend', [entry], { mspId: REGULATOR.id, veto }))).toBe(
      'no failure',
    );
    await consortium.close();
  });
});
