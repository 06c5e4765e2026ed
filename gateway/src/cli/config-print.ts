import { environmentName, SETTINGS, type Setting } from '../config/settings.ts';
import { type Command, EXIT_OK } from './command.ts';
import { settingsFromCommandLine } from './command-line.ts';

/** Every setting with its value, where that came from and what it means; secrets are not shown. */
export const configPrint: Command = {
  name: 'gateway config print',
  summary: 'Print the settings of a gateway',
  help: 'usage: medquorum gateway config print [--config FILE] [--<setting>=<value> ...]\n',
  async run(argv, { stdout }) {
    const meanings = new Map<string, Setting>(SETTINGS.map((setting) => [setting.name, setting]));
    for (const { name, source, value } of settingsFromCommandLine(argv).print()) {
      const { meaning = '', unit } = meanings.get(name) ?? {};
      const shown = value === null ? '(none)' : `${value}${unit === undefined ? '' : ` ${unit}`}`;
      stdout.write(`${name} = ${shown}  [${source ?? 'absent'}, ${environmentName(name)}] ${meaning}\n`);
    }
    return EXIT_OK;
  },
};
