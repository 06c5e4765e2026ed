import type { ErrorObject } from 'ajv';
import type { TopologyProblem } from './topology-error.ts';

/** How much of a wrong value an error shows. */
const MAX_SHOWN_CHARS = 80;

/** Turns what the schema validator found into problems that name path, found value and allowed values. */
export function schemaProblems(file: string, errors: readonly ErrorObject[]): TopologyProblem[] {
  return errors.map((error) => ({ file, ...problem(error) }));
}

/** `/organizations/2/peers/0/port` as people write it: `organizations[2].peers[0].port`. */
export function readablePath(jsonPointer: string): string {
  return jsonPointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
}

/** A value as an error message shows it: JSON, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}...` : text;
}

function problem(error: ErrorObject): Omit<TopologyProblem, 'file'> {
  const path = readablePath(error.instancePath);
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const { params } = error;
  switch (error.keyword) {
    case 'required':
      return { path: at(params.missingProperty), found: 'nothing', allowed: 'a value (it is required)' };
    case 'additionalProperties':
      return {
        path: at(params.additionalProperty),
        found: 'an unknown field',
        allowed: Object.keys((error.parentSchema?.properties ?? {}) as object).join(', '),
      };
    default:
      return { path, found: shown(error.data), allowed: allowed(error) };
  }
}

function allowed(error: ErrorObject): string {
  const schema = error.parentSchema ?? {};
  switch (error.keyword) {
    case 'type':
      return `${schema.type}`;
    case 'const':
      return shown(schema.const);
    case 'enum':
      return (schema.enum as readonly unknown[]).map(shown).join(', ');
    case 'pattern':
      return `text that matches ${schema.pattern}`;
    case 'minimum':
    case 'maximum':
      return `an integer from ${schema.minimum} to ${schema.maximum}`;
    case 'minItems':
    case 'maxItems':
      return `${schema.minItems ?? 0} to ${schema.maxItems} entries`;
    case 'minLength':
    case 'maxLength':
      return `text of ${schema.minLength ?? 0} to ${schema.maxLength ?? 'any number of'} characters`;
    case 'minProperties':
    case 'maxProperties':
      return `${schema.minProperties ?? 0} to ${schema.maxProperties ?? 'any number of'} entries`;
    default:
      return error.message ?? error.keyword;
  }
}
