import { EXIT_USAGE } from './command.ts';
import { GATEWAY_COMMANDS } from './commands.ts';
import { consortiumRenewPolicies } from './consortium-renew-policies.ts';
import { splitOwnOptions } from './own-options.ts';

describe('the commands of gateways', () => {
  it.each(GATEWAY_COMMANDS.map((command) => [command.name, command] as const))('%s has help', (name, { help }) => {
    expect(help.split('\n')[0]).toContain(`usage: medquorum ${name}`);
  });

  it('refuse what is neither their own option nor a setting', async () => {
    let output = '';
    const stream = { write: (text: string) => (output += text) };
    for (const { name, run } of GATEWAY_COMMANDS.filter((it) => it.name.startsWith('consortium'))) {
      const argv = ['--no-such-option', ...(name === 'consortium renew-policies' ? ['--class=clinical'] : [])];
      await expect(run(argv, { stdout: stream, stderr: stream })).rejects.toThrow('MQ_CONFIG_INVALID');
    }
    expect(output).toBe('');
  });

  it.each([
    ['--class is missing', ['--custodian=CityHospitalMSP']],
    ['--custodian names no organisation', ['--class=clinical', '--custodian']],
    ['--custodian names no organisation', ['--class=clinical', '--custodian=']],
  ])('renew no policies where %s', async (message, argv) => {
    let output = '';
    const stream = { write: (text: string) => (output += text) };
    expect(await consortiumRenewPolicies.run(argv, { stdout: stream, stderr: stream })).toBe(EXIT_USAGE);
    expect(output).toContain(`${message}\nusage: medquorum consortium renew-policies`);
  });
});

describe('options of a command among settings', () => {
  it.each([
    [['--class=a', '--mspId=X'], 'a', ['--mspId=X']],
    [['--mspId', 'X', '--class', 'a'], 'a', ['--mspId', 'X']],
    [['--class', 'a', '--class=b'], 'b', []],
    [['--class'], '', []],
    [['--mspId=X'], undefined, ['--mspId=X']],
  ])('of %j are %j', (argv, value, settings) => {
    const { values, ...rest } = splitOwnOptions(argv, { class: 'string' });
    expect([values.class, rest]).toEqual([value, { settings }]);
  });

  it('are flags too', () => {
    const flag = { 'dry-run': 'boolean' } as const;
    const given = splitOwnOptions(['--dry-run', '--mspId=X'], flag);
    expect(given).toEqual({ values: { 'dry-run': true }, settings: ['--mspId=X'] });
    expect(splitOwnOptions(['--mspId=X'], flag)).toEqual({ values: {}, settings: ['--mspId=X'] });
  });
});
