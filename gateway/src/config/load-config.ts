import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { GatewayError } from '../gateway-error.ts';
import { environmentName, SETTINGS, type Setting, type SettingName } from './settings.ts';

export type SettingValue = string | number | boolean;
/** Where a value came from, told by `config print`. */
export type SettingSource = 'default' | 'file' | 'environment' | 'flag';
export type ConfigSources = Readonly<{
  /** YAML or JSON file with nested settings (`http: { port: 8081 }`). */
  file?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** `--name=value` and `--name value` pairs, already split. */
  flags?: Readonly<Record<string, SettingValue>>;
}>;

type Literal<K> = K extends 'integer' ? number : K extends 'boolean' ? boolean : string;
type Declared = (typeof SETTINGS)[number];
type ValueOf<N extends SettingName> = Literal<Extract<Declared, { name: N }>['kind']>;
type HasDefault<N extends SettingName> = Extract<Declared, { name: N }> extends { default: unknown } ? true : false;
/** The value of a setting: certain where the schema has a default. */
export type ConfigValue<N extends SettingName> = HasDefault<N> extends true ? ValueOf<N> : ValueOf<N> | undefined;

/** Read-only settings of one process. */
export class Config {
  readonly #values: ReadonlyMap<string, SettingValue>;
  readonly #sources: ReadonlyMap<string, SettingSource>;
  constructor(values: ReadonlyMap<string, SettingValue>, sources: ReadonlyMap<string, SettingSource>) {
    this.#values = values;
    this.#sources = sources;
  }

  get<N extends SettingName>(name: N): ConfigValue<N> {
    return this.#values.get(name) as ConfigValue<N>;
  }

  /** @throws GatewayError `MQ_CONFIG_INVALID` when the setting has no value */
  need<N extends SettingName>(name: N): ValueOf<N> {
    const value = this.#values.get(name);
    if (value === undefined) throw invalid(name, 'nothing', `a value (${environmentName(name)} or --${name})`);
    return value as ValueOf<N>;
  }

  /** Every setting with its value and where it came from; secrets are shown as `***`. */
  print(): readonly Readonly<{ name: string; value: SettingValue | null; source: SettingSource | null }>[] {
    return SETTINGS.map((setting: Setting) => {
      const value = this.#values.get(setting.name);
      const shown = value === undefined ? null : setting.secret === true ? '***' : value;
      return { name: setting.name, value: shown, source: this.#sources.get(setting.name) ?? null };
    });
  }
}

/**
 * Defaults < file < environment < flags.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID` naming the setting, what was found (unless secret) and what is allowed
 */
export function loadConfig(sources: ConfigSources): Config {
  const layers: [SettingSource, ReadonlyMap<string, unknown>][] = [
    [
      'default',
      new Map(SETTINGS.flatMap((s: Setting) => (s.default === undefined ? [] : [[s.name, s.default] as const]))),
    ],
    ['file', sources.file === undefined ? new Map() : readSettingsFile(sources.file)],
    ['environment', fromEnvironment(sources.env ?? {})],
    ['flag', new Map(Object.entries(sources.flags ?? {}))],
  ];
  const known = new Map<string, Setting>(SETTINGS.map((setting) => [setting.name, setting]));
  const values = new Map<string, SettingValue>();
  const origins = new Map<string, SettingSource>();
  for (const [source, layer] of layers) {
    for (const [name, found] of layer) {
      const setting = known.get(name);
      if (setting === undefined) throw invalid(name, 'an unknown setting', 'a setting of the reference page');
      values.set(name, check(setting, found));
      origins.set(name, source);
    }
  }
  const config = new Config(values, origins);
  if (config.get('strict')) refuseUnsafe(config);
  return config;
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>();
  if (env.DATABASE_URL) given.set('database.url', env.DATABASE_URL);
  for (const { name } of SETTINGS) {
    const value = env[environmentName(name)];
    if (value !== undefined && value !== '') given.set(name, value);
  }
  return given;
}

function readSettingsFile(file: string): ReadonlyMap<string, unknown> {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new GatewayError('MQ_CONFIG_INVALID', `the settings file ${file} cannot be read`, { cause });
  }
  return new Map(flatten(content, ''));
}

function flatten(value: unknown, prefix: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[prefix, value]];
  const names = new Set<string>(SETTINGS.map(({ name }) => name));
  return Object.entries(value).flatMap(([key, member]) => {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    // Settings that hold JSON may be written as YAML in the file.
    if (names.has(name) && typeof member === 'object' && member !== null) return [[name, JSON.stringify(member)]];
    return flatten(member, name);
  });
}

function check(setting: Setting, found: unknown): SettingValue {
  const value = convert(setting, found);
  const shown = setting.secret === true ? 'a value' : JSON.stringify(found);
  if (value === undefined) throw invalid(setting.name, shown, `a value of kind ${setting.kind}`);
  if (setting.allowed !== undefined && !setting.allowed.includes(String(value))) {
    throw invalid(setting.name, shown, setting.allowed.join(', '));
  }
  if (typeof value === 'number') {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER, unit } = setting;
    if (value < minimum || value > maximum)
      throw invalid(setting.name, shown, `${minimum} to ${maximum} ${unit ?? ''}`);
  }
  return value;
}

function convert({ kind }: Setting, found: unknown): SettingValue | undefined {
  if (kind === 'string')
    return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
  if (kind === 'boolean') {
    if (found === true || found === 'true') return true;
    return found === false || found === 'false' ? false : undefined;
  }
  const value = typeof found === 'string' && /^-?\d{1,15}$/.test(found) ? Number(found) : found;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** What a demonstration may do and a hospital may not. */
function refuseUnsafe(config: Config): void {
  if (config.get('keys.development')) throw invalid('keys.development', 'true', 'false in strict mode');
  if (config.get('keys.passphrase') === undefined)
    throw invalid('keys.passphrase', 'nothing', 'a passphrase in strict mode');
  if (config.get('auth.bootstrapAccounts') !== '[]')
    throw invalid('auth.bootstrapAccounts', 'accounts', 'none in strict mode');
  const url = config.get('http.publicUrl');
  if (url !== undefined && !url.startsWith('https://'))
    throw invalid('http.publicUrl', url, 'an https URL in strict mode');
}

function invalid(name: string, found: string, allowed: string): GatewayError {
  return new GatewayError('MQ_CONFIG_INVALID', `${name}: found ${found}; allowed: ${allowed}`);
}
