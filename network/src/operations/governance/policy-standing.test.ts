import fc from 'fast-check';
import type { ChannelConfig, ConfigGroup } from './channel-config.ts';
import { policyStanding } from './policy-standing.ts';
import { changesOfUpdate, requiredPolicies } from './update-changes.ts';

const SEED = Number(process.env.MQ_TEST_SEED ?? 20_260_101);

const implicit = (rule: string) => ({
  policy: { type: 3, value: { rule, sub_policy: 'Admins' } },
  mod_policy: 'Admins',
  version: '0',
});
const adminOf = (mspId: string) => ({
  policy: {
    type: 1,
    value: {
      identities: [{ principal: { msp_identifier: mspId, role: 'ADMIN' } }],
      rule: { n_out_of: { n: 1, rules: [{ signed_by: 0 }] } },
    },
  },
  mod_policy: 'Admins',
  version: '0',
});
const group = (parts: Partial<ConfigGroup>): ConfigGroup => ({
  groups: {},
  values: {},
  policies: {},
  mod_policy: 'Admins',
  version: '0',
  ...parts,
});
const member = (mspId: string) =>
  group({
    policies: { Admins: adminOf(mspId) },
    values: { MSP: { value: { config: mspId }, mod_policy: 'Admins', version: '0' } },
  });

const channel = (mspIds: readonly string[], rule = 'MAJORITY'): ChannelConfig => ({
  sequence: '1',
  channel_group: group({
    groups: {
      Application: group({
        groups: Object.fromEntries(mspIds.map((mspId) => [mspId, member(mspId)])),
        policies: { Admins: implicit(rule) },
      }),
    },
  }),
});
const POLICY = '/Channel/Application/Admins';
const names = (count: number) => Array.from({ length: count }, (_, i) => `M${i}`);

describe('policyStanding', () => {
  it.each([
    [1, 'MAJORITY', 1],
    [2, 'MAJORITY', 2],
    [3, 'MAJORITY', 2],
    [4, 'MAJORITY', 3],
    [5, 'MAJORITY', 3],
    [4, 'ANY', 1],
    [4, 'ALL', 4],
  ])('of %d members, %s needs %d', (count, rule, needed) => {
    const config = channel(names(count), rule);
    const withSigners = (signed: number) => policyStanding(config, POLICY, new Set(names(signed)));
    expect([withSigners(needed - 1).satisfied, withSigners(needed)]).toEqual([
      false,
      { policy: POLICY, satisfied: true, needed, signed: names(needed), missing: names(count).slice(needed) },
    ]);
  });

  it('counts nobody who is no member, and never loses agreement by a further signature', () => {
    expect(policyStanding(channel(names(3)), POLICY, new Set(['M0', 'X', 'Y'])).satisfied).toBe(false);
    const signers = fc.uniqueArray(fc.constantFrom(...names(7)));
    fc.assert(
      fc.property(signers, signers, (some, more) => {
        const config = channel(names(7));
        const before = policyStanding(config, POLICY, new Set(some)).satisfied;
        return !before || policyStanding(config, POLICY, new Set([...some, ...more])).satisfied;
      }),
      { seed: SEED },
    );
  });
});

describe('changesOfUpdate', () => {
  const stub = (mspIds: readonly string[]) =>
    Object.fromEntries(mspIds.map((mspId) => [mspId, group({ version: '0', mod_policy: '' })]));
  const update = (application: ConfigGroup) => ({
    channel_id: 'c',
    read_set: group({}),
    write_set: group({ mod_policy: '', groups: { Application: application } }),
  });

  it('reads members that come and go from a raised version', () => {
    const write = update(
      group({
        version: '1',
        groups: { ...stub(['M0']), M2: member('M2') },
        policies: channel([]).channel_group.groups.Application?.policies ?? {},
      }),
    );
    expect(changesOfUpdate(channel(['M0', 'M1']), write)).toEqual([
      { what: '/Channel/Application/M2', kind: 'added', policy: POLICY },
      { what: '/Channel/Application/M1', kind: 'removed', policy: POLICY },
    ]);
  });

  it('leaves what only stands in the update without a new version', () => {
    expect(changesOfUpdate(channel(['M0', 'M1']), update(group({ groups: stub(['M0']) })))).toEqual([]);
  });

  it("lets an organisation's own policy decide on its own values", () => {
    const msp = group({ values: { MSP: { value: {}, mod_policy: 'Admins', version: '1' } } });
    const changes = changesOfUpdate(channel(['M0', 'M1']), update(group({ groups: { M0: msp } })));
    expect(changes).toEqual([
      { what: '/Channel/Application/M0/values/MSP', kind: 'changed', policy: '/Channel/Application/M0/Admins' },
    ]);
    expect(requiredPolicies(changes)).toEqual(['/Channel/Application/M0/Admins']);
  });
});
