import type { ChannelConfig } from '../governance/channel-config.ts';
import { configDifferences } from './config-differences.ts';

const config = (values: Record<string, unknown>, members: Record<string, unknown> = {}) =>
  ({
    sequence: '0',
    channel_group: {
      groups: { Application: { groups: members } },
      values,
      policies: {},
      mod_policy: 'Admins',
      version: '0',
    },
  }) as unknown as ChannelConfig;

describe('differences of two configurations', () => {
  it('are none between equal ones, whatever the order of members', () => {
    const one = config({ A: { value: 1 }, B: { value: [1, 2] } });
    const other = config({ B: { value: [1, 2] }, A: { value: 1 } });
    expect(configDifferences(one, other)).toEqual([]);
  });

  it('name the place, what was expected and what was found', () => {
    const differences = configDifferences(
      config({ BatchSize: { value: { max: 10 } } }),
      config({ BatchSize: { value: { max: 99 } } }),
    );
    expect(differences).toEqual([{ path: 'values.BatchSize.value.max', expected: '10', found: '99' }]);
  });

  it('tell a member that was slipped in and one that is missing', () => {
    const differences = configDifferences(config({}, { AlphaMSP: {} }), config({}, { MalloryMSP: {} }));
    expect(differences).toEqual([
      { path: 'groups.Application.groups.AlphaMSP', expected: '{}', found: 'nothing' },
      { path: 'groups.Application.groups.MalloryMSP', expected: 'nothing', found: '{}' },
    ]);
  });

  it('tell an empty list from an empty group, and shorten what is long', () => {
    const [kind] = configDifferences(config({ A: [] }), config({ A: {} }));
    expect(kind).toEqual({ path: 'values.A', expected: '[]', found: '{}' });
    const [long] = configDifferences(config({ A: 'x' }), config({ A: 'y'.repeat(500) }));
    expect(long?.found.length).toBeLessThan(100);
  });

  it('tell a name that every object inherits', () => {
    const [found] = configDifferences(config({}), config({ constructor: { value: 1 } }));
    expect(found).toEqual({ path: 'values.constructor', expected: 'nothing', found: '{"value":1}' });
  });
});
