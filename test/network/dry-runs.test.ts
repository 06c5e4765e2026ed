import { DECIDE_COMMAND } from '@medquorum/chaincode/access/decide-command';
import { GATEWAY_COMMANDS } from '@medquorum/gateway/cli/commands';
import { NETWORK_COMMANDS } from '@medquorum/network/cli/commands';

const COMMANDS = [...NETWORK_COMMANDS, DECIDE_COMMAND, ...GATEWAY_COMMANDS];

/** They look, and change nothing. */
const READ = [
  'doctor',
  'network status',
  'network logs',
  'topology check',
  'pki list',
  'governance status',
  'chaincode status',
  'chaincode compare',
  'decide',
  'gateway holdings',
  'gateway config print',
  'gateway config reference',
  'consortium diff',
];
/** They start or stop what is described elsewhere, or make a thing that can be made again: there is nothing to weigh before. */
const RUN = ['network up', 'network down', 'fabric install', 'chaincode package', 'gateway rebuild'];

describe('a dry run', () => {
  const changing = COMMANDS.map(({ name }) => name).filter((name) => ![...READ, ...RUN].includes(name));

  it.each(changing)('is offered by %s', (name) => {
    expect(COMMANDS.find((command) => command.name === name)?.help).toContain('--dry-run');
  });

  it('is offered by no command that has none to offer', () => {
    const named = COMMANDS.filter(({ name }) => [...READ, ...RUN].includes(name));
    expect(named.filter(({ help }) => help.includes('--dry-run')).map(({ name }) => name)).toEqual([]);
    expect(named).toHaveLength(READ.length + RUN.length);
  });
});
