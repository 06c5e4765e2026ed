import { environmentName, SETTINGS, type Setting } from '../config/settings.ts';
import { type Command, EXIT_OK } from './command.ts';

/** The page docs/gateway-settings.md, out of the table that the gateway itself reads. */
export function settingsPage(): string {
  const rows = SETTINGS.map((setting: Setting) => {
    const { allowed, default: standard, kind, meaning, minimum, maximum, name, secret, unit } = setting;
    const range =
      allowed?.join(', ') ?? (minimum === undefined && maximum === undefined ? kind : `${minimum} to ${maximum}`);
    const value = standard === undefined ? '' : `\`${standard}\``;
    return `| \`${name}\` | \`${environmentName(name)}\` | ${value} | ${range}${unit === undefined ? '' : `, ${unit}`} | ${meaning}${secret ? ' (secret)' : ''} |`;
  });
  return `# Settings of a gateway

Defaults < file (\`--config FILE\`, YAML or JSON) < environment < flags (\`--name=value\`). \`DATABASE_URL\` is read as \`database.url\`. \`npx medquorum gateway config
print\` shows what is in force, without secrets. In \`strict\` mode unsafe values are refused at start. This page is made by \`npx medquorum gateway config reference\`.

| setting | environment | default | allowed | meaning |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

export const configReference: Command = {
  name: 'gateway config reference',
  summary: 'Print the reference page of all settings',
  help: 'usage: medquorum gateway config reference\n',
  async run(_argv, { stdout }) {
    stdout.write(settingsPage());
    return EXIT_OK;
  },
};
