import { parseArgs } from 'node:util';

export type OwnOptions = Readonly<{ values: Readonly<Record<string, string | true>>; settings: readonly string[] }>;

/**
 * Tells a command's own options from the gateway's settings that follow or precede them. A flag has no value, others need one; what is missing
 * is the empty string.
 */
export function splitOwnOptions(
  argv: readonly string[],
  named: Readonly<Record<string, 'string' | 'boolean'>>,
): OwnOptions {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(named).map(([name, type]) => [name, { type }])),
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | true> = {};
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const type = named[token.name];
    if (type === undefined) continue;
    values[token.name] = type === 'boolean' ? true : (token.value ?? '');
    taken.add(token.index);
    if (type === 'string' && token.inlineValue === false) taken.add(token.index + 1);
  }
  return { values, settings: argv.filter((_arg, index) => !taken.has(index)) };
}
