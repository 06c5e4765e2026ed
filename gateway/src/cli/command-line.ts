import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../config/load-config.ts';
import { SETTINGS } from '../config/settings.ts';
import { GatewayError } from '../gateway-error.ts';

/**
 * Settings as a process is given them: `--<setting>=<value>` and `--config FILE` or `MQ_CONFIG`.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID` for an unknown flag or a value that is not allowed
 */
export function settingsFromCommandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const options = Object.fromEntries(
    ['config', ...SETTINGS.map(({ name }) => name)].map((name) => [name, { type: 'string' as const }]),
  );
  let values: Readonly<Record<string, unknown>>;
  try {
    values = parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (cause) {
    throw new GatewayError(
      'MQ_CONFIG_INVALID',
      cause instanceof Error ? cause.message : 'the command line cannot be read',
      { cause },
    );
  }
  const { config, ...flags } = values as Record<string, string>;
  const file = config ?? env.MQ_CONFIG;
  return loadConfig({ env, flags, ...(file === undefined ? {} : { file }) });
}
